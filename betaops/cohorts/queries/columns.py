"""A rule asked about everybody at once, of facts in columns. See `columns`."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, func, literal_column, select, type_coerce
from sqlalchemy.orm import Session

from betaops.cohorts import layout, rules
from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import (
    Cohort,
    CohortException,
    CohortMember,
    FactBlock,
    FactCells,
    FactColumn,
    FactTail,
    Kind,
)
from betaops.cohorts.queries.facts import known
from betaops.cohorts.queries.reading import rule_of
from betaops.kernel.prepared import Prepared

if TYPE_CHECKING:
    from betaops.cohorts.columns import Ids, Plan

#: So many people are asked directly; with more of them their blocks are written anew.
MOST_TAIL = 2_000
#: After this long everything is read again, whatever events said.
GOOD_FOR = timedelta(days=1)
_AT_ONCE = 2_000

Need = Literal["all", "tail"]


def need(session: Session, program_id: UUID, rule: rules.Rule, now: datetime) -> Need | None:
    """What of the program's columns is to be written before `rule` can be asked of them."""
    wanted = layout.facts_of([rule])
    if not wanted:
        return None
    present = {row.fact: row for row in columns(session, program_id, wanted)}
    if any(fact not in present or not present[fact].is_good(now) for fact in wanted):
        return "all"
    waiting = session.scalar(
        select(func.count()).select_from(FactTail).where(FactTail.program_id == program_id)
    )
    return "tail" if (waiting or 0) > MOST_TAIL else None


class Column(NamedTuple):
    """A `FactColumn` as it was when it was read."""

    id: UUID
    fact: str
    kind: ColumnKind
    values: list[Any]
    version: int
    due_at: datetime
    filled_at: datetime | None

    @property
    def is_filled(self) -> bool:
        return self.filled_at is not None and self.filled_at >= self.due_at

    def is_good(self, now: datetime) -> bool:
        return self.is_filled and now - self.due_at <= GOOD_FOR


def columns(session: Session, program_id: UUID, facts: Collection[str] | None = None) -> list[Column]:
    """Those of the program (of these facts)."""
    found = (
        select(*(getattr(FactColumn, name) for name in Column._fields))
        .where(FactColumn.program_id == program_id)
        .order_by(FactColumn.id)
    )
    rows = session.execute(found if facts is None else found.where(FactColumn.fact.in_(facts)))
    return [Column(*row) for row in rows]


# Who is in


def moving(session: Session, cohort: Cohort, now: datetime) -> list[UUID]:
    """Everybody whose membership is not what the rule, or the companies in the cohort, say now."""
    rule = rule_of(session, cohort)
    plan = None if rule is None else _plan(session, cohort.program_id, rule, now)
    if rule is None or plan is None:
        differing = _differing(session, cohort, rule, now)
    else:
        differing = _differing_by_columns(session, cohort, rule, plan, now)
    unmoved = _unmoved(session, cohort)
    return [tester_id for tester_id in differing if tester_id not in unmoved]


def _differing(session: Session, cohort: Cohort, rule: rules.Rule | None, now: datetime) -> list[UUID]:
    """Who is in and not wanted, or wanted and not in: everybody is asked."""
    current = session.scalars(select(CohortMember.tester_id).where(CohortMember.cohort_id == cohort.id)).all()
    if rule is None:
        return sorted(current)
    inside = rules.compiled(rule)
    people = known(session, cohort.program_id, reads=rules.reads(rule))
    return sorted({person.tester_id for person in people if inside(person.facts, now)} ^ set(current))


def _differing_by_columns(
    session: Session, cohort: Cohort, rule: rules.Rule, plan: "Plan", now: datetime
) -> list[UUID]:
    from betaops.cohorts.columns import apart

    both = apart(_wanted(session, cohort.program_id, rule, plan, now), _members(session, cohort.id))
    return [UUID(bytes=both[start : start + 16]) for start in range(0, len(both), 16)]


def _unmoved(session: Session, cohort: Cohort) -> set[UUID]:
    """Whom no rule and no company moves: exceptions, and in a cohort picked by hand those who were picked."""
    found = set(
        session.scalars(select(CohortException.tester_id).where(CohortException.cohort_id == cohort.id))
    )
    if cohort.kind is Kind.STATIC:
        found.update(
            session.scalars(
                select(CohortMember.tester_id).where(
                    CohortMember.cohort_id == cohort.id, CohortMember.by_company.is_(False)
                )
            )
        )
    return found


def _plan(session: Session, program_id: UUID, rule: rules.Rule, now: datetime) -> "Plan | None":
    """How columns are asked; None where they know nothing that `rule` reads."""
    read = columns(session, program_id, layout.facts_of([rule]))
    filled = [column for column in read if column.is_filled]
    if not filled:
        return None
    from betaops.cohorts import columns as pure

    known = {column.fact: pure.Column(column.kind, column.values) for column in filled}
    return pure.plan(rule, known, now)


