"""Reading usage: of one person, and of a program."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from betaops.cohorts.doings import Doings
from betaops.enrollment.models import Enrollment
from betaops.kernel import clock
from betaops.kernel.ids import least_id
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Product, Program
from betaops.usage.models import UsageDaily, UsageEvent, UsagePosition

LATELY_DAYS = 90


class Seen(NamedTuple):
    """When somebody was first and last active, and how much in between; None for never."""

    first: datetime | None
    last: datetime | None
    events: int


class ByName(NamedTuple):
    name: str
    events: int
    people: int
    last_day: date


class ByDay(NamedTuple):
    day: date
    people: int
    events: int


class Totals(NamedTuple):
    """Of one program in one span of days."""

    people: int
    events: int


def seen(session: Session, tester_id: UUID) -> Seen:
    row = session.execute(
        select(func.min(UsageEvent.at), func.max(UsageEvent.at), func.count()).where(
            UsageEvent.tester_id == tester_id
        )
    ).one()
    return Seen(*row)


def recent(session: Session, tester_id: UUID, *, limit: int = 10) -> Sequence[UsageEvent]:
    """The newest events of one person."""
    return session.scalars(
        select(UsageEvent)
        .where(UsageEvent.tester_id == tester_id)
        .order_by(UsageEvent.at.desc(), UsageEvent.id.desc())
        .limit(limit)
    ).all()


def events(
    session: Session, tester_id: UUID, *, cursor: str | None = None, size: int = 50
) -> Page[UsageEvent]:
    """All events of one person, the newest first."""
    return keyset(
        session,
        select(UsageEvent).where(UsageEvent.tester_id == tester_id),
        order=[(UsageEvent.at, "desc"), (UsageEvent.id, "desc")],
        cursor=cursor,
        size=size,
    )


def days_of(session: Session, tester_id: UUID, since: date, until: date) -> list[int]:
    """Events a day of one person, `since` to `until`, with zeros."""
    rows = session.execute(
        select(UsageDaily.day, func.sum(UsageDaily.events))
        .where(UsageDaily.tester_id == tester_id, UsageDaily.day.between(since, until))
        .group_by(UsageDaily.day)
    )
    found = {day: int(total) for day, total in rows}
    return [found.get(day, 0) for day in _days(since, until)]


def by_name(session: Session, program: Program, since: date, until: date) -> list[ByName]:
    """What a program's people did, what most of them did first."""
    people = func.count(func.distinct(UsageDaily.tester_id))
    rows = session.execute(
        _of_program(
            select(UsageDaily.name, func.sum(UsageDaily.events), people, func.max(UsageDaily.day)),
            program,
            since,
            until,
        )
        .group_by(UsageDaily.name)
        .order_by(people.desc(), func.sum(UsageDaily.events).desc(), UsageDaily.name)
        .limit(200)
    )
    return [ByName(name, int(total), number, last) for name, total, number, last in rows]


def by_day(
    session: Session, program: Program, since: date, until: date, name: str | None = None
) -> list[ByDay]:
    """How many of a program's people were active on each day (did `name`, if given), with zeros."""
    statement = _of_program(
        select(UsageDaily.day, func.count(func.distinct(UsageDaily.tester_id)), func.sum(UsageDaily.events)),
        program,
        since,
        until,
    ).group_by(UsageDaily.day)
    if name is not None:
        statement = statement.where(UsageDaily.name == name)
    found = {day: (people, int(total)) for day, people, total in session.execute(statement)}
    return [ByDay(day, *found.get(day, (0, 0))) for day in _days(since, until)]


def totals(session: Session, program: Program, since: date, until: date, name: str | None = None) -> Totals:
    """How many people were active at all (did `name`), and how many events that makes."""
    statement = _of_program(
        select(
            func.count(func.distinct(UsageDaily.tester_id)), func.coalesce(func.sum(UsageDaily.events), 0)
        ),
        program,
        since,
        until,
    )
    if name is not None:
        statement = statement.where(UsageDaily.name == name)
    people, total = session.execute(statement).one()
    return Totals(people, int(total))


