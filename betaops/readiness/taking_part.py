"""Who took part: used the product, answered a survey, tried a task, or reported something."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Report, Vote
from betaops.programs.models import Program
from betaops.readiness.scope import Scope
from betaops.surveys.models import Response, ResponseState, Survey
from betaops.tasks.models import Outcome, OutcomeState
from betaops.usage.models import UsageDaily

#: Of an `Enrollment` of the query around it. Whoever only looks at a task, or opts out of it, has not tried it.
_TRIES = select(Outcome.id).where(
    Outcome.enrollment_id == Enrollment.id,
    Outcome.state.in_((OutcomeState.STARTED, OutcomeState.COMPLETED, OutcomeState.BLOCKED)),
)
#: What is known of when they tried.
_TRIED_AT = func.coalesce(Outcome.ended_at, Outcome.started_at)


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
    statements = (
        _used(product_id, since, until),
        _answered(program_id, since, until),
        _tried(program_id, since, until),
        _reported(program_id, since, until),
    )
    return frozenset(
        tester_id for statement in statements for tester_id in session.scalars(statement.distinct())
    )


def answered(session: Session, program_id: UUID) -> frozenset[UUID]:
    """Testers (ids) with a complete response to any of a program's surveys."""
    return frozenset(session.scalars(_answered(program_id).distinct()))


def reported(session: Session, program_id: UUID) -> frozenset[UUID]:
    """Testers (ids) who wrote a report."""
    return frozenset(session.scalars(_reported(program_id).distinct()))


def did(doing: str, since: datetime | None = None) -> ColumnElement[bool]:
    """Of each `Enrollment` of a query, whether its person `answered`, `reported` or did anything (`took_part`)."""
    answers = select(Response.id).where(
        Response.enrollment_id == Enrollment.id, Response.state == ResponseState.COMPLETE
    )
    reports = select(Vote.id).where(Vote.enrollment_id == Enrollment.id, Vote.is_reporter)
    tries = _TRIES
    product = select(Program.product_id).where(Program.id == Enrollment.program_id)
    of_program = product.correlate(Enrollment).scalar_subquery()
    uses = select(UsageDaily.id).where(
        UsageDaily.tester_id == Enrollment.tester_id, UsageDaily.product_id == of_program
    )
    if since is not None:
        answers = answers.where(Response.finished_at >= since)
        reports = reports.where(Vote.at >= since)
        tries = _between(tries, _TRIED_AT, since, None)
        uses = uses.where(UsageDaily.day >= since.date())
    ways = {
        "answered": [answers],
        "reported": [reports],
        "took_part": [answers, reports, tries, uses],
    }[doing]
    return or_(*(way.exists() for way in ways))


def _used(product_id: UUID, since: datetime | None = None, until: datetime | None = None) -> Select[Any]:
    found = select(UsageDaily.tester_id).where(UsageDaily.product_id == product_id)
    if since is not None:
        found = found.where(UsageDaily.day >= since.date())
    return found if until is None else found.where(UsageDaily.day < until.date())


def _answered(program_id: UUID, since: datetime | None = None, until: datetime | None = None) -> Select[Any]:
    found = (
        select(Response.tester_id)
        .join(Survey, Survey.id == Response.survey_id)
        .where(
            Survey.program_id == program_id,
            Response.tester_id.is_not(None),
            Response.state == ResponseState.COMPLETE,
        )
    )
    return _between(found, Response.finished_at, since, until)


def _reported(program_id: UUID, since: datetime | None = None, until: datetime | None = None) -> Select[Any]:
    # Person by person: asked to join all three, SQLite looks for everybody's vote on every report of the time.
    written = (
        select(Vote.id)
        .join(Report, Report.id == Vote.report_id)
        .where(Vote.enrollment_id == Enrollment.id, Vote.is_reporter)
    )
    wrote = _between(written, Report.created_at, since, until).exists()
    return select(Enrollment.tester_id).where(Enrollment.program_id == program_id, wrote)


def _tried(program_id: UUID, since: datetime | None = None, until: datetime | None = None) -> Select[Any]:
    tried = _between(_TRIES, _TRIED_AT, since, until).exists()
    return select(Enrollment.tester_id).where(Enrollment.program_id == program_id, tried)


def _between(found: Select[Any], at: Any, since: datetime | None, until: datetime | None) -> Select[Any]:
    if since is not None:
        found = found.where(at >= since)
    return found if until is None else found.where(at < until)


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