def _wanted(session: Session, program_id: UUID, rule: rules.Rule, plan: "Plan", now: datetime) -> "Ids":
    """Everybody whom the rule wants in: by columns where these decide, else asked directly."""
    import numpy as np

    from betaops.cohorts.columns import ids, ordered, places

    tail = session.scalars(select(FactTail.tester_id).where(FactTail.program_id == program_id)).all()
    waiting = ordered(ids(b"".join(each.bytes for each in tail)))
    inside, asked = [], [waiting]
    for testers, cells in _blocks(session, program_id, plan):
        people = ids(testers)
        if len(cells) < len(plan.facts):  # somebody is writing it
            asked.append(people)
            continue
        yes, no = plan.ask(cells, len(people))
        undecided = ~(yes | no)
        elsewhere = places(people, waiting)
        if len(elsewhere):
            yes = yes.copy()
            yes[elsewhere] = undecided[elsewhere] = False
        inside.append(people[yes])
        if undecided.any():
            asked.append(people[undecided])
    inside.append(_passing(session, program_id, rule, np.concatenate(asked), now))
    return np.concatenate(inside)


def _blocks(session: Session, program_id: UUID, plan: "Plan") -> Iterator[tuple[bytes, dict[str, bytes]]]:
    """The people of each block and, by fact, its cells: those that count."""
    whose = {"workspace_id": session.info["workspace_id"], "program_id": program_id}
    found: dict[UUID | str, list[tuple[str, int, bytes]]] = defaultdict(list)
    for fact in plan.facts:
        for block_id, version, cells in _CELLS.rows(session, **whose, fact=fact):
            found[block_id].append((fact, version, cells))
    for block_id, newest in _VERSIONS.rows(session, **whose):
        testers, version = _testers(session, block_id, newest)
        yield testers, {fact: cells for fact, its_version, cells in found[block_id] if its_version == version}


#: The people of blocks, each with the version of which they are: every rule of a program asks about the same ones.
_kept: dict[UUID | str, tuple[bytes, int]] = {}
#: 16 bytes a person; beyond, all are forgotten.
_MOST_KEPT = 64 << 20


def _testers(session: Session, block_id: UUID | str, version: int) -> tuple[bytes, int]:
    """Of that version, or a newer one where somebody has just written it."""
    kept = _kept.get(block_id)
    if kept is not None and kept[1] == version:
        return kept
    rows = _TESTERS.rows(session, workspace_id=session.info["workspace_id"], block_id=block_id)
    if not rows:
        return b"", version
    testers, newest = rows[0]
    if sum(len(each) for each, _version in list(_kept.values())) + len(testers) > _MOST_KEPT:
        _kept.clear()
    _kept[block_id] = testers, newest
    return testers, newest


_WORKSPACE, _PROGRAM = bindparam("workspace_id", type_=Uuid()), bindparam("program_id", type_=Uuid())


def _key(column: Any, dialect: str) -> Any:
    """An id that is only compared: as the database gives it."""
    return column if dialect == "postgresql" else type_coerce(column, Text)


_VERSIONS = Prepared(
    lambda dialect: (
        select(_key(FactBlock.id, dialect), FactBlock.version)
        .where(FactBlock.workspace_id == _WORKSPACE, FactBlock.program_id == _PROGRAM)
        .order_by(FactBlock.first)
    )
)
_TESTERS = Prepared(
    lambda dialect: select(FactBlock.testers, FactBlock.version).where(
        FactBlock.workspace_id == _WORKSPACE, _key(FactBlock.id, dialect) == bindparam("block_id")
    )
)
_CELLS = Prepared(
    lambda dialect: (
        select(_key(FactCells.block_id, dialect), FactCells.version, FactCells.cells)
        .join(FactColumn, FactColumn.id == FactCells.column_id)
        .where(
            FactCells.workspace_id == _WORKSPACE,
            FactColumn.workspace_id == _WORKSPACE,
            FactColumn.program_id == _PROGRAM,
            FactColumn.fact == bindparam("fact"),
        )
    )
)


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
        people = known(session, program_id, some, reads=rules.reads(rule))
        passing += b"".join(person.tester_id.bytes for person in people if inside(person.facts, now))
    return ids(passing)


def _members(session: Session, cohort_id: UUID) -> "Ids":
    from betaops.cohorts.columns import ids

    ((digits,),) = _MEMBERS.rows(session, workspace_id=session.info["workspace_id"], cohort_id=cohort_id)
    return ids(bytes.fromhex((digits or "").replace("-", "")))


def _digits(dialect: str) -> Any:
    """As one text, of which one array is made: a row each would take longer than all the rest."""
    column = CohortMember.tester_id
    each = cast(column, Text) if dialect == "postgresql" else _key(column, dialect)
    joined: Any = func.aggregate_strings
    return select(joined(each, literal_column("''"))).where(
        CohortMember.workspace_id == _WORKSPACE,
        CohortMember.cohort_id == bindparam("cohort_id", type_=Uuid()),
    )


_MEMBERS = Prepared(_digits)
