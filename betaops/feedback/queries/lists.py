"""Lists of reports: narrowed, ordered, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from betaops.accounts.models import User
from betaops.enrollment.models import Enrollment, Tester
from betaops.feedback import triage
from betaops.feedback.models import OPEN, Kind, Report, Severity, State, Turn, Vote
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program


class Listed(NamedTuple):
    """A report in a list, with the names that stand beside it."""

    report: Report
    reporter: str | None
    owner: str | None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list of reports is narrowed to. Empty means all; `state` empty means what is open."""

    state: Sequence[State] = ()
    kind: Sequence[Kind] = ()
    severity: Sequence[Severity] = ()
    #: A user's id; `unowned` for nobody's.
    owner_id: UUID | None = None
    unowned: bool = False
    turn: Turn | None = None
    app_version: str = ""
    is_stale: bool = False
    tester_id: UUID | None = None
    words: str = ""


#: What the list can be ordered by; "-impact" is the greatest first.
ORDERS = {
    "created": Report.created_at,
    "touched": Report.touched_at,
    "impact": Report.impact,
    "people": Report.people,
}


def listed(
    session: Session,
    program_id: UUID,
    wanted: Filter,
    *,
    order: str,
    now: datetime,
    cursor: str | None,
    size: int = 50,
) -> Page[Listed]:
    """A page of the triage list."""
    statement = _narrowed(session, program_id, wanted, now).add_columns(Tester.name, User.name)
    statement = (
        statement.outerjoin(Vote, and_(Vote.report_id == Report.id, Vote.is_reporter))
        .outerjoin(Enrollment, Enrollment.id == Vote.enrollment_id)
        .outerjoin(Tester, Tester.id == Enrollment.tester_id)
        .outerjoin(User, User.id == Report.owner_id)
    )
    name, direction = order.removeprefix("-"), "desc" if order.startswith("-") else "asc"
    column = ORDERS.get(name, Report.created_at)
    page = keyset(
        session, statement, order=[(column, direction), (Report.id, direction)], cursor=cursor, size=size
    )
    return Page([Listed(*row) for row in page.items], page.next, page.previous)


def count(session: Session, program_id: UUID, wanted: Filter, now: datetime) -> int:
    narrowed = _narrowed(session, program_id, wanted, now).with_only_columns(func.count())
    return session.scalar(narrowed) or 0


def matching(session: Session, program_id: UUID, wanted: Filter, now: datetime, *, most: int) -> list[UUID]:
    """Ids of the reports that a filter leaves, `most` at the most."""
    narrowed = _narrowed(session, program_id, wanted, now).with_only_columns(Report.id)
    return list(session.scalars(narrowed.order_by(Report.number).limit(most)))


def count_people(session: Session, report_ids: Sequence[UUID]) -> int:
    """How many people stand behind some reports, each counted once."""
    behind = select(func.count(Vote.enrollment_id.distinct())).where(Vote.report_id.in_(report_ids))
    return session.scalar(behind) or 0


def anywhere(session: Session, words: str, limit: int) -> list[tuple[Report, Program]]:
    """Reports of any program by number ("#12") or words of the title, the newest first; none without words."""
    number = words.removeprefix("#")
    if not number.strip():
        return []
    found = select(Report, Program).join(Program, Program.id == Report.program_id)
    if number.isascii() and number.isdigit() and len(number) < 9:
        found = found.where(Report.number == int(number))
    else:
        found = found.where(*(Report.title.icontains(word, autoescape=True) for word in words.split()[:8]))
    rows = session.execute(found.order_by(Report.created_at.desc(), Report.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def _narrowed(session: Session, program_id: UUID, wanted: Filter, now: datetime) -> Select[Report]:
    found = select(Report).where(Report.program_id == program_id, Report.state.in_(wanted.state or OPEN))
    for column, values in ((Report.kind, wanted.kind), (Report.severity, wanted.severity)):
        if values:
            found = found.where(column.in_(values))
    if wanted.owner_id is not None:
        found = found.where(Report.owner_id == wanted.owner_id)
    if wanted.unowned:
        found = found.where(Report.owner_id.is_(None))
    if wanted.turn is not None:
        found = found.where(Report.turn == wanted.turn)
    if wanted.app_version:
        found = found.where(Report.app_version == wanted.app_version)
    if wanted.tester_id is not None:
        found = found.where(
            select(Vote.id)
            .join(Enrollment, Enrollment.id == Vote.enrollment_id)
            .where(Vote.report_id == Report.id, Enrollment.tester_id == wanted.tester_id)
            .exists()
        )
    if wanted.is_stale:
        named = versions(session, program_id)
        newest = triage.version_key(named[0]) if named else None
        old = [version for version in named if triage.version_key(version) != newest]
        found = found.where(
            Report.state.in_(OPEN),
            or_(Report.touched_at <= now - triage.UNTOUCHED_FOR, Report.app_version.in_(old)),
        )
    if wanted.words:
        number = wanted.words.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 9:
            return found.where(Report.number == int(number))
        for word in wanted.words.split()[:8]:
            found = found.where(
                or_(
                    Report.title.icontains(word, autoescape=True),
                    Report.body.icontains(word, autoescape=True),
                )
            )
    return found


def counts(session: Session, program_id: UUID) -> dict[State, int]:
    """How many reports stand where; every state is named."""
    found = dict(
        session.execute(
            select(Report.state, func.count()).where(Report.program_id == program_id).group_by(Report.state)
        ).all()
    )
    return {state: found.get(state, 0) for state in State}


def versions(session: Session, program_id: UUID) -> list[str]:
    """The versions that reports name, the newest first."""
    named = session.scalars(
        select(Report.app_version).where(Report.program_id == program_id, Report.app_version != "").distinct()
    )
    return sorted(named, key=triage.version_key, reverse=True)
