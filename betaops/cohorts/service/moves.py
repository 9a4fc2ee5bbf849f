"""Entries and exits, written as a set: many people of one cohort, or one person in many.

A rule may move 100,000 people, and each change of a person may move them: a portion is one statement, whatever its
length, and the difference that it made leaves its dated rows with another.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import String, Text, Uuid, bindparam, cast, delete, func, literal_column, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from betaops.cohorts.models import Cause, CohortChange, CohortMember
from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work

#: (cohort, tester).
Move = tuple[UUID, UUID]
_AT_ONCE = 500


def enter(work: Work, moves: Sequence[Move], cause: Cause) -> list[Move]:
    """Put people in; those who were in already (another worker was quicker) are left alone. Returns who is new."""
    return _moved(work, _ENTER, moves, cause, is_in=True)


def leave(work: Work, moves: Sequence[Move], cause: Cause) -> list[Move]:
    """Take people out. Returns who was in."""
    return _moved(work, _LEAVE, moves, cause, is_in=False)


def _moved(
    work: Work, statement: Prepared, moves: Sequence[Move], cause: Cause, *, is_in: bool
) -> list[Move]:
    found: list[Move] = []
    for some in _portions(moves):
        moved = statement.rows(
            work.session, its_workspace=work.workspace_id, now=work.now, rows=_as_rows(some)
        )
        if moved:
            _NOTE.rows(
                work.session,
                its_workspace=work.workspace_id,
                now=work.now,
                rows=_as_rows(moved),
                is_in=is_in,
                cause=cause,
                who=work.actor.name,
            )
        found += [(cohort_id, tester_id) for cohort_id, tester_id in moved]
    return found


def _portions(moves: Sequence[Move]) -> Iterable[Sequence[Move]]:
    """In one order for all writers, so that two of them never wait for each other."""
    ordered = sorted(moves)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


def _as_rows(moves: Iterable[Sequence[Any]]) -> str:
    """Each with an id for a new row."""
    return orjson.dumps(
        [(new_id().hex, cohort_id.hex, tester_id.hex) for cohort_id, tester_id in moves]
    ).decode()


def _given(dialect: str) -> tuple[Any, ...]:
    """The three of each row, to select from."""
    if dialect == "postgresql":
        each = func.jsonb_array_elements(cast(bindparam("rows", type_=Text()), JSONB)).table_valued("value")
        return tuple(cast(each.c.value.op("->>")(literal_column(str(place))), Uuid()) for place in range(3))
    each = func.json_each(bindparam("rows", type_=Text())).table_valued("value")
    return tuple(func.json_extract(each.c.value, f"$[{place}]", type_=String()) for place in range(3))


def _into(model: Any, dialect: str, **more: Any) -> Any:
    """An INSERT of the rows given, `more` being what is the same in all of them."""
    row_id, cohort_id, tester_id = _given(dialect)
    values = {
        "id": row_id,
        "workspace_id": bindparam("its_workspace", type_=Uuid()),
        "cohort_id": cohort_id,
        "tester_id": tester_id,
        **more,
    }
    flavour = postgresql if dialect == "postgresql" else sqlite
    # With a condition: SQLite would read ON CONFLICT as one of a join.
    return flavour.insert(model).from_select(
        list(values), select(*values.values()).where(row_id.is_not(None)), include_defaults=False
    )


def _entering(dialect: str) -> Any:
    row = _into(CohortMember, dialect, since=bindparam("now", type_=CohortMember.since.type))
    return row.on_conflict_do_nothing().returning(CohortMember.cohort_id, CohortMember.tester_id)


def _leaving(dialect: str) -> Any:
    _row_id, cohort_id, tester_id = _given(dialect)
    return (
        delete(CohortMember)
        .where(
            CohortMember.workspace_id == bindparam("its_workspace"),
            tuple_(CohortMember.cohort_id, CohortMember.tester_id).in_(select(cohort_id, tester_id)),
        )
        .returning(CohortMember.cohort_id, CohortMember.tester_id)
    )


def _noting(dialect: str) -> Any:
    its = {name: getattr(CohortChange, name).type for name in ("is_in", "cause", "who")}
    return _into(
        CohortChange,
        dialect,
        at=bindparam("now", type_=CohortChange.at.type),
        **{name: bindparam(name, type_=kind) for name, kind in its.items()},
    )


_ENTER, _LEAVE, _NOTE = Prepared(_entering), Prepared(_leaving), Prepared(_noting)
