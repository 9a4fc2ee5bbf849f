"""How many people got how far, how they take part and how they find it: kept by a job, or counted where nothing is kept."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import INSIDE, Enrollment
from betaops.feedback.models import Kind, Report, Severity, State, Vote
from betaops.programs.models import Program
from betaops.readiness import health
from betaops.readiness.flow import WEEK
from betaops.readiness.models import ProgramTally
from betaops.readiness.queries.people import silent_testers
from betaops.readiness.taking_part import answered, reported, took_part
from betaops.surveys.models import Survey

COUNT = "readiness.count"
#: Bugs that do not trouble anybody any more.
_ADDRESSED = (State.FIXED, State.CLOSED)


class People(NamedTuple):
    """How many got how far; see `models.ProgramTally`."""

    applied: int
    accepted: int
    activated: int
    took_part: int
    answered: int
    silent: int


class Going(NamedTuple):
    """A program's numbers, and when they were counted."""

    people: People
    numbers: health.Numbers
    success: health.Success | None
    counted_at: datetime

    @property
    def engagement(self) -> health.Engagement | None:
        return health.engagement(self.numbers)

    @property
    def told_success(self) -> health.Success | None:
        """None as well where too few do their part."""
        return self.success if health.allows_success(self.engagement) else None


def going(session: Session, program: Program, now: datetime) -> Going:
    """As it was last counted; counted now where it never was."""
    row = session.scalar(select(ProgramTally).where(ProgramTally.program_id == program.id))
    return count(session, program, now) if row is None else _kept(row)


def goings(session: Session, programs: Sequence[Program], now: datetime) -> dict[UUID, Going]:
    """Of several programs, by their ids."""
    wanted = [program.id for program in programs]
    rows = session.scalars(select(ProgramTally).where(ProgramTally.program_id.in_(wanted)))
    kept = {row.program_id: _kept(row) for row in rows}
    return {program.id: kept.get(program.id) or count(session, program, now) for program in programs}


def _kept(row: ProgramTally) -> Going:
    return Going(
        People(*(getattr(row, name) for name in People._fields)),
        health.Numbers(*(getattr(row, name) for name in health.Numbers._fields)),
        _success(row),
        row.counted_at,
    )


def _success(row: ProgramTally) -> health.Success | None:
    found = (row.success, row.success_low, row.success_high, row.untouched)
    if any(value is None for value in found):
        return None
    value, low, high, untouched = (float(each or 0.0) for each in found)
    return health.Success(row.speakers, value, low, high, untouched)


def count(session: Session, program: Program, now: datetime) -> Going:
    """From people, answers and reports themselves: as long as it takes, so that pages need not."""
    began = now - WEEK
    settled_in = _inside(session, program.id, began)
    ever = _accepted(session, program.id)
    who_answered, who_reported = answered(session, program.id), reported(session, program.id)
    who_took_part = took_part(session, program.id, program.product_id)
    lately = took_part(session, program.id, program.product_id, _midnight(began), None)
    return Going(
        People(
            *_far(session, program.id),
            took_part=len(who_took_part & ever),
            answered=len(who_answered),
            silent=silent_testers(session, program.id, began),
        ),
        health.Numbers(
            settled_in=len(settled_in),
            lately=len(lately & settled_in),
            replied=len(who_answered & settled_in),
            heard=len(who_reported & settled_in),
            is_asked=_is_asked(session, program.id),
        ),
        health.success(_voices(session, program.id)),
        now,
    )


def _far(session: Session, program_id: UUID) -> tuple[int, int, int]:
    row = session.execute(
        select(func.count(), func.count(Enrollment.accepted_at), func.count(Enrollment.activated_at)).where(
            Enrollment.program_id == program_id
        )
    ).one()
    return row[0], row[1], row[2]


def _accepted(session: Session, program_id: UUID) -> frozenset[UUID]:
    return frozenset(
        session.scalars(
            select(Enrollment.tester_id).where(
                Enrollment.program_id == program_id, Enrollment.accepted_at.is_not(None)
            )
        )
    )


def _inside(session: Session, program_id: UUID, since: datetime) -> frozenset[UUID]:
    """Who is in, since then or earlier."""
    return frozenset(
        session.scalars(
            select(Enrollment.tester_id).where(
                Enrollment.program_id == program_id,
                Enrollment.state.in_(INSIDE),
                Enrollment.accepted_at <= since,
            )
        )
    )


def _is_asked(session: Session, program_id: UUID) -> bool:
    published = select(Survey.id).where(Survey.program_id == program_id, Survey.live_number.is_not(None))
    return session.scalar(published.limit(1)) is not None


def _voices(session: Session, program_id: UUID) -> list[health.Voice]:
    """What the reports behind which each person stands say; duplicates stand in the one they went into."""
    rows = session.execute(
        select(Vote.enrollment_id, Report.kind, Report.severity, Report.state, func.count())
        .join(Report, Report.id == Vote.report_id)
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE)
        .group_by(Vote.enrollment_id, Report.kind, Report.severity, Report.state)
    )
    found: dict[UUID, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(health.Voice._fields, 0))
    for enrollment_id, kind, severity, state, number in rows:
        said = found[enrollment_id]
        if kind is Kind.PRAISE:
            said["praise"] += number
        elif kind is Kind.IDEA:
            said["ideas"] += number
        elif kind is Kind.BUG and state in _ADDRESSED:
            said["addressed"] += number
            said["addressed_trouble"] += number * health.TROUBLE[severity or Severity.MINOR]
        elif kind is Kind.BUG:
            said["trouble"] += number * health.TROUBLE[severity or Severity.MINOR]
    return [health.Voice(**said) for said in found.values()]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
