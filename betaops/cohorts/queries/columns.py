"""Facts in columns: what there is to write, and a rule asked about everybody at once. See `columns`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from betaops.cohorts import layout, rules
from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import Cohort, CohortMember, FactBlock, FactCells, FactColumn, FactTail, Kind
from betaops.cohorts.queries.facts import Known, known

if TYPE_CHECKING:
    from betaops.cohorts.columns import Ids, Plan

#: People in a block when it is new, and before it is divided.
BLOCK, LARGEST_BLOCK = 4_096, 8_192
#: So many people are asked directly; with more of them their blocks are written anew.
MOST_TAIL = 2_000
#: After this long everything is read again, whatever events said.
GOOD_FOR = timedelta(days=1)
_AT_ONCE = 2_000
FIRST = UUID(int=0)

Need = Literal["all", "tail"]


def need(session: Session, program_id: UUID, rule: rules.Rule, now: datetime) -> Need | None:
    """What of the program's columns is to be written before `rule` can be asked of them."""
    wanted = layout.facts_of([rule])
    if not wanted:
        return None
    present = {row.fact: row for row in columns(session, program_id, wanted)}
    if any(fact not in present or not _is_good(present[fact], now) for fact in wanted):
        return "all"
    waiting = session.scalar(
        select(func.count()).select_from(FactTail).where(FactTail.program_id == program_id)
    )
    return "tail" if (waiting or 0) > MOST_TAIL else None


def columns(session: Session, program_id: UUID, facts: Collection[str] | None = None) -> Sequence[FactColumn]:
    """Those of the program (of these facts)."""
    found = select(FactColumn).where(FactColumn.program_id == program_id).order_by(FactColumn.id)
    if facts is not None:
        found = found.where(FactColumn.fact.in_(facts))
    return session.scalars(found.execution_options(populate_existing=True)).all()


def _is_good(column: FactColumn, now: datetime) -> bool:
    return _is_filled(column) and now - column.due_at <= GOOD_FOR


def _is_filled(column: FactColumn) -> bool:
    return column.filled_at is not None and column.filled_at >= column.due_at


def facts_read(session: Session, program_id: UUID) -> frozenset[str]:
    """The facts that the program's rules read and that get a column."""
    return layout.facts_of(
        rule
        for rule in session.scalars(
            select(Cohort.rule).where(Cohort.program_id == program_id, Cohort.kind == Kind.RULE)
        )
        if rule is not None
    )


# What is written


class Stretch(NamedTuple):
    """A block as it is and its people as they are, from `first` to before `last`; `rest` of them do not fit in."""

    first: UUID
    last: UUID | None
    block: FactBlock | None
    columns: Sequence[FactColumn]
    #: By column; of the block's version only.
    cells: Mapping[UUID, bytes]
    people: Sequence[Known]
    rest: Sequence[UUID]
    #: Rows of the tail that were there before the people were read.
    tail: Sequence[UUID]


def stretches(session: Session, program_id: UUID, *, tail: bool) -> list[tuple[UUID, UUID | None]]:
    """Where blocks begin, each with the next one's beginning; `tail`: only those with people that wait."""
    firsts = session.scalars(
        select(FactBlock.first).where(FactBlock.program_id == program_id).order_by(FactBlock.first)
    ).all()
    found: list[tuple[UUID, UUID | None]] = list(zip(firsts or [FIRST], [*firsts[1:], None], strict=True))
    if not tail:
        return found
    waiting = session.scalars(select(FactTail.tester_id).where(FactTail.program_id == program_id)).all()
    return [
        (first, last)
        for first, last in found
        if any(first <= each and (last is None or each < last) for each in waiting)
    ]


def stretch(
    session: Session, program_id: UUID, first: UUID, last: UUID | None, since: datetime | None
) -> Stretch | None:
    """What is to be written there; None where somebody has read and written all of it after `since`."""
    block = session.scalar(
        select(FactBlock)
        .where(FactBlock.program_id == program_id, FactBlock.first == first)
        .execution_options(populate_existing=True)
    )
    its_columns = [column for column in columns(session, program_id) if column.kind is not ColumnKind.LOOSE]
    cells = {} if block is None else _cells_of(session, block)
    if (
        since is not None
        and block is not None
        and block.laid_at >= since
        and all(column.id in cells for column in its_columns)
    ):
        return None
    tail = select(FactTail.id).where(FactTail.program_id == program_id, FactTail.tester_id >= first)
    waiting = session.scalars(tail if last is None else tail.where(FactTail.tester_id < last)).all()
    people = list(known(session, program_id, between=(first, last), most=LARGEST_BLOCK + 1))
    fitting = BLOCK if len(people) > LARGEST_BLOCK else len(people)
    rest = [person.tester_id for person in people[fitting:]]
    return Stretch(first, last, block, its_columns, cells, people[:fitting], rest, waiting)


def _cells_of(session: Session, block: FactBlock) -> dict[UUID, bytes]:
    rows = session.execute(
        select(FactCells.column_id, FactCells.cells).where(
            FactCells.block_id == block.id, FactCells.version == block.version
        )
    )
    return {row.column_id: row.cells for row in rows}


def cells_of_column(session: Session, column_id: UUID) -> list[bytes]:
    return list(session.scalars(select(FactCells.cells).where(FactCells.column_id == column_id)))


