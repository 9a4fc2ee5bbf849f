"""Anonymous surveys: that somebody has answered is known, what they said is known, and nothing joins the two.

The response names nobody, has a random id, and midnights instead of moments. Who has answered stands in a ledger
without moment and in no order. Neither event nor fact is written, for those have moments of their own, and openings of
personal links are not counted. While somebody is under way, only the address that they hold knows both.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.surveys.models import Response, ResponseState, SurveyLedger

#: How long after an answer the ledger is written anew; those that come in between are shuffled together.
SHUFFLED_AFTER = timedelta(hours=1)


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
    response.is_in_ledger = True
    survey_id = str(response.survey_id)
    work.enqueue(
        "surveys.shuffle_ledger",
        {"survey_id": survey_id},
        at=work.now + SHUFFLED_AFTER,
        unique=f"surveys.shuffle_ledger:{survey_id}",
    )


def shuffle_ledger(work: Work, survey_id: UUID) -> None:
    """Write a survey's ledger anew, all at once and in no order.

    PostgreSQL notes with every row which transaction wrote it, and keeps rows where they came: until now, a line of the
    ledger and the response of the same transaction could be told to belong together by whoever reads its files.
    """
    listed = select(SurveyLedger.enrollment_id).where(SurveyLedger.survey_id == survey_id).with_for_update()
    people = list(work.session.scalars(listed))
    if not people:
        return
    secrets.SystemRandom().shuffle(people)
    work.session.execute(delete(SurveyLedger).where(SurveyLedger.survey_id == survey_id))
    rows = [
        {"id": row_id(), "workspace_id": work.workspace_id, "survey_id": survey_id, "enrollment_id": person}
        for person in people
    ]
    work.session.execute(insert(SurveyLedger), rows)
