"""Expectations with what was found about them, decisions with their signatures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import INSIDE, Enrollment, State, Tester
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Phase, Program
from betaops.readiness.board import Row
from betaops.readiness.measures import Scope
from betaops.readiness.models import (
    Decision,
    DecisionState,
    Expectation,
    ParticipationWeek,
    Reading,
    Signature,
)
from betaops.readiness.verdict import Verdict
from betaops.surveys.models import Response, ResponseState, Survey

#: Readings shown for each expectation: the last so many days.
HISTORY = 90


def expectations(session: Session, program_id: UUID, *, locked: bool = False) -> Sequence[Expectation]:
    """In their order; `locked`: held until the end of the work, so that two readings do not cross."""
    found = (
        select(Expectation)
        .where(Expectation.program_id == program_id)
        .order_by(Expectation.position, Expectation.created_at, Expectation.id)
    )
    if locked:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).all()


def expectation(session: Session, program_id: UUID, expectation_id: UUID) -> Expectation:
    found = session.scalar(
        select(Expectation).where(Expectation.id == expectation_id, Expectation.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def expectation_page(
    session: Session, program_id: UUID, *, cursor: str | None, size: int
) -> Page[Expectation]:
    return keyset(
        session,
        select(Expectation).where(Expectation.program_id == program_id),
        order=[(Expectation.position, "asc"), (Expectation.id, "asc")],
        cursor=cursor,
        size=size,
    )


def reading_page(session: Session, expectation_id: UUID, *, cursor: str | None, size: int) -> Page[Reading]:
    """The newest first."""
    return keyset(
        session,
        select(Reading).where(Reading.expectation_id == expectation_id),
        order=[(Reading.taken_on, "desc"), (Reading.id, "desc")],
        cursor=cursor,
        size=size,
    )


def latest_readings(session: Session, program_id: UUID) -> dict[UUID, Reading]:
    """The last reading of each expectation, by its id."""
    newest = (
        select(Reading.expectation_id, func.max(Reading.taken_on).label("taken_on"))
        .where(Reading.program_id == program_id)
        .group_by(Reading.expectation_id)
        .subquery()
    )
    found = session.scalars(
        select(Reading).join(
            newest,
            (Reading.expectation_id == newest.c.expectation_id) & (Reading.taken_on == newest.c.taken_on),
        )
    )
    return {reading.expectation_id: reading for reading in found}


class Past(NamedTuple):
    """A former reading without the evidence behind it."""

    taken_on: date
    verdict: Verdict
    n: int
    estimate: float | None
    low: float | None
    high: float | None


def histories(session: Session, program_id: UUID, since: date) -> dict[UUID, list[Past]]:
    """Former readings of each expectation, oldest first."""
    rows = session.execute(
        select(
            Reading.expectation_id,
            Reading.taken_on,
            Reading.verdict,
            Reading.n,
            Reading.estimate,
            Reading.low,
            Reading.high,
        )
        .where(Reading.program_id == program_id, Reading.taken_on >= since)
        .order_by(Reading.taken_on)
    )
    found: dict[UUID, list[Past]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Past(*row[1:]))
    return found


def board(session: Session, program_id: UUID) -> list[Row]:
    """Every expectation with its last reading and the name of its cohort: what the readiness page shows."""
    rows = session.execute(
        select(Expectation, Cohort.name)
        .outerjoin(Cohort, Cohort.id == Expectation.cohort_id)
        .where(Expectation.program_id == program_id)
        .order_by(Expectation.position, Expectation.created_at, Expectation.id)
    ).all()
    readings = latest_readings(session, program_id)
    return [Row(each, readings.get(each.id), cohort or "") for each, cohort in rows]


def scope(session: Session, program: Program, cohort_id: UUID | None) -> Scope:
    """The testers an expectation speaks of: ever accepted, not removed, and in the cohort where one is named."""
    found = select(Enrollment.tester_id, Enrollment.state, Enrollment.activated_at.is_not(None)).where(
        Enrollment.program_id == program.id, Enrollment.accepted_at.is_not(None)
    )
    if cohort_id is not None:
        members = select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort_id)
        found = found.where(Enrollment.tester_id.in_(members))
    testers, started, removed = set(), set(), 0
    for tester_id, state, began in session.execute(found):
        if state is State.REMOVED:
            removed += 1
        elif state is not State.APPLIED:
            testers.add(tester_id)
            if began:
                started.add(tester_id)
    return Scope(
        program_id=program.id,
        product_id=program.product_id,
        testers=frozenset(testers),
        started=frozenset(started),
        removed=removed,
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


def decision_that_stands(session: Session, program_id: UUID) -> Decision | None:
    """The one that is proposed or in force; there is at most one."""
    return session.scalar(
        select(Decision).where(Decision.program_id == program_id, Decision.state != DecisionState.WITHDRAWN)
    )


def count_unsigned(session: Session, program_id: UUID) -> int:
    """Decisions that wait for a second member."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Decision)
            .where(Decision.program_id == program_id, Decision.state == DecisionState.PROPOSED)
        )
        or 0
    )


def find_expectations(session: Session, words: str, limit: int) -> Sequence[tuple[UUID, str, str, str]]:
    """(id, need, program's name and slug) of needs with these words, of programs under way first."""
    if not words:
        return []
    rows = session.execute(
        select(Expectation.id, Expectation.need, Program.name, Program.slug)
        .join(Program, Program.id == Expectation.program_id)
        .where(func.lower(Expectation.need).contains(words.lower(), autoescape=True))
        .order_by(Program.created_at.desc(), Expectation.position)
        .limit(limit)
    ).all()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def decisions(session: Session, program_id: UUID) -> Sequence[Decision]:
    """All, withdrawn ones too, the newest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.program_id == program_id)
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    ).all()


def decision(session: Session, program_id: UUID, decision_id: UUID) -> Decision:
    found = session.scalar(
        select(Decision).where(Decision.id == decision_id, Decision.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def signatures(session: Session, decision_ids: Sequence[UUID]) -> dict[UUID, list[Signature]]:
    """Of each decision, in the order they were given."""
    found: dict[UUID, list[Signature]] = {each: [] for each in decision_ids}
    rows = session.scalars(
        select(Signature)
        .where(Signature.decision_id.in_(decision_ids))
        .order_by(Signature.signed_at, Signature.id)
    )
    for row in rows:
        found[row.decision_id].append(row)
    return found


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
    """(workspace, program) of every program under way: of one workspace, or of the whole installation."""
    found = (
        select(Program.workspace_id, Program.id)
        .where(Program.phase.in_((Phase.RECRUITING, Phase.RUNNING, Phase.CLOSING)))
        .order_by(Program.id)
    )
    if workspace_id is None:
        found = found.execution_options(unscoped=True)
    return [(row[0], row[1]) for row in session.execute(found)]


def program_of_installation(session: Session, slug: str) -> Program:
    """By its public address, of whatever workspace, which the session then sees; for commands."""
    found = session.scalar(select(Program).where(Program.slug == slug).execution_options(unscoped=True))
    if found is None:
        raise NotFound
    scope_to(session, found.workspace_id)
    return found


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
