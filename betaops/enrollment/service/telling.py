"""Whose facts changed: told to every process that keeps people in memory, so that it forgets these and no others.

Each change has the next number of its workspace. The row that counts is locked until the change is committed, so
numbers become visible in their order and without gaps, however many processes write and however late one of them
commits: who has seen a number has seen all below it. The lock is taken as the last thing of a transaction, and whoever
changed in it stands in one row.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, insert
from sqlalchemy.dialects import postgresql, sqlite

from betaops.enrollment.models import PeopleChange, PeopleRevision
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work

#: A process that asks less often than this forgets everybody.
KEEP = timedelta(minutes=10)
#: Where more people than this change at once, everybody is meant.
MANY = 1_000

#: (workspace, tester, distinct id); neither of the last two means everybody.
_Told = tuple[UUID, UUID | None, str | None]


def tell_changed(
    work: Work, tester_ids: Collection[UUID] = (), *, distinct_ids: Collection[str] = ()
) -> None:
    """What is known about these people is no longer what it was; `distinct_ids` are people who are no testers."""
    workspace_id = work.workspace_id
    told: list[_Told] = [(workspace_id, tester_id, None) for tester_id in tester_ids]
    told += [(workspace_id, None, distinct_id) for distinct_id in distinct_ids]
    if told:
        work.at_commit(_write, told)


def tell_all_changed(work: Work) -> None:
    """The same of everybody in the workspace, for changes of more people than can be named."""
    told: list[_Told] = [(work.workspace_id, None, None)]
    work.at_commit(_write, told)


def _write(work: Work, told: set[_Told]) -> None:
    by_workspace: dict[UUID, list[_Told]] = defaultdict(list)
    for each in told:
        by_workspace[each[0]].append(each)
    work.signal("flags")
    work.session.flush()
    for workspace_id, people in sorted(by_workspace.items()):
        ((number,),) = _COUNT.rows(work.session, new_id=new_id(), its_workspace=workspace_id)
        is_everybody = len(people) > MANY or (workspace_id, None, None) in people
        testers, distinct_ids = ((), ()) if is_everybody else _named(people)
        _TELL.rows(
            work.session,
            new_id=new_id(),
            its_workspace=workspace_id,
            its_number=number,
            testers=testers,
            distinct_ids=distinct_ids,
            is_everybody=is_everybody,
            now=work.now,
        )


def _named(people: Collection[_Told]) -> tuple[Sequence[str], Sequence[str]]:
    testers = sorted(tester_id.hex for _workspace, tester_id, _distinct_id in people if tester_id is not None)
    return testers, sorted(each for _workspace, _tester, each in people if each is not None)


def _counting(dialect: str) -> Any:
    """The next number, counted and locked."""
    row = (postgresql if dialect == "postgresql" else sqlite).insert(PeopleRevision)
    return (
        row.values(id=_NEW_ID, workspace_id=_ITS_WORKSPACE, number=1)
        .on_conflict_do_update(index_elements=["workspace_id"], set_={"number": PeopleRevision.number + 1})
        .returning(PeopleRevision.number)
    )


_NEW_ID, _ITS_WORKSPACE = bindparam("new_id", type_=Uuid()), bindparam("its_workspace", type_=Uuid())
_COUNT = Prepared(_counting)
_TELL = Prepared(
    lambda _dialect: insert(PeopleChange).values(
        id=_NEW_ID,
        workspace_id=_ITS_WORKSPACE,
        number=bindparam("its_number"),
        testers=bindparam("testers"),
        distinct_ids=bindparam("distinct_ids"),
        is_everybody=bindparam("is_everybody"),
        at=bindparam("now"),
    )
)


def forget_told(work: Work) -> None:
    """Drop what every process has heard, in the whole installation."""
    work.session.execute(
        delete(PeopleChange)
        .where(PeopleChange.at < work.now - KEEP)
        .execution_options(unscoped=True, synchronize_session=False)
    )
