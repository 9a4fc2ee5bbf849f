"""A person says how far they may be quoted."""

from betaops.enrollment.events import QuotingChosen
from betaops.enrollment.models import Enrollment, QuoteConsent
from betaops.enrollment.queries import quoting as queries
from betaops.enrollment.quoting import Quoting
from betaops.enrollment.wording import QUOTING
from betaops.kernel.work import Work


def choose(work: Work, place: Enrollment, quoting: Quoting) -> None:
    """For all that they write in this program, and wrote. Said once more, it holds from this moment: it may take back
    what was allowed for a single report meanwhile."""
    work.lock(Enrollment, place.id)
    last = queries.standing_of(work.session, place.id)
    work.add(
        QuoteConsent(enrollment_id=place.id, quoting=quoting, text=str(QUOTING[quoting]), signed_at=work.now)
    )
    work.session.flush()
    if last is None or last.quoting is not quoting:
        work.record(
            QuotingChosen(
                enrollment_id=place.id,
                program_id=place.program_id,
                tester_id=place.tester_id,
                quoting=quoting.value,
            )
        )
