"""Writing facts down in columns, beside the rows that are the truth. See `columns`.

People are read in transactions that only read, and each block is written in a short one of its own. Whoever finds
that somebody else wrote it meanwhile reads again.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from betaops.cohorts import layout
from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import FactBlock, FactCells, FactColumn, FactTail
from betaops.cohorts.queries import laying as queries
from betaops.cohorts.queries.columns import GOOD_FOR, columns
from betaops.cohorts.queries.laying import Stretch
from betaops.cohorts.service.columns import change_column, drop_unused, flavour, plain
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work

_ATTEMPTS = 20

Reading = Callable[[], AbstractContextManager[Session]]
Opener = Callable[[], AbstractContextManager[Work]]


class _Overtaken(Exception):
    """Somebody else wrote what this was made from."""


class _Block(NamedTuple):
    """What is to stand in a block."""

    testers: bytes
    #: By column.
    cells: dict[UUID, bytes]
    #: Columns whose values have grown, and those that have too many.
    grown: dict[UUID, list[Any]]
    loose: list[UUID]


def lay_out(
    open_reading: Reading,
    open_work: Opener,
    program_id: UUID,
    *,
    only_tail: bool,
    progress: Callable[[int, int], None],
) -> None:
    """Write the program's columns: all of them, or (`only_tail`) the blocks of people whose facts changed.

    Several at once share the blocks.
    """
    with open_work() as work:
        began = work.now
        since = _prepare(work, program_id) if not only_tail else None
    with open_reading() as session:
        waiting = queries.stretches(session, program_id, tail=only_tail)
    for done, (first, last) in enumerate(waiting, 1):
        beginning: UUID | None = first
        while beginning is not None:
            beginning = _lay(open_reading, open_work, program_id, (beginning, last), began, since)
            progress(done, len(waiting))
    if not only_tail:
        with open_work() as work:
            _finish(work, program_id, began)


def _prepare(work: Work, program_id: UUID) -> datetime:
    """Columns for what rules read, and none for anything else. Returns since when what is written counts."""
    wanted = queries.facts_read(work.session, program_id)
    present = {column.fact: column for column in columns(work.session, program_id)}
    for fact in sorted(wanted - present.keys()):
        work.session.execute(
            flavour(work)
            .insert(FactColumn)
            .values(
                id=new_id(),
                workspace_id=work.workspace_id,
                program_id=program_id,
                fact=fact,
                kind=layout.kind_of(fact),
                values=[],
                version=1,
                due_at=work.now,
            )
            .on_conflict_do_nothing()
        )
    for fact, column in present.items():
        if fact not in wanted:
            work.session.execute(plain(delete(FactColumn).where(FactColumn.id == column.id)))
        elif work.now - column.due_at > GOOD_FOR:
            again = {"kind": ColumnKind.CODED} if column.kind is ColumnKind.LOOSE else {}
            change_column(work, column.id, due_at=work.now, **again)
    return max((column.due_at for column in columns(work.session, program_id)), default=work.now)


def _lay(
    open_reading: Reading,
    open_work: Opener,
    program_id: UUID,
    stretch: tuple[UUID, UUID | None],
    began: datetime,
    since: datetime | None,
) -> UUID | None:
    """Write one block; where the next one begins if not everybody fitted in."""
    for _attempt in range(_ATTEMPTS):
        with open_reading() as session:
            found = queries.stretch(session, program_id, *stretch, since)
        if found is None:
            return None
        made = _made_of(found)
        try:
            with open_work() as work:
                _write(work, program_id, found, made, began)
        except _Overtaken:
            continue
        return found.cut
    raise TimeoutError(f"others kept writing the block at {stretch[0]}")


def _made_of(found: Stretch) -> _Block:
    from betaops.cohorts.columns import Coder, TooManyValues, cells_of_moments

    cells: dict[UUID, bytes] = {}
    grown: dict[UUID, list[Any]] = {}
    loose: list[UUID] = []
    for column in found.columns:
        facts = found.facts[column.fact]
        if column.kind is ColumnKind.MOMENT:
            cells[column.id] = cells_of_moments(facts)
            continue
        coder = Coder(column.values)
        try:
            cells[column.id] = coder.cells(facts)
        except TooManyValues:
            loose.append(column.id)
        else:
            if len(coder.values) > len(column.values):
                grown[column.id] = coder.values
    return _Block(found.testers, cells, grown, loose)


def _write(work: Work, program_id: UUID, found: Stretch, made: _Block, began: datetime) -> None:
    """The difference only: where nothing is new, the block is merely dated."""
    _hold(work, found)
    for column_id, values in made.grown.items():
        change_column(work, column_id, values=values)
    for column_id in made.loose:
        change_column(work, column_id, kind=ColumnKind.LOOSE, values=[])
        work.session.execute(plain(delete(FactCells).where(FactCells.column_id == column_id)))
    block = found.block
    is_new = block is None or block.testers != made.testers or dict(found.cells) != made.cells
    version = 1 if block is None else block.version + is_new
    block_id = _put_block(work, program_id, found, made.testers, version, began)
    if is_new:
        _put_cells(work, block_id, version, made.cells)
    if found.rest:
        _put_aside(work, program_id, found.rest)
    if found.tail:
        work.session.execute(plain(delete(FactTail).where(FactTail.id.in_(found.tail))))


def _hold(work: Work, found: Stretch) -> None:
    """Lock the columns; what was made must have been made from them as they are."""
    read = {column.id: column.version for column in found.columns}
    present = work.session.execute(
        select(FactColumn.id, FactColumn.version)
        .where(FactColumn.id.in_(read))
        .order_by(FactColumn.id)
        .with_for_update()
    )
    if {row.id: row.version for row in present} != read:
        raise _Overtaken


def _put_block(
    work: Work, program_id: UUID, found: Stretch, testers: bytes, version: int, began: datetime
) -> UUID:
    """Write it where it is still the one that was read."""
    if found.block is None:
        statement = (
            flavour(work)
            .insert(FactBlock)
            .values(
                id=new_id(),
                workspace_id=work.workspace_id,
                program_id=program_id,
                first=found.first,
                testers=testers,
                version=version,
                laid_at=began,
            )
            .on_conflict_do_nothing()
            .returning(FactBlock.id)
        )
    else:
        new = {"testers": testers, "version": version} if version != found.block.version else {}
        statement = plain(
            update(FactBlock)
            .where(FactBlock.id == found.block.id, FactBlock.version == found.block.version)
            .values(laid_at=began, **new)
            .returning(FactBlock.id)
        )
    block_id = work.session.scalar(statement)
    if block_id is None:
        raise _Overtaken
    return block_id  # type: ignore[no-any-return]  # either statement returns an id


def _put_cells(work: Work, block_id: UUID, version: int, cells: dict[UUID, bytes]) -> None:
    if not cells:
        return
    row = flavour(work).insert(FactCells)
    work.session.execute(
        row.on_conflict_do_update(
            index_elements=["column_id", "block_id"],
            set_={"version": row.excluded.version, "cells": row.excluded.cells},
        ),
        [
            {
                "id": new_id(),
                "workspace_id": work.workspace_id,
                "block_id": block_id,
                "column_id": column_id,
                "version": version,
                "cells": found,
            }
            for column_id, found in cells.items()
        ],
    )


def _put_aside(work: Work, program_id: UUID, rest: Sequence[UUID]) -> None:
    """Those who did not fit in stand in a block without cells, and are asked directly, until it is its turn."""
    work.session.execute(
        flavour(work)
        .insert(FactBlock)
        .values(
            id=new_id(),
            workspace_id=work.workspace_id,
            program_id=program_id,
            first=rest[0],
            testers=b"".join(each.bytes for each in rest),
            version=1,
            laid_at=datetime.fromisoformat("1970-01-01T00:00Z"),
        )
        .on_conflict_do_nothing()
    )


def _finish(work: Work, program_id: UUID, began: datetime) -> None:
    """Columns that every block has are filled; values that nobody has any more go."""
    lacking = (
        select(FactBlock.id)
        .outerjoin(
            FactCells,
            (FactCells.block_id == FactBlock.id)
            & (FactCells.column_id == FactColumn.id)
            & (FactCells.version == FactBlock.version),
        )
        .where(FactBlock.program_id == program_id, FactCells.id.is_(None))
        .correlate(FactColumn)
    )
    work.session.execute(
        plain(
            update(FactColumn)
            .where(
                FactColumn.program_id == program_id,
                FactColumn.due_at <= began,
                (FactColumn.kind == ColumnKind.LOOSE) | ~lacking.exists(),
            )
            .values(filled_at=began)
        )
    )
    drop_unused(work, program_id)