#: Machines' clocks may differ by so much: an id made on one that is slow is a little older.
_SKEW = timedelta(minutes=5)


def times_since(session: Session, product_id: UUID, since: datetime, name: str) -> dict[UUID, int]:
    """How often each known person did `name` from `since` on."""
    rows = session.execute(
        _since(select(UsageEvent.tester_id, func.count()), product_id, since)
        .where(UsageEvent.name == name)
        .group_by(UsageEvent.tester_id)
    ).all()
    return dict(rows)


def active_since(session: Session, product_id: UUID, since: datetime) -> set[UUID]:
    """Known people who did anything from `since` on."""
    return set(session.scalars(_since(select(UsageEvent.tester_id), product_id, since).distinct()))


def _since(statement: Select[*tuple[Any, ...]], product_id: UUID, since: datetime) -> Any:
    """Read by id, which grows with time: what came in before is not looked at, and taking in pays for no index."""
    return statement.where(
        UsageEvent.id >= least_id(since - _SKEW),
        UsageEvent.product_id == product_id,
        UsageEvent.at >= since,
        UsageEvent.tester_id.is_not(None),
    )


def has_any(session: Session, product_id: UUID) -> bool:
    """Whether the product ever sent an event."""
    return (
        session.scalar(select(UsageEvent.id).where(UsageEvent.product_id == product_id).limit(1)) is not None
    )


def doings(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], names: Collection[str]
) -> dict[UUID, dict[str, Doings]]:
    """How often each of these people did what is named, by day: facts for cohort rules."""
    found: dict[UUID, dict[str, list[tuple[date, int]]]] = defaultdict(lambda: defaultdict(list))
    product = select(Program.product_id).where(Program.id == program_id).scalar_subquery()
    for tester_id, name, day, events in session.execute(
        select(UsageDaily.tester_id, UsageDaily.name, UsageDaily.day, UsageDaily.events).where(
            UsageDaily.product_id == product, UsageDaily.tester_id.in_(tester_ids), UsageDaily.name.in_(names)
        )
    ):
        found[tester_id][name].append((day, events))
    return {
        tester_id: {name: Doings.of(days) for name, days in by_name.items()}
        for tester_id, by_name in found.items()
    }


def names_seen(session: Session, program: Program) -> Sequence[str]:
    """What people of the product did lately."""
    since = clock.now().date() - timedelta(days=LATELY_DAYS)
    return session.scalars(
        select(UsageDaily.name)
        .where(UsageDaily.product_id == program.product_id, UsageDaily.day >= since)
        .distinct()
        .order_by(UsageDaily.name)
        .limit(200)
    ).all()


def _of_program(statement: Select[*tuple[Any, ...]], program: Program, since: date, until: date) -> Any:
    return statement.join(
        Enrollment,
        (Enrollment.tester_id == UsageDaily.tester_id) & (Enrollment.program_id == program.id),
    ).where(UsageDaily.product_id == program.product_id, UsageDaily.day.between(since, until))


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]


def position(session: Session, destination: str) -> UUID | None:
    """The last event that has arrived at `destination`; None before the first."""
    return session.scalar(select(UsagePosition.position).where(UsagePosition.destination == destination))


def events_after(
    session: Session, position: UUID | None, *, received_before: datetime, limit: int
) -> Sequence[UsageEvent]:
    """The next events in the order of their ids, of every workspace: for passing them on."""
    found = select(UsageEvent).where(UsageEvent.received_at < received_before)
    if position is not None:
        found = found.where(UsageEvent.id > position)
    return session.scalars(found.order_by(UsageEvent.id).limit(limit).execution_options(unscoped=True)).all()


def workspaces(session: Session) -> Sequence[UUID]:
    """Every workspace with a product, for upkeep of the whole installation."""
    return session.scalars(
        select(Product.workspace_id)
        .distinct()
        .order_by(Product.workspace_id)
        .execution_options(unscoped=True)
    ).all()
