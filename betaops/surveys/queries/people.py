"""Surveys from one tester's side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLink, SurveyState


def waiting_for(
    session: Session, enrollment: Enrollment, now: datetime
) -> Sequence[tuple[Survey, Response | None]]:
    """Open surveys that were sent to this person and are not answered yet, those begun first, then the oldest."""
    sent = select(SurveyLink.id).where(
        SurveyLink.survey_id == Survey.id,
        SurveyLink.enrollment_id == enrollment.id,
        SurveyLink.revoked_at.is_(None),
    )
    rows = session.execute(
        select(Survey, Response)
        .outerjoin(
            Response,
            (Response.survey_id == Survey.id)
            & (Response.enrollment_id == enrollment.id)
            & (Response.wave == 0)
            & Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
        )
        .where(
            Survey.program_id == enrollment.program_id,
            Survey.state == SurveyState.OPEN,
            or_(Survey.opens_at.is_(None), Survey.opens_at <= now),
            or_(Survey.closes_at.is_(None), Survey.closes_at > now),
            or_(Response.id.is_(None), Response.finished_at.is_(None)),
            sent.exists(),
        )
        .order_by(Response.started_at.is_(None), Survey.sent_at, Survey.id)
    )
    return [(survey, response) for survey, response in rows]


def unanswered(session: Session, survey: Survey) -> Sequence[UUID]:
    """Enrollments inside the program without a finished response to this survey."""
    finished = select(Response.id).where(
        Response.survey_id == survey.id,
        Response.enrollment_id == Enrollment.id,
        Response.finished_at.is_not(None),
        Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
    )
    return session.scalars(
        select(Enrollment.id)
        .where(Enrollment.program_id == survey.program_id, Enrollment.state.in_(INSIDE), ~finished.exists())
        .order_by(Enrollment.id)
    ).all()


def count_unanswered(session: Session, survey: Survey) -> int:
    return len(unanswered(session, survey))


def answered(session: Session, tester_id: UUID) -> Sequence[tuple[Response, str]]:
    """A tester's responses with the survey's name, the newest first; for their page and their export."""
    rows = session.execute(
        select(Response, Survey.name)
        .join(Survey, Survey.id == Response.survey_id)
        .where(Response.tester_id == tester_id, Response.state != ResponseState.TEST)
        .order_by(Response.started_at.desc())
    )
    return [(response, name) for response, name in rows]
