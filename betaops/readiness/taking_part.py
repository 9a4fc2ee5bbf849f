"""Who took part: used the product, answered a survey, or reported something."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Report, Vote
from betaops.readiness.scope import Scope
from betaops.surveys.models import Response, ResponseState, Survey
from betaops.usage.models import UsageDaily


def took_part(
    session: Session,
    program_id: UUID,
    product_id: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
) -> frozenset[UUID]:
    """Testers (ids) with any sign of it from `since` to before `until`, both midnights; without bounds, ever.

    Usage is of the product: whoever uses it without being in the program is among them.
    """
    used = select(UsageDaily.tester_id).where(UsageDaily.product_id == product_id)
    answered = (
        select(Response.tester_id)
        .join(Survey, Survey.id == Response.survey_id)
        .where(
            Survey.program_id == program_id,
            Response.tester_id.is_not(None),
            Response.state == ResponseState.COMPLETE,
        )
    )
    reported = (
        select(Enrollment.tester_id)
        .join(Vote, Vote.enrollment_id == Enrollment.id)
        .join(Report, Report.id == Vote.report_id)
        .where(Report.program_id == program_id, Vote.is_reporter)
    )
    if since is not None:
        used = used.where(UsageDaily.day >= since.date())
        answered = answered.where(Response.finished_at >= since)
        reported = reported.where(Report.created_at >= since)
    if until is not None:
        used = used.where(UsageDaily.day < until.date())
        answered = answered.where(Response.finished_at < until)
        reported = reported.where(Report.created_at < until)
    return frozenset(
        tester_id
        for statement in (used, answered, reported)
        for tester_id in session.scalars(statement.distinct())
        if tester_id is not None
    )


def times_by_tester(session: Session, scope: Scope, event: str) -> dict[UUID, int]:
    """How often each tester did it, ever."""
    return {
        tester_id: sum(times for _day, times in days)
        for tester_id, days in days_by_tester(session, scope, event).items()
    }


def days_by_tester(session: Session, scope: Scope, event: str = "") -> dict[UUID, list[tuple[date, int]]]:
    """On which days (UTC) each tester did it, and how often; without an event, anything."""
    found = (
        select(UsageDaily.tester_id, UsageDaily.day, func.sum(UsageDaily.events))
        .where(UsageDaily.product_id == scope.product_id)
        .group_by(UsageDaily.tester_id, UsageDaily.day)
    )
    if event:
        found = found.where(UsageDaily.name == event)
    days: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
    for tester_id, day, times in session.execute(found):
        if scope.covers_day(tester_id, day):
            days[tester_id].append((day, int(times)))
    return days
