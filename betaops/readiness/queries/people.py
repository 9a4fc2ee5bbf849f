"""Programs and their testers, as far as expectations and the overview look."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import INSIDE, Enrollment, State, Tester
from betaops.kernel import clock
from betaops.programs.models import Phase, Program
from betaops.readiness.models import (
    CriterionKind,
    Decision,
    DecisionState,
    Expectation,
    GateCriterion,
    ParticipationWeek,
)
from betaops.readiness.queries.builds import spans
from betaops.readiness.scope import Scope
from betaops.surveys.models import Response, ResponseState, Survey

#: How long after its day a planned close is still read, should nobody have been there on that night.
CLOSED_LATELY = timedelta(days=7)


def scope(
    session: Session,
    program: Program,
    cohort_id: UUID | None = None,
    *,
    today: date | None = None,
    wave: int | None = None,
    build: str | None = None,
) -> Scope:
    """The testers an expectation speaks of: ever accepted, not removed, and in the cohort where one is named.

    Of a build, those who used it.
    """
    found = select(
        Enrollment.tester_id, Enrollment.state, Enrollment.accepted_at, Enrollment.activated_at
    ).where(Enrollment.program_id == program.id, Enrollment.accepted_at.is_not(None))
    if cohort_id is not None:
        members = select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id)
        found = found.where(Enrollment.tester_id.in_(members))
    came_on: dict[UUID, date] = {}
    started, left, removed = set(), set(), 0
    for tester_id, state, accepted_at, activated_at in session.execute(found):
        if state is State.REMOVED:
            removed += 1
        elif state is not State.APPLIED and accepted_at is not None:
            came_on[tester_id] = (activated_at or accepted_at).date()
            if activated_at is not None:
                started.add(tester_id)
            if state is State.WITHDRAWN:
                left.add(tester_id)
    used = spans(session, program.product_id, build) if build else None
    if used is not None:
        came_on = {tester_id: day for tester_id, day in came_on.items() if tester_id in used}
    return Scope(
        program_id=program.id,
        product_id=program.product_id,
        testers=frozenset(came_on),
        started=frozenset(started & came_on.keys()),
        left=frozenset(left & came_on.keys()),
        removed=removed,
        today=today or clock.now().date(),
        came_on=came_on,
        is_narrowed=cohort_id is not None or wave is not None or bool(build),
        wave=wave,
        spans=used,
    )


def silent_testers(session: Session, program_id: UUID, since: datetime) -> int:
    """How many who are in gave no sign of life since then; who came in later is not silent yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Enrollment)
            .join(Tester, Tester.id == Enrollment.tester_id)
            .where(
                Enrollment.program_id == program_id,
                Enrollment.state.in_(INSIDE),
                Enrollment.accepted_at < since,
                or_(Tester.seen_at.is_(None), Tester.seen_at < since),
            )
        )
        or 0
    )


def weeks(session: Session, program_id: UUID, limit: int = 26) -> list[ParticipationWeek]:
    """Participation by week, oldest first; the last `limit` weeks."""
    found = session.scalars(
        select(ParticipationWeek)
        .where(ParticipationWeek.program_id == program_id)
        .order_by(ParticipationWeek.starts_on.desc())
        .limit(limit)
    ).all()
    return list(reversed(found))


def measured_programs(session: Session, workspace_id: UUID | None = None) -> list[tuple[UUID, UUID]]:
    """(workspace, program) of every program under way: of one workspace, or of the whole installation.

    One that is closed is among them while a close that was planned may still be to come.
    """
    lately = clock.now().date() - CLOSED_LATELY
    to_come = select(Expectation.program_id).where(Expectation.closes_on >= lately)
    found = (
        select(Program.workspace_id, Program.id)
        .where(
            or_(
                Program.phase.in_((Phase.RECRUITING, Phase.RUNNING, Phase.CLOSING)),
                and_(Program.phase == Phase.CLOSED, Program.id.in_(to_come)),
            )
        )
        .order_by(Program.id)
    )
    if workspace_id is None:
        found = found.execution_options(unscoped=True)
    return [(row[0], row[1]) for row in session.execute(found)]


def watched_programs(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, program) of the whole installation: every one with a decision in force or with criteria that suspend it,
    as time runs for both."""
    decided = select(Decision.program_id).where(Decision.state == DecisionState.IN_FORCE)
    suspending = select(GateCriterion.program_id).where(GateCriterion.kind == CriterionKind.SUSPENSION)
    found = session.execute(
        select(Program.workspace_id, Program.id)
        .where(Program.phase != Phase.ARCHIVED, or_(Program.id.in_(decided), Program.id.in_(suspending)))
        .order_by(Program.id)
        .execution_options(unscoped=True)
    )
    return [(row[0], row[1]) for row in found]


def count_answering(session: Session, program_id: UUID) -> int:
    """Testers with at least one complete response."""
    return (
        session.scalar(
            select(func.count(Response.tester_id.distinct()))
            .join(Survey, Survey.id == Response.survey_id)
            .where(Survey.program_id == program_id, Response.state == ResponseState.COMPLETE)
        )
        or 0
    )
