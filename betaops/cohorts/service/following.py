"""Somebody's facts changed: the rules that read them are asked again, about this one person.

Each change of a person in the whole installation comes by here, and a program has dozens of rules. They are compiled
once for each edition of them and kept in this process.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, func, select

from betaops.cohorts.models import Cause, Cohort, CohortMember, Kind
from betaops.cohorts.queries.facts import facts_of
from betaops.cohorts.rulebook import Rulebook
from betaops.cohorts.service.columns import mark
from betaops.cohorts.service.members import touch_program
from betaops.cohorts.service.moves import Move, enter, leave
from betaops.enrollment.models import Enrollment
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work

#: So many programs' rules are kept; beyond, all are forgotten and made again.
_MOST_BOOKS = 500


#: By program: the edition of its rules, and they themselves.
_books: dict[UUID, tuple[str | None, Rulebook[UUID]]] = {}

#: Another text with each cohort that comes, changes or goes: how many there are, how often they were saved, and when last.
_EDITION = (
    cast(func.count(), Text)
    + " "
    + cast(func.sum(Cohort.version), Text)
    + " "
    + cast(func.max(Cohort.changed_at), Text)
)
_EDITIONS = Prepared(
    lambda _dialect: select(
        Enrollment.program_id,
        select(_EDITION)
        .where(Cohort.workspace_id == Enrollment.workspace_id, Cohort.program_id == Enrollment.program_id)
        .correlate(Enrollment)
        .scalar_subquery(),
    ).where(
        Enrollment.workspace_id == bindparam("workspace_id"), Enrollment.tester_id == bindparam("tester_id")
    )
)
_INSIDE = Prepared(
    lambda _dialect: select(CohortMember.cohort_id).where(
        CohortMember.workspace_id == bindparam("workspace_id"),
        CohortMember.tester_id == bindparam("tester_id"),
    )
)


def refresh_tester(work: Work, tester_id: UUID, changed: Collection[str] | None = None) -> None:
    """Ask the rules that read what changed about one person.

    `changed` holds facts ("attribute.plan") and whole sources ("answer"); None asks every rule. Snapshots are told
    even where nobody moved: the facts themselves may stand in a flag's condition.
    """
    work.session.flush()
    whom = {"workspace_id": work.workspace_id, "tester_id": tester_id}
    for program_id, edition in sorted(_EDITIONS.rows(work.session, **whom)):  # one order for all writers
        book = _book(work, program_id, edition)
        asked = book.readers(changed)
        if asked:
            _ask(work, program_id, tester_id, book, asked)
            mark(work, program_id, tester_id)
        touch_program(work, program_id, [tester_id])


def _book(work: Work, program_id: UUID, edition: str | None) -> Rulebook[UUID]:
    kept = _books.get(program_id)
    if kept is not None and kept[0] == edition:
        return kept[1]
    rows = work.session.execute(
        select(Cohort.id, Cohort.rule)
        .where(Cohort.program_id == program_id, Cohort.kind == Kind.RULE)
        .order_by(Cohort.id)
    )
    book = Rulebook({row.id: row.rule for row in rows})
    if len(_books) >= _MOST_BOOKS:
        _books.clear()
    _books[program_id] = edition, book
    return book


def _ask(
    work: Work, program_id: UUID, tester_id: UUID, book: Rulebook[UUID], asked: Collection[UUID]
) -> None:
    facts = facts_of(work.session, program_id, [tester_id], book.reads(asked)).get(tester_id)
    if facts is None:
        return
    whom = {"workspace_id": work.workspace_id, "tester_id": tester_id}
    inside = {cohort_id for (cohort_id,) in _INSIDE.rows(work.session, **whom)}
    entering: list[Move] = []
    leaving: list[Move] = []
    for cohort_id, is_in in book.answers(asked, facts, work.now):
        if is_in is not (cohort_id in inside):
            (entering if is_in else leaving).append((cohort_id, tester_id))
    enter(work, entering, Cause.FACTS)
    leave(work, leaving, Cause.FACTS)
