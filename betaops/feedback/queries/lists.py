"""Lists of reports: narrowed, ordered, counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from betaops.accounts.models import User
from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import Enrollment, Tester
from betaops.feedback.figures import WEEK, Flow
from betaops.feedback.models import OPEN, Kind, Report, ReportTag, Severity, State, Turn, Vote
from betaops.feedback.queries.conditions import moved_in, stale, untold
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
    #: Whoever reported it belongs to it.
    cohort_id: UUID | None = None
    #: A theme's key.
    theme: str = ""
    #: What became of it in the week that begins on that Monday.
    moved: tuple[Flow, date] | None = None
    #: Settled, and its people were not told.
    untold: bool = False
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
    found = found.where(*_own(wanted), *_by_people(wanted), *_by_story(wanted))
    if wanted.is_stale:
        found = found.where(stale(session, program_id, now))
    return found.where(*_by_words(wanted.words))


def _own(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """What stands in the report's row."""
    for column, values in ((Report.kind, wanted.kind), (Report.severity, wanted.severity)):
        if values:
            yield column.in_(values)
    if wanted.owner_id is not None:
        yield Report.owner_id == wanted.owner_id
    if wanted.unowned:
        yield Report.owner_id.is_(None)
    if wanted.turn is not None:
        yield Report.turn == wanted.turn
    if wanted.app_version:
        yield Report.app_version == wanted.app_version
    if wanted.untold:
        yield untold()


def _by_people(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """Who stands behind it."""
    behind = (
        select(Vote.id)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .where(Vote.report_id == Report.id)
    )
    if wanted.tester_id is not None:
        yield behind.where(Enrollment.tester_id == wanted.tester_id).exists()
    if wanted.cohort_id is not None:
        members = select(CohortMember.tester_id).where(CohortMember.cohort_id == wanted.cohort_id)
        yield behind.where(Vote.is_reporter, Enrollment.tester_id.in_(members)).exists()


def _by_story(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """What it is about, and what became of it when."""
    if wanted.theme:
        yield Report.id.in_(select(ReportTag.report_id).where(ReportTag.key == wanted.theme))
    if wanted.moved is not None:
        flow, week = wanted.moved
        since = datetime.combine(week, time(), UTC)
        yield Report.id.in_(moved_in(flow, since, since + WEEK))


def _by_words(words: str) -> Iterator[ColumnElement[bool]]:
    number = words.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 9:
        yield Report.number == int(number)
        return
    for word in words.split()[:8]:
        yield or_(Report.title.icontains(word, autoescape=True), Report.body.icontains(word, autoescape=True))


def counts(session: Session, program_id: UUID) -> dict[State, int]:
    """How many reports stand where; every state is named."""
    found = dict(
        session.execute(
            select(Report.state, func.count()).where(Report.program_id == program_id).group_by(Report.state)
        ).all()
    )
    return {state: found.get(state, 0) for state in State}
