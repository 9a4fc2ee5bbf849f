"""What enrollment does when something happened elsewhere."""

from betaops.enrollment.service import enrolling
from betaops.kernel.work import Work
from betaops.programs.events import CapacityRaised, PhaseChanged
from betaops.programs.models import Phase


def offer_seats(work: Work, event: CapacityRaised) -> None:
    """More seats: the longest waiting first."""
    enrolling.promote(work, event.program_id)


def follow_phase(work: Work, event: PhaseChanged) -> None:
    """Closed: who took part has completed it. Running again: seats freed meanwhile are offered."""
    if event.phase == Phase.CLOSED:
        work.enqueue(
            "enrollment.complete_testers",
            {"program_id": str(event.program_id)},
            unique=f"complete:{event.program_id}",
        )
    elif event.phase in (Phase.RUNNING, Phase.RECRUITING):
        enrolling.promote(work, event.program_id)
