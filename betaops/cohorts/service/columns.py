"""Columns between two times of writing them: who changed, who went, what does not count any more. See `columns`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import FactBlock, FactCells, FactColumn, FactTail
from betaops.cohorts.queries import laying as queries
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work


def read_again(work: Work, program_id: UUID) -> None:
    """Much changed at once (a file was read in): what columns know does not count any more."""
    work.session.execute(
        plain(update(FactColumn).where(FactColumn.program_id == program_id).values(due_at=work.now))
    )


def mark(work: Work, program_id: UUID, tester_id: UUID) -> None:
    """Somebody's facts changed: where there are columns, they are asked directly until their block is written anew."""
    _MARK.rows(
        work.session,
        new_id=new_id(),
        its_workspace=work.workspace_id,
        its_program=program_id,
        its_tester=tester_id,
    )


def _marking(dialect: str) -> Any:
    given = (
        bindparam(name, type_=Uuid()) for name in ("new_id", "its_workspace", "its_program", "its_tester")
    )
    has_columns = select(FactColumn.id).where(FactColumn.program_id == bindparam("its_program", type_=Uuid()))
    row = (
        (postgresql if dialect == "postgresql" else sqlite)
        .insert(FactTail)
        .from_select(
            ["id", "workspace_id", "program_id", "tester_id"], select(*given).where(has_columns.exists())
        )
    )
    return row.on_conflict_do_update(index_elements=["program_id", "tester_id"], set_={"id": row.excluded.id})


_MARK = Prepared(_marking)


def forget(work: Work, tester_id: UUID) -> None:
    """Somebody was erased: neither their id nor a value that only they had stays in any column."""
    from betaops.cohorts.columns import ids, places, without

    for block_id, program_id in queries.blocks_around(work.session, tester_id):
        _locked(work, program_id)
        block = work.lock(FactBlock, block_id)
        people = len(block.testers) // 16
        found = places(ids(block.testers), ids(tester_id.bytes))
        if not len(found):
            continue
        place = int(found[0])
        version = block.version
        block.testers, block.version = without(block.testers, place, people), version + 1
        for cells in work.session.scalars(
            select(FactCells).where(FactCells.block_id == block.id, FactCells.version == version)
        ):
            cells.cells, cells.version = without(cells.cells, place, people), version + 1
        work.session.flush()
        drop_unused(work, program_id)


def change_column(work: Work, column_id: UUID, **values: Any) -> None:
    work.session.execute(
        plain(
            update(FactColumn)
            .where(FactColumn.id == column_id)
            .values(version=FactColumn.version + 1, **values)
        )
    )


def drop_unused(work: Work, program_id: UUID) -> None:
    from betaops.cohorts.columns import used_codes

    for column in _locked(work, program_id):
        if column.kind is not ColumnKind.CODED:
            continue
        used = used_codes(queries.cells_of_column(work.session, column.id))
        kept = [value if code in used else None for code, value in enumerate(column.values, 1)]
        if kept != column.values:
            change_column(work, column.id, values=kept)


def _locked(work: Work, program_id: UUID) -> Sequence[FactColumn]:
    """The program's columns, held until the end of this work; always before their blocks."""
    return work.session.scalars(
        select(FactColumn)
        .where(FactColumn.program_id == program_id)
        .order_by(FactColumn.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def plain(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def flavour(work: Work) -> Any:
    return postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
