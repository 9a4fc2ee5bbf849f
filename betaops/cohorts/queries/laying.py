"""What stands in columns, and what is to stand there. See `columns`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from betaops.cohorts import layout
from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import FactBlock, FactCells, FactTail, Trait
from betaops.cohorts.queries.columns import Column, columns
from betaops.cohorts.queries.facts import COLUMNS, place_of
from betaops.cohorts.queries.reading import ruled
from betaops.enrollment.models import Enrollment, Tester

#: People in a block when it is new, and before it is divided. A new block's row of one-byte codes fits into one of
#: SQLite's pages of 4,096 bytes.
BLOCK, LARGEST_BLOCK = 3_840, 7_680
FIRST = UUID(int=0)


def facts_read(session: Session, program_id: UUID) -> frozenset[str]:
    """The facts that the program's rules read and that get a column."""
    return layout.facts_of(each.rule for each in ruled(session, program_id))


class Block(NamedTuple):
    """A `FactBlock` as it was when it was read."""

    id: UUID
    testers: bytes
    version: int
    laid_at: datetime


class Stretch(NamedTuple):
    """A block as it is, and its people as they are: as many as fit in."""

    first: UUID
    block: Block | None
    columns: Sequence[Column]
    #: By column; of the block's version only.
    cells: Mapping[UUID, bytes]
    #: 16 bytes each, in order.
    testers: bytes
    #: By name: what each of them has.
    facts: Mapping[str, Sequence[Any]]
    #: Where those begin who do not fit in any more, and who they are where they stood in the block.
    cut: UUID | None
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
    row = session.execute(
        select(*(getattr(FactBlock, name) for name in Block._fields)).where(
            FactBlock.program_id == program_id, FactBlock.first == first
        )
    ).one_or_none()
    block = None if row is None else Block(*row)
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
    ids = _ids(program_id, first, last)
    is_large = session.scalar(ids.offset(LARGEST_BLOCK).limit(1)) is not None
    cut = session.scalar(ids.offset(BLOCK).limit(1)) if is_large else None
    rest = session.scalars(ids.offset(BLOCK).limit(LARGEST_BLOCK)).all() if cut and block else []
    testers, facts = _people(session, program_id, first, cut or last, [each.fact for each in its_columns])
    return Stretch(first, block, its_columns, cells, testers, facts, cut, rest, waiting)


def _ids(program_id: UUID, first: UUID, last: UUID | None) -> Select[UUID]:
    found = select(Enrollment.tester_id).where(
        Enrollment.program_id == program_id, Enrollment.tester_id >= first
    )
    return (found if last is None else found.where(Enrollment.tester_id < last)).order_by(
        Enrollment.tester_id
    )


def _people(
    session: Session, program_id: UUID, first: UUID, last: UUID | None, facts: Sequence[str]
) -> tuple[bytes, dict[str, list[Any]]]:
    """Ids and facts from `first` to before `last`: `known`, of what columns want alone, for a million people."""
    places = {fact: place_of(fact) for fact in facts}
    wanted = dict.fromkeys(place for place in places.values() if place is not None)
    people = (
        select(cast(Enrollment.tester_id, Text), *(COLUMNS[place] for place in wanted))
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.program_id == program_id, Enrollment.tester_id >= first)
        .order_by(Enrollment.tester_id)
    )
    rows = session.execute(people if last is None else people.where(Enrollment.tester_id < last)).all()
    ids, *taken = zip(*rows, strict=True) if rows else ((), *(() for _place in wanted))
    by_place: dict[str, Sequence[Any]] = dict(zip(wanted, taken, strict=True))
    testers = bytes.fromhex("".join(ids).replace("-", ""))
    if any(fact.startswith("trait.") for fact in facts):
        by_place["trait"] = _traits(session, first, last, testers)
    return testers, {fact: _taken(fact, place, by_place, len(ids)) for fact, place in places.items()}


def _taken(fact: str, place: str | None, by_place: Mapping[str, Sequence[Any]], people: int) -> list[Any]:
    source, _dot, name = fact.partition(".")
    if place == fact:
        return list(by_place[place])
    found = by_place.get(source, ())
    return [known.get(name) for known in found] if found else [None] * people


def _traits(session: Session, first: UUID, last: UUID | None, testers: bytes) -> list[dict[str, Any]]:
    """Of each of these people, by name."""
    rows = select(cast(Trait.tester_id, Text), Trait.name, Trait.value).where(Trait.tester_id >= first)
    found: dict[bytes, dict[str, Any]] = {}
    for tester, name, value in session.execute(rows if last is None else rows.where(Trait.tester_id < last)):
        found.setdefault(bytes.fromhex(tester.replace("-", "")), {})[name] = value
    return [found.get(testers[start : start + 16], {}) for start in range(0, len(testers), 16)]


def _cells_of(session: Session, block: Block) -> dict[UUID, bytes]:
    rows = session.execute(
        select(FactCells.column_id, FactCells.cells).where(
            FactCells.block_id == block.id, FactCells.version == block.version
        )
    )
    return {row.column_id: row.cells for row in rows}


def cells_of_column(session: Session, column_id: UUID) -> list[tuple[bytes, int]]:
    """Each block's cells and the number of its people; of the block's version only."""
    rows = session.execute(
        select(FactCells.cells, func.length(FactBlock.testers) / 16)
        .join(FactBlock, (FactBlock.id == FactCells.block_id) & (FactBlock.version == FactCells.version))
        .where(FactCells.column_id == column_id)
    )
    return [(cells, int(people)) for cells, people in rows]


def blocks_around(session: Session, tester_id: UUID) -> list[tuple[UUID, UUID]]:
    """(block, program) of every block to which that id belongs, whether they are in it or not."""
    nearer = aliased(FactBlock)
    rows = session.execute(
        select(FactBlock.id, FactBlock.program_id)
        .where(
            FactBlock.first <= tester_id,
            ~select(nearer.id)
            .where(
                nearer.program_id == FactBlock.program_id,
                nearer.first > FactBlock.first,
                nearer.first <= tester_id,
            )
            .exists(),
        )
        .order_by(FactBlock.program_id)
    )
    return [(row.id, row.program_id) for row in rows]
