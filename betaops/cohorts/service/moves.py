"""Entries and exits, written as a set: many people of one cohort, or one person in many.

A rule may move 100,000 people, and each change of a person may move them: a portion is one statement, whatever its
length, and the difference that it made leaves its dated rows with another. Whoever is an exception stays where the
exception says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from betaops.cohorts.models import Cause, Cohort, CohortChange, CohortException, CohortMember
from betaops.kernel.ids import new_ids
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work

#: (cohort, tester).
Move = tuple[UUID, UUID]
AT_ONCE = 500


class Why(NamedTuple):
    """What changes are put down to: `facts` that decided, or a `note`."""

    cause: Cause
    facts: Mapping[Move, Sequence[str]] = {}
    note: str = ""


BY_HAND = Why(Cause.HAND)


def enter(work: Work, cohort: Cohort, tester_ids: Collection[UUID], why: Why) -> list[UUID]:
    """Put people into one cohort. Returns who is new."""
    moved = bring_in(work, [(cohort.id, tester_id) for tester_id in tester_ids], why)
    return [tester_id for _cohort_id, tester_id in moved]


def leave(work: Work, cohort: Cohort, tester_ids: Collection[UUID], why: Why) -> list[UUID]:
    """Take people out of one cohort. Returns who was in."""
    moved = take_out(work, [(cohort.id, tester_id) for tester_id in tester_ids], why)
    return [tester_id for _cohort_id, tester_id in moved]


def bring_in(work: Work, moves: Collection[Move], why: Why) -> list[Move]:
    """Those who are in already (another worker was quicker) and those who are kept out are left alone."""
    return move(work, moves, (), why)[0]


def take_out(work: Work, moves: Collection[Move], why: Why) -> list[Move]:
    """Those who are always in stay, and where only a company has gone those who were picked by hand."""
    return move(work, (), moves, why)[1]


def move(
    work: Work, entering: Collection[Move], leaving: Collection[Move], why: Why
) -> tuple[list[Move], list[Move]]:
    """Both for one reason, with one statement for the dated rows of all; who entered and who left."""
    work.session.flush()
    by_company = why.cause is Cause.COMPANY
    entered = _moved(work, _ENTER, entering, by_company=by_company)
    left = _moved(work, _LEAVE, leaving, only_by_company=by_company)
    for some in portions([*((each, True) for each in entered), *((each, False) for each in left)]):
        _NOTE.rows(
            work.session,
            rows=_as_rows(some, why.facts),
            its_workspace=work.workspace_id,
            now=work.now,
            cause=why.cause,
            note=why.note,
            who=work.actor.name,
        )
    return entered, left


def _moved(work: Work, statement: Prepared, moves: Collection[Move], **how: bool) -> list[Move]:
    found: list[Move] = []
    for some in portions([(each, True) for each in moves]):
        rows: list[Any] = statement.rows(
            work.session, rows=_as_rows(some), its_workspace=work.workspace_id, now=work.now, **how
        )
        found += rows
    return found


def portions(things: Collection[Any]) -> Iterable[Sequence[Any]]:
    """Ids or moves in one order for all writers, so that two of them never wait for each other."""
    by_number = {_number(thing): thing for thing in things}
    ordered = [by_number[number] for number in sorted(by_number)]
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _number(thing: Any) -> Any:
    """Told apart and compared by numbers: ids are slow at it."""
    if not isinstance(thing, tuple):
        return thing.int
    (cohort_id, tester_id), is_in = thing
    return cohort_id.int, tester_id.int, is_in


def _as_rows(moves: Collection[tuple[Move, bool]], facts: Mapping[Move, Sequence[str]] | None = None) -> str:
    """Each with an id for a new row and the facts that decided."""
    facts = facts or {}
    return orjson.dumps(
        [
            (row_id.hex, move[0].hex, move[1].hex, facts.get(move, ()), is_in)
            for row_id, (move, is_in) in zip(new_ids(len(moves)), moves, strict=True)
        ]
    ).decode()


class _Given(NamedTuple):
    """What each row given holds, to select from."""

    row_id: Any
    cohort_id: Any
    tester_id: Any
    facts: Any
    is_in: Any

    @classmethod
    def to(cls, dialect: str) -> "_Given":
        rows = bindparam("rows", type_=Text())
        if dialect == "postgresql":
            each = func.jsonb_array_elements(cast(rows, JSONB)).table_valued("value").c.value
            ids = [cast(each.op("->>")(literal_column(str(place))), Uuid()) for place in range(3)]
            is_in = cast(each.op("->>")(literal_column("4")), Boolean())
            return cls(ids[0], ids[1], ids[2], each.op("->")(literal_column("3")), is_in)
        each = func.json_each(rows).table_valued("value").c.value
        found = [func.json_extract(each, f"$[{place}]", type_=String()) for place in range(5)]
        return cls(*found)


def _into(model: Any, dialect: str, given: _Given, *conditions: Any, **more: Any) -> Any:
    """An INSERT of the rows given, `more` being what is the same in all of them."""
    values = {
        "id": given.row_id,
        "workspace_id": bindparam("its_workspace", type_=Uuid()),
        "cohort_id": given.cohort_id,
        "tester_id": given.tester_id,
        **more,
    }
    flavour = postgresql if dialect == "postgresql" else sqlite
    # With a condition: SQLite would read ON CONFLICT as one of a join.
    rows = select(*values.values()).where(given.row_id.is_not(None), *conditions)
    return flavour.insert(model).from_select(list(values), rows, include_defaults=False)


def _excepted(cohort_id: Any, tester_id: Any, *, is_in: bool) -> Any:
    return (
        select(CohortException.id)
        .where(
            CohortException.workspace_id == bindparam("its_workspace", type_=Uuid()),
            CohortException.cohort_id == cohort_id,
            CohortException.tester_id == tester_id,
            CohortException.is_in.is_(is_in),
        )
        .exists()
    )


def _entering(dialect: str) -> Any:
    given = _Given.to(dialect)
    row = _into(
        CohortMember,
        dialect,
        given,
        ~_excepted(given.cohort_id, given.tester_id, is_in=False),
        since=bindparam("now", type_=CohortMember.since.type),
        by_company=bindparam("by_company", type_=Boolean()),
    )
    return row.on_conflict_do_nothing().returning(CohortMember.cohort_id, CohortMember.tester_id)


def _leaving(dialect: str) -> Any:
    given = _Given.to(dialect)
    return (
        delete(CohortMember)
        .where(
            CohortMember.workspace_id == bindparam("its_workspace", type_=Uuid()),
            tuple_(CohortMember.cohort_id, CohortMember.tester_id).in_(
                select(given.cohort_id, given.tester_id)
            ),
            or_(CohortMember.by_company, bindparam("only_by_company", type_=Boolean()).is_(False)),
            ~_excepted(CohortMember.cohort_id, CohortMember.tester_id, is_in=True),
        )
        .returning(CohortMember.cohort_id, CohortMember.tester_id)
    )


def _noting(dialect: str) -> Any:
    given = _Given.to(dialect)
    its = {name: getattr(CohortChange, name).type for name in ("cause", "note", "who")}
    return _into(
        CohortChange,
        dialect,
        given,
        at=bindparam("now", type_=CohortChange.at.type),
        facts=given.facts,
        is_in=given.is_in,
        **{name: bindparam(name, type_=kind) for name, kind in its.items()},
    )


_ENTER, _LEAVE, _NOTE = Prepared(_entering), Prepared(_leaving), Prepared(_noting)
