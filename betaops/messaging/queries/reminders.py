"""Who was asked something a while ago and has not answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment
from betaops.kernel.mail import Mail
from betaops.programs.models import Phase, Program
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import Response, ResponseState, Survey, SurveyLedger, SurveyLink, SurveyState
from betaops.tasks.models import Build, Task, TaskState

#: A reminder comes once, this long after the survey was sent; a worker that was away for two days still does it.
AFTER, UNTIL = timedelta(days=3), timedelta(days=5)
#: Of a task people are reminded so long before its last day.
BEFORE_DUE = timedelta(days=2)
TASK_REMINDER = "messaging.task_reminder"


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


class DueTask(NamedTuple):
    """A task that ends within days."""

    workspace_id: UUID
    task_id: UUID


def tasks_to_remind_of(session: Session, now: datetime) -> list[DueTask]:
    """Tasks of every workspace that are asked and end soon, those that end first before others; what is about a build is
    asked while that is live."""
    today = now.date()
    rows = session.execute(
        select(Task.workspace_id, Task.id)
        .join(Program, Program.id == Task.program_id)
        .outerjoin(Build, Build.id == Task.build_id)
        .where(
            Task.state == TaskState.PUBLISHED,
            Task.due_on >= today,
            Task.due_on <= today + BEFORE_DUE,
            Program.phase.not_in((Phase.CLOSED, Phase.ARCHIVED)),
            or_(Build.id.is_(None), and_(Build.released_at.is_not(None), Build.retired_at.is_(None))),
        )
        .order_by(Task.due_on, Task.id)
        .execution_options(unscoped=True)
    )
    return [DueTask(*row) for row in rows]


def may_be_reminded(session: Session, tester_id: UUID, now: datetime) -> bool:
    """Whether their contact budget is not spent: neither asked for a survey nor reminded of a task within its days."""
    days = survey_queries.contact_days(session)
    if not days:
        return True
    reminded = select(Mail.id).where(
        Mail.person_id == tester_id, Mail.kind == TASK_REMINDER, Mail.queued_at > now - timedelta(days=days)
    )
    if session.scalar(reminded.limit(1)) is not None:
        return False
    return not survey_queries.asked_lately(session, tester_id, now)


def was_written(session: Session, key: str) -> bool:
    """Whether the mail with this key is there: asked before a letter is rendered for nothing."""
    return session.scalar(select(Mail.id).where(Mail.key == key)) is not None
