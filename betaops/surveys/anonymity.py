"""Anonymous surveys: that somebody has answered is known, what they said is known, and nothing joins the two.

The response names nobody, has a random id, and midnights instead of moments. Who has answered stands in a ledger
without moment and in no order. Neither event nor fact is written, for those have moments of their own, and openings of
personal links are not counted. While somebody is under way, only the address that they hold knows both.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite

from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys.models import Response, ResponseState, SurveyLedger


def moment_of(work: Work, *, is_anonymous: bool) -> datetime:
    """Now, or no more than the day."""
    return work.now.replace(hour=0, minute=0, second=0, microsecond=0) if is_anonymous else work.now


def row_id() -> UUID:
    """Random: our usual ids tell when they were made."""
    return uuid4()


def note_answered(work: Work, response: Response, enrollment: Enrollment | None) -> None:
    """Write the person into the ledger; `Refused` where they stand there already, and then nothing is to be kept."""
    if not response.is_anonymous or enrollment is None or response.state is ResponseState.TEST:
        return
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = flavour.insert(SurveyLedger).values(
        id=row_id(),
        workspace_id=response.workspace_id,
        survey_id=response.survey_id,
        enrollment_id=enrollment.id,
    )
    if work.session.scalar(row.on_conflict_do_nothing().returning(SurveyLedger.id)) is None:
        raise Refused("answered", _("You have answered this survey already. Thank you."))
