"""Counting participation by week: what the overview draws without reading every answer again."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.flow import WEEK
from betaops.readiness.models import ParticipationWeek
from betaops.readiness.taking_part import took_part

#: Weeks counted again on every run: answers and usage come in late.
RECOUNTED = 2


def count_weeks(work: Work, program: Program) -> None:
    """Count this week and the last, and every earlier one that is missing since the first tester came in.

    May run as often as one likes.
    """
    spells = _spells(work, program)
    if not spells:
        return
    this_week = monday(work.now.date())
    week = monday(min(spell.came for spell in spells).date())
    known = {row.starts_on: row for row in queries.weeks(work.session, program.id, limit=10_000)}
    while week <= this_week:
        if week not in known or week > this_week - RECOUNTED * WEEK:
            _count(work, program, week, spells, known.get(week))
        week += WEEK


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class _Spell(NamedTuple):
    """Somebody's time in the program; `gone` is None while they are in."""

    tester_id: UUID
    came: datetime
    gone: datetime | None


def _spells(work: Work, program: Program) -> list[_Spell]:
    """Of everybody who ever was in."""
    rows = work.session.execute(
        select(
            Enrollment.tester_id,
            Enrollment.accepted_at,
            Enrollment.withdrawn_at,
            Enrollment.removed_at,
            Enrollment.completed_at,
        ).where(Enrollment.program_id == program.id, Enrollment.accepted_at.is_not(None))
    )
    found = []
    for tester_id, came, *ends in rows:
        after = [end for end in ends if end is not None and came is not None and end > came]
        if came is not None:
            found.append(_Spell(tester_id, came, min(after, default=None)))
    return found


def _count(
    work: Work,
    program: Program,
    week: date,
    spells: list[_Spell],
    row: ParticipationWeek | None,
) -> None:
    since = datetime.combine(week, time(), UTC)
    until = since + WEEK
    enrolled = {
        spell.tester_id
        for spell in spells
        if spell.came < until and (spell.gone is None or spell.gone >= since)
    }
    took = len(took_part(work.session, program.id, program.product_id, since, until) & enrolled)
    if row is None:
        work.add(
            ParticipationWeek(program_id=program.id, starts_on=week, took_part=took, enrolled=len(enrolled))
        )
    else:
        row.took_part, row.enrolled = took, len(enrolled)