def blocks_around(session: Session, tester_id: UUID) -> list[tuple[UUID, UUID]]:
    """(block, program) of every block to which that id belongs, whether they are in it or not."""
    nearest = (
        select(FactBlock.program_id, func.max(FactBlock.first).label("first"))
        .where(FactBlock.first <= tester_id)
        .group_by(FactBlock.program_id)
        .subquery()
    )
    rows = session.execute(
        select(FactBlock.id, FactBlock.program_id)
        .join(
            nearest,
            (nearest.c.program_id == FactBlock.program_id) & (nearest.c.first == FactBlock.first),
        )
        .order_by(FactBlock.program_id)
    )
    return [(row.id, row.program_id) for row in rows]


# Who is in


def moving(session: Session, cohort: Cohort, now: datetime) -> list[UUID]:
    """Everybody whose membership of a rule cohort is not what the rule says now."""
    if cohort.rule is None:
        return []
    plan = _plan(session, cohort.program_id, cohort.rule, now)
    if plan is None:
        inside = rules.compiled(cohort.rule)
        people = known(session, cohort.program_id)
        wanted = {person.tester_id for person in people if inside(person.facts, now)}
        current = session.scalars(select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort.id))
        return sorted(wanted.symmetric_difference(current))
    from betaops.cohorts.columns import apart

    both = apart(_wanted(session, cohort.program_id, cohort.rule, plan, now), _members(session, cohort.id))
    return [UUID(bytes=both[start : start + 16]) for start in range(0, len(both), 16)]


def _plan(session: Session, program_id: UUID, rule: rules.Rule, now: datetime) -> "Plan | None":
    """How columns are asked; None where they know nothing that `rule` reads."""
    read = columns(session, program_id, layout.facts_of([rule]))
    filled = [column for column in read if _is_filled(column)]
    if not filled:
        return None
    from betaops.cohorts.columns import Column, plan

    return plan(rule, {each.fact: Column(each.kind, each.values) for each in filled}, now)


def _wanted(session: Session, program_id: UUID, rule: rules.Rule, plan: "Plan", now: datetime) -> "Ids":
    """Everybody whom the rule wants in: by columns where these decide, else asked directly."""
    import numpy as np

    from betaops.cohorts.columns import ids, ordered, places

    tail = session.scalars(select(FactTail.tester_id).where(FactTail.program_id == program_id)).all()
    waiting = ordered(ids(b"".join(each.bytes for each in tail)))
    blocks, cells = _blocks(session, program_id), _cells(session, program_id, plan)
    inside, asked = [], [waiting]
    for block_id, version, testers in blocks:
        people = ids(testers)
        its_cells = {fact: found for fact, its_version, found in cells[block_id] if its_version == version}
        if len(its_cells) < len(plan.facts):  # somebody is writing it
            asked.append(people)
            continue
        yes, no = plan.ask(its_cells, len(people))
        undecided = ~(yes | no)
        elsewhere = places(people, waiting)
        if len(elsewhere):
            yes[elsewhere] = undecided[elsewhere] = False
        inside.append(people[yes])
        if undecided.any():
            asked.append(people[undecided])
    inside.append(_passing(session, program_id, rule, np.concatenate(asked), now))
    return np.concatenate(inside)


def _blocks(session: Session, program_id: UUID) -> Sequence[Any]:
    return session.execute(
        select(FactBlock.id, FactBlock.version, FactBlock.testers)
        .where(FactBlock.program_id == program_id)
        .order_by(FactBlock.first)
    ).all()


def _cells(session: Session, program_id: UUID, plan: "Plan") -> dict[UUID, list[tuple[str, int, bytes]]]:
    """(fact, version, cells) by block."""
    found: dict[UUID, list[tuple[str, int, bytes]]] = defaultdict(list)
    for fact in plan.facts:
        rows = session.execute(
            select(FactCells.block_id, FactCells.version, FactCells.cells)
            .join(FactColumn, FactColumn.id == FactCells.column_id)
            .where(FactColumn.program_id == program_id, FactColumn.fact == fact)
        )
        for block_id, version, cells in rows:
            found[block_id].append((fact, version, cells))
    return found


def _passing(session: Session, program_id: UUID, rule: rules.Rule, asked: "Ids", now: datetime) -> "Ids":
    """Those of `asked` whom the rule wants in, by their own rows."""
    from betaops.cohorts.columns import ids

    inside, whole = rules.compiled(rule), asked.tobytes()
    passing = b""
    for start in range(0, len(asked), _AT_ONCE):
        some = [
            UUID(bytes=whole[place * 16 : place * 16 + 16])
            for place in range(start, min(start + _AT_ONCE, len(asked)))
        ]
        people = known(session, program_id, some)
        passing += b"".join(person.tester_id.bytes for person in people if inside(person.facts, now))
    return ids(passing)


def _members(session: Session, cohort_id: UUID) -> "Ids":
    """As one text, of which one array is made: a row each would take longer than all the rest."""
    from betaops.cohorts.columns import ids

    digits = session.scalar(
        select(func.aggregate_strings(cast(CohortMember.tester_id, Text), "")).where(
            CohortMember.cohort_id == cohort_id
        )
    )
    return ids(bytes.fromhex((digits or "").replace("-", "")))
