"""Cohorts, who is in them, and how that changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from betaops.cohorts import rules
from betaops.cohorts.models import Cohort, CohortCompany, CohortMember, Kind
from betaops.cohorts.queries.history import pattern
from betaops.cohorts.queries.reading import ruled
from betaops.enrollment.models import Enrollment, State, Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset


class Sized(NamedTuple):
    cohort: Cohort
    size: int


class Member(NamedTuple):
    """Somebody in a cohort; `state` is where they stand in its program."""

    member: CohortMember
    tester: Tester
    enrollment: Enrollment


_A_DAY = timedelta(days=1)
_SIZE = (
    select(func.count())
    .select_from(CohortMember)
    .where(CohortMember.cohort_id == Cohort.id)
    .correlate(Cohort)
    .scalar_subquery()
)


def cohort(session: Session, program_id: UUID, cohort_id: UUID) -> Cohort:
    """One of this program; `NotFound` otherwise."""
    found = session.scalar(select(Cohort).where(Cohort.id == cohort_id, Cohort.program_id == program_id))
    if found is None:
        raise NotFound
    return found


def cohort_by_id(session: Session, cohort_id: UUID) -> Cohort:
    found = session.scalar(select(Cohort).where(Cohort.id == cohort_id))
    if found is None:
        raise NotFound
    return found


def cohorts(session: Session, program_id: UUID) -> list[Sized]:
    """All of the program by name, each with its number of people."""
    rows = session.execute(
        select(Cohort, _SIZE).where(Cohort.program_id == program_id).order_by(Cohort.name, Cohort.id)
    )
    return [Sized(*row) for row in rows]


def listed(session: Session, program_id: UUID, *, cursor: str | None = None, size: int = 50) -> Page[Sized]:
    """A page of a program's cohorts, the oldest first."""
    page = keyset(
        session,
        select(Cohort, _SIZE).where(Cohort.program_id == program_id),
        order=[(Cohort.id, "asc")],
        cursor=cursor,
        size=size,
    )
    return Page([Sized(*row) for row in page.items], page.next, page.previous)


def size(session: Session, cohort_id: UUID) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(CohortMember).where(CohortMember.cohort_id == cohort_id)
        )
        or 0
    )


def has_more_people(session: Session, program_id: UUID, than: int) -> bool:
    """Whether more than so many ever applied to the program; a million are not counted for that."""
    another = select(Enrollment.id).where(Enrollment.program_id == program_id).offset(than).limit(1)
    return session.scalar(another) is not None


def members(session: Session, of: Cohort, *, cursor: str | None = None, size: int = 50) -> Page[Member]:
    """A page of people, those who entered last first."""
    found = (
        select(CohortMember, Tester, Enrollment)
        .join(Tester, Tester.id == CohortMember.tester_id)
        .join(
            Enrollment,
            (Enrollment.tester_id == CohortMember.tester_id) & (Enrollment.program_id == of.program_id),
        )
        .where(CohortMember.cohort_id == of.id)
    )
    page = keyset(
        session,
        found,  # type: ignore[arg-type]  # several entities in a row
        order=[(CohortMember.since, "desc"), (CohortMember.id, "desc")],
        cursor=cursor,
        size=size,
    )
    return Page([Member(*row) for row in page.items], page.next, page.previous)


def cohorts_of(session: Session, tester_id: UUID, program_id: UUID | None = None) -> Sequence[Cohort]:
    """The cohorts that a person is in, by name."""
    found = (
        select(Cohort)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.tester_id == tester_id)
        .order_by(Cohort.name, Cohort.id)
    )
    if program_id is not None:
        found = found.where(Cohort.program_id == program_id)
    return session.scalars(found).all()


def names_by_tester(session: Session, program_id: UUID, tester_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Names of the cohorts that each of these people is in."""
    found: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(CohortMember.tester_id, Cohort.name)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(Cohort.program_id == program_id, CohortMember.tester_id.in_(tester_ids))
        .order_by(Cohort.name)
    )
    for tester_id, name in rows:
        found.setdefault(tester_id, []).append(name)
    return found


def candidates(session: Session, of: Cohort, words: str, *, limit: int = 10) -> Sequence[Tester]:
    """People of the program whose name or address holds `words`, those who are in left out where hands pick."""
    found = (
        select(Tester)
        .join(Enrollment, Enrollment.tester_id == Tester.id)
        .where(
            Enrollment.program_id == of.program_id,
            Enrollment.state.not_in((State.DECLINED, State.WITHDRAWN, State.REMOVED)),
            Tester.id.in_(select(Tester.id).where(Tester.words.like(pattern(words), escape="\\"))),
        )
        .order_by(Tester.name, Tester.id)
        .limit(limit)
    )
    if of.kind is Kind.STATIC:
        found = found.where(
            Tester.id.not_in(select(CohortMember.tester_id).where(CohortMember.cohort_id == of.id))
        )
    return session.scalars(found).all()


def rule_cohorts(session: Session, program_id: UUID) -> Sequence[UUID]:
    """Those that move people by themselves, each after those that it reads."""
    return [each.cohort.id for each in ruled(session, program_id)]


def due_for_sweep(session: Session, now: datetime) -> Sequence[tuple[UUID, UUID]]:
    """(workspace, cohort) of the installation's cohorts that move people by themselves, to be worked out again.

    Those that time alone changes always, the others once a day.
    """
    has_companies = select(CohortCompany.id).where(CohortCompany.cohort_id == Cohort.id).exists()
    rows = session.execute(
        select(Cohort.workspace_id, Cohort.id, Cohort.rule, Cohort.swept_at)
        .where(or_(Cohort.kind == Kind.RULE, has_companies))
        .order_by(Cohort.id)
        .execution_options(unscoped=True)
    )
    return [
        (row.workspace_id, row.id)
        for row in rows
        if row.swept_at is None
        or now - row.swept_at > _A_DAY
        or (row.rule is not None and rules.depends_on_time(row.rule))
    ]
