"""Who was asked something a while ago and has not answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment
from betaops.kernel.mail import Mail
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLedger, SurveyLink, SurveyState

#: A reminder comes once, this long after the survey was sent; a worker that was away for two days still does it.
AFTER, UNTIL = timedelta(days=3), timedelta(days=5)


class Sent(NamedTuple):
    """A survey whose reminders are due."""

    workspace_id: UUID
    survey_id: UUID


def surveys_to_remind_of(session: Session, now: datetime) -> list[Sent]:
    """Open surveys of every workspace that were sent some days ago."""
    rows = session.execute(
        select(Survey.workspace_id, Survey.id)
        .where(
            Survey.state == SurveyState.OPEN,
            Survey.sent_at <= now - AFTER,
            Survey.sent_at > now - UNTIL,
            or_(Survey.closes_at.is_(None), Survey.closes_at > now),
        )
        .execution_options(unscoped=True)
    )
    return [Sent(*row) for row in rows]


def people_to_remind(session: Session, survey_id: UUID) -> Sequence[UUID]:
    """Enrollments inside the program that got a personal link to it and have not finished."""
    finished = (
        select(Response.id)
        .where(
            Response.survey_id == survey_id,
            Response.enrollment_id == Enrollment.id,
            Response.finished_at.is_not(None),
            Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
        )
        .exists()
    )
    in_ledger = (
        select(SurveyLedger.id)
        .where(SurveyLedger.survey_id == survey_id, SurveyLedger.enrollment_id == Enrollment.id)
        .exists()
    )
    return session.scalars(
        select(Enrollment.id)
        .join(SurveyLink, SurveyLink.enrollment_id == Enrollment.id)
        .where(
            SurveyLink.survey_id == survey_id,
            SurveyLink.revoked_at.is_(None),
            Enrollment.state.in_(INSIDE),
            ~finished,
            ~in_ledger,
        )
        .order_by(Enrollment.id)
        .distinct()
    ).all()


def was_written(session: Session, key: str) -> bool:
    """Whether the mail with this key is there: asked before a letter is rendered for nothing."""
    return session.scalar(select(Mail.id).where(Mail.key == key)) is not None
