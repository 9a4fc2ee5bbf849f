"""What became of tasks: of one with everybody, and how long it took and how easy it was."""

from collections import Counter
from enum import StrEnum
from statistics import fmean, median
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.tasks.models import SETTLED, Build, Outcome, OutcomeState, Task
from betaops.tasks.queries.tasks import involved


class Answered(StrEnum):
    """What a list of people is narrowed to: who `said` anything, or what; `silent` is everybody else who is asked."""

    SAID = "said"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    SILENT = "silent"


class Person(NamedTuple):
    """Somebody whom a task concerns; `outcome` is that of its present round."""

    enrollment: Enrollment
    tester: Tester
    outcome: Outcome | None


def people(
    session: Session,
    task_id: UUID,
    *,
    answered: Answered | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Person]:
    """Who is asked and what became of it, by name."""
    statement: Any = (
        involved(Enrollment, Tester, Outcome)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Task.id == task_id)
    )
    if answered is Answered.SILENT:
        statement = statement.where(or_(Outcome.id.is_(None), Outcome.state.not_in(SETTLED)))
    elif answered is Answered.SAID:
        statement = statement.where(Outcome.state.in_(SETTLED))
    elif answered is not None:
        statement = statement.where(Outcome.state == OutcomeState(answered.value))
    page = keyset(
        session, statement, order=[(Tester.name, "asc"), (Enrollment.id, "asc")], cursor=cursor, size=size
    )
    return Page([Person(*row) for row in page.items], page.next, page.previous)


def outcome(session: Session, task: Task, enrollment_id: UUID) -> Outcome | None:
    """Of the present round."""
    return session.scalar(
        select(Outcome).where(
            Outcome.task_id == task.id,
            Outcome.enrollment_id == enrollment_id,
            Outcome.round == task.round,
        )
    )


def outcome_by_id(session: Session, outcome_id: UUID) -> Outcome:
    found = session.scalar(select(Outcome).where(Outcome.id == outcome_id))
    if found is None:
        raise NotFound
    return found


class Listed(NamedTuple):
    """An outcome, and whose it is."""

    outcome: Outcome
    tester_id: UUID


def listed_outcome(session: Session, outcome_id: UUID) -> Listed:
    """One, of whatever task."""
    row = session.execute(
        select(Outcome, Enrollment.tester_id)
        .join(Enrollment, Enrollment.id == Outcome.enrollment_id)
        .where(Outcome.id == outcome_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Listed(row[0], row[1])


def outcomes(
    session: Session,
    task_id: UUID,
    *,
    state: OutcomeState | None = None,
    round: int | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Listed]:
    """Of every round, the newest first."""
    found: Any = (
        select(Outcome, Enrollment.tester_id)
        .join(Enrollment, Enrollment.id == Outcome.enrollment_id)
        .where(Outcome.task_id == task_id)
    )
    if state is not None:
        found = found.where(Outcome.state == state)
    if round is not None:
        found = found.where(Outcome.round == round)
    page = keyset(session, found, order=[(Outcome.id, "desc")], cursor=cursor, size=size)
    return Page([Listed(*row) for row in page.items], page.next, page.previous)


def settled(session: Session, task_id: UUID) -> list[tuple[Outcome, UUID]]:
    """Those of the present round that say something, with the tester's id."""
    rows = session.execute(
        select(Outcome, Enrollment.tester_id)
        .join(Enrollment, Enrollment.id == Outcome.enrollment_id)
        .join(Task, Task.id == Outcome.task_id)
        .where(Task.id == task_id, Outcome.round == Task.round, Outcome.state.in_(SETTLED))
    )
    return [(row[0], row[1]) for row in rows]


def concerned(session: Session, task_id: UUID) -> frozenset[UUID]:
    """Testers who are asked, or have said something in the present round. A draft concerns whom it would ask."""
    return frozenset(session.scalars(involved(Enrollment.tester_id).where(Task.id == task_id)))


class Effort(NamedTuple):
    """How long it took those who completed it, and how easy they found it."""

    #: People whose time is known, and the middle one of their seconds.
    timed: int
    median_seconds: float | None
    #: Of them, how many needed no longer than the target; None where the task has none.
    in_time: int | None
    #: People who said how easy it was, and their mean on 1 … 7.
    rated: int
    mean_ease: float | None
    #: How many gave each of 1 … 7.
    ease: dict[int, int]


def effort(session: Session, task: Task) -> Effort:
    """Of the present round."""
    done = [each for each, _tester_id in settled(session, task.id) if each.state is OutcomeState.COMPLETED]
    times = [each.seconds for each in done if each.seconds is not None]
    ratings = [each.ease for each in done if each.ease is not None]
    target = task.target_seconds
    counted = Counter(ratings)
    return Effort(
        timed=len(times),
        median_seconds=median(times) if times else None,
        in_time=None if target is None else sum(seconds <= target for seconds in times),
        rated=len(ratings),
        mean_ease=fmean(ratings) if ratings else None,
        ease={value: counted[value] for value in range(1, 8)},
    )


class Round(NamedTuple):
    """A former round of a task: people by what became of it."""

    number: int
    builds: list[str]
    completed: int
    blocked: int
    opted_out: int


def former_rounds(session: Session, task: Task) -> list[Round]:
    """The newest first; for comparing before and after a retest."""
    rows = session.execute(
        select(Outcome.round, Outcome.state, Build.name)
        .outerjoin(Build, Build.id == Outcome.build_id)
        .where(Outcome.task_id == task.id, Outcome.round < task.round, Outcome.state.in_(SETTLED))
    ).all()
    found = []
    for number in sorted({row.round for row in rows}, reverse=True):
        of_round = [row for row in rows if row.round == number]
        states = Counter(row.state for row in of_round)
        builds = sorted({row.name for row in of_round if row.name})
        found.append(Round(number, builds, *(states[state] for state in SETTLED)))
    return found


def former_states(session: Session, task: Task) -> dict[UUID, OutcomeState]:
    """By enrollment: what became of it in their latest former round."""
    rows = session.execute(
        select(Outcome.enrollment_id, Outcome.state)
        .where(Outcome.task_id == task.id, Outcome.round < task.round, Outcome.state.in_(SETTLED))
        .order_by(Outcome.round)
    )
    return {row.enrollment_id: row.state for row in rows}
