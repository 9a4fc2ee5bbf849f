"""Surveys from one tester's side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.surveys.models import (
    LinkKind,
    Response,
    ResponseState,
    Survey,
    SurveyLedger,
    SurveyLink,
    SurveyState,
)


def waiting_for(
    session: Session, enrollment: Enrollment, now: datetime
) -> Sequence[tuple[Survey, Response | None]]:
    """Open surveys that were sent to this person and are not answered yet, those begun first, then the oldest."""
    sent = select(SurveyLink.id).where(
        SurveyLink.survey_id == Survey.id,
        SurveyLink.enrollment_id == enrollment.id,
        SurveyLink.revoked_at.is_(None),
    )
    in_ledger = select(SurveyLedger.id).where(
        SurveyLedger.survey_id == Survey.id, SurveyLedger.enrollment_id == enrollment.id
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
            ~in_ledger.exists(),
        )
        .order_by(Response.started_at.is_(None), Survey.sent_at, Survey.id)
    )
    return [(survey, response) for survey, response in rows]


def people_to_ask(survey: Survey, cohort_id: UUID | None = None) -> Select[UUID]:
    """Enrollments inside the program (in a cohort, where one is given) that are not done with this survey."""
    finished = select(Response.id).where(
        Response.survey_id == survey.id,
        Response.enrollment_id == Enrollment.id,
        Response.finished_at.is_not(None),
        Response.state.not_in((ResponseState.TEST, ResponseState.WITHDRAWN)),
    )
    in_ledger = select(SurveyLedger.id).where(
        SurveyLedger.survey_id == survey.id, SurveyLedger.enrollment_id == Enrollment.id
    )
    found = select(Enrollment.id).where(
        Enrollment.program_id == survey.program_id,
        Enrollment.state.in_(INSIDE),
        ~finished.exists(),
        ~in_ledger.exists(),
    )
    if cohort_id is not None:
        members = select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id)
        found = found.where(Enrollment.tester_id.in_(members))
    return found


def unanswered(session: Session, survey: Survey, cohort_id: UUID | None = None) -> Sequence[UUID]:
    """Those of `people_to_ask`, in one order."""
    return session.scalars(people_to_ask(survey, cohort_id).order_by(Enrollment.id)).all()


def count_unanswered(session: Session, survey: Survey, cohort_id: UUID | None = None) -> int:
    people = people_to_ask(survey, cohort_id).subquery()
    return session.scalar(select(func.count()).select_from(people)) or 0


def count_invited_complete(session: Session, survey_id: UUID) -> int:
    """How many of those with a personal link have a complete response, by whatever way; strangers' are not among them."""
    complete = select(Response.id).where(
        Response.survey_id == survey_id,
        Response.enrollment_id == SurveyLink.enrollment_id,
        Response.state == ResponseState.COMPLETE,
    )
    in_ledger = select(SurveyLedger.id).where(
        SurveyLedger.survey_id == survey_id, SurveyLedger.enrollment_id == SurveyLink.enrollment_id
    )
    found = select(func.count(SurveyLink.enrollment_id.distinct())).where(
        SurveyLink.survey_id == survey_id,
        SurveyLink.kind == LinkKind.PERSONAL,
        or_(complete.exists(), in_ledger.exists()),
    )
    return session.scalar(found) or 0


def answered(session: Session, tester_id: UUID) -> Sequence[tuple[Response, str]]:
    """A tester's responses with the survey's name, the newest first; for their page and their export."""
    rows = session.execute(
        select(Response, Survey.name)
        .join(Survey, Survey.id == Response.survey_id)
        .where(Response.tester_id == tester_id, Response.state != ResponseState.TEST)
        .order_by(Response.started_at.desc())
    )
    return [(response, name) for response, name in rows]


def answered_anonymously(session: Session, tester_id: UUID) -> Sequence[str]:
    """Names of anonymous surveys that a tester has answered: all that is known of it."""
    return session.scalars(
        select(Survey.name)
        .join(SurveyLedger, SurveyLedger.survey_id == Survey.id)
        .join(Enrollment, Enrollment.id == SurveyLedger.enrollment_id)
        .where(Enrollment.tester_id == tester_id)
        .order_by(Survey.name)
    ).all()
