"""Expectations with what was found about them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program
from betaops.readiness.board import Row
from betaops.readiness.models import Amendment, CriteriaSeal, Expectation, Reading
from betaops.readiness.verdict import Verdict

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


def seal(session: Session, program_id: UUID) -> CriteriaSeal | None:
    """What was expected when the program started; None before."""
    return session.scalar(select(CriteriaSeal).where(CriteriaSeal.program_id == program_id))


def amendments(session: Session, program_id: UUID) -> Sequence[Amendment]:
    """What was changed after the seal, the first first."""
    return session.scalars(
        select(Amendment).where(Amendment.program_id == program_id).order_by(Amendment.at, Amendment.id)
    ).all()


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
