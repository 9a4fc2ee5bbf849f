"""What enrollment does when something happened elsewhere."""

from betaops.enrollment import letters
from betaops.enrollment.events import AgreementSigned
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import enrolling
from betaops.kernel.errors import NotFound
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


def send_copy(work: Work, event: AgreementSigned) -> None:
    """What they signed, by mail; nothing where the person is gone meanwhile."""
    try:
        place = queries.any_enrollment(work.session, event.enrollment_id)
        signed = queries.consent(work.session, place.id, event.number)
    except NotFound:
        return
    letters.agreement(work, signed, place, place.tester)
