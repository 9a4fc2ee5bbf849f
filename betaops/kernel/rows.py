"""One row by its id, and what changes in it, without the unit of work: for paths that every change comes by.

The session watches such a row as if it had read it, so whatever else is done with it goes the usual way.
"""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Uuid, bindparam, inspect, select, update
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from betaops.kernel.db import Tenant, scope_of
from betaops.kernel.prepared import Prepared

Row = TypeVar("Row", bound=Tenant)


def locked(session: Session, model: type[Row], row_id: UUID, *, lets_refer: bool) -> Row | None:
    """The row as it is now, held until the end of the transaction; None where the session's workspace has none.

    `lets_refer`: see `Work.lock`.
    """
    session.flush()
    statement = _one.get((model, lets_refer)) or _one.setdefault(
        (model, lets_refer), _locking(model, lets_refer)
    )
    found = statement.rows(session, workspace_id=scope_of(session), row_id=row_id)
    return _watched(session, model, row_id, found[0]) if found else None


def write(session: Session, row: Tenant) -> None:
    """Write what was changed of a row by itself: a flush costs ten times as much. Only what is another now is written, and
    what listens to the unit of work hears nothing of it.

    For rows that this transaction has inserted or holds locked.
    """
    state, now, columns = instance_state(row), vars(row), inspect(type(row)).columns
    before = state.committed_state
    names = tuple(sorted(name for name in before.keys() & columns.keys() if before[name] != now[name]))
    if names:
        which = type(row), names
        statement = _changes.get(which) or _changes.setdefault(which, _changing(*which))
        values = {f"new_{name}": now[name] for name in names}
        statement.rows(session, its_workspace=now["workspace_id"], its_id=now["id"], **values)
        # As a flush does: after a rollback, of a savepoint too, it is read again.
        session._register_altered([state])  # noqa: SLF001
    # What a flush would say of it: there is nothing left to write.
    state._commit_all(now, session.identity_map)  # noqa: SLF001


def _watched(session: Session, model: type[Row], row_id: UUID, values: tuple[Any, ...]) -> Row:
    mapper = inspect(model)
    names = mapper.columns.keys()
    known: Row | None = session.identity_map.get(mapper.identity_key_from_primary_key((row_id,)))
    if known is not None:
        for name, value in zip(names, values, strict=True):
            set_committed_value(known, name, value)
        return known
    row: Row = mapper.class_manager.new_instance()
    vars(row).update(zip(names, values, strict=True))
    make_transient_to_detached(row)
    session.add(row)
    return row


#: By model, and whether others may refer to the row; by model and names of columns.
_one: dict[tuple[type[Tenant], bool], Prepared] = {}
_changes: dict[tuple[type[Tenant], tuple[str, ...]], Prepared] = {}


def _locking(model: type[Tenant], lets_refer: bool) -> Prepared:
    return Prepared(
        lambda _dialect: (
            select(*inspect(model).columns)
            .where(
                model.workspace_id == bindparam("workspace_id", type_=Uuid()),
                model.id == bindparam("row_id", type_=Uuid()),
            )
            .with_for_update(key_share=lets_refer)
        )
    )


def _changing(model: type[Tenant], names: tuple[str, ...]) -> Prepared:
    columns = inspect(model).columns
    return Prepared(
        lambda _dialect: (
            update(model)
            .where(
                model.workspace_id == bindparam("its_workspace", type_=Uuid()),
                model.id == bindparam("its_id", type_=Uuid()),
            )
            .values({name: bindparam(f"new_{name}", type_=columns[name].type) for name in names})
        )
    )
