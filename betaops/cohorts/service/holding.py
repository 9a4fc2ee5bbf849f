"""Who is asked about somebody holds them, so that of two at once the second reads what the first one wrote.

For PostgreSQL: SQLite's writers come one after the other anyway.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from betaops.enrollment.models import Tester
from betaops.kernel.prepared import Prepared, as_text, listed
from betaops.kernel.work import Work


def hold(work: Work, tester_id: UUID) -> None:
    """Nobody else asks about them until the end of this work; waits for whoever does."""
    if not work.platform.database.is_sqlite:
        work.session.flush()
        _ONE.rows(work.session, workspace_id=work.workspace_id, tester_id=tester_id)


def hold_free(work: Work, tester_ids: Collection[UUID]) -> set[UUID]:
    """Those of them whom nobody is changing just now, held. It never waits: who holds many could for ever."""
    if work.platform.database.is_sqlite:
        return set(tester_ids)
    work.session.flush()
    rows: list[Any] = _FREE.rows(work.session, workspace_id=work.workspace_id, tester_ids=as_text(tester_ids))
    return {tester_id for (tester_id,) in rows}


def _of_workspace() -> Any:
    return select(Tester.id).where(Tester.workspace_id == bindparam("workspace_id", type_=Uuid()))


# Rows that belong to them may be written meanwhile (`key_share`), as answers and events are.
_ONE = Prepared(
    lambda _dialect: (
        _of_workspace()
        .where(Tester.id == bindparam("tester_id", type_=Uuid()))
        .with_for_update(key_share=True)
    )
)
_FREE = Prepared(
    lambda dialect: (
        _of_workspace()
        .where(Tester.id.in_(select(listed(dialect, "tester_ids"))))
        .with_for_update(key_share=True, skip_locked=True)
    )
)
