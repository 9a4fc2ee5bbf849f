"""Somebody's facts changed: the rules that read them are asked again, about this one person.

Each change of a person in the whole installation comes by here, and a program has dozens of rules. They are compiled
once for each edition of them and kept in this process.
"""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select

from betaops.cohorts.models import Cause, Cohort, CohortMember, Kind
from betaops.cohorts.queries.facts import facts_of_one
from betaops.cohorts.rulebook import Rulebook
from betaops.cohorts.service.columns import mark
from betaops.cohorts.service.members import enter, leave, touch_program
from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work

#: So many programs' rules are kept; beyond, all are forgotten and made again.
_MOST_BOOKS = 500


class _Edition(NamedTuple):
    """Changes with every rule that comes, changes or goes."""

    rules: int
    versions: int | None
    changed_at: Any


_books: dict[UUID, tuple[_Edition, Rulebook[UUID]]] = {}

#: Sent past the ORM: each names the workspace itself.
_EDITIONS = (
    select(
        Enrollment.program_id, func.count(Cohort.id), func.sum(Cohort.version), func.max(Cohort.changed_at)
    )
    .outerjoin(
        Cohort,
        (Cohort.program_id == Enrollment.program_id)
        & (Cohort.workspace_id == Enrollment.workspace_id)
        & (Cohort.kind == Kind.RULE),
    )
    .where(
        Enrollment.workspace_id == bindparam("workspace_id"), Enrollment.tester_id == bindparam("tester_id")
    )
    .group_by(Enrollment.program_id)
    .order_by(Enrollment.program_id)
)
_INSIDE = select(CohortMember.cohort_id).where(
    CohortMember.workspace_id == bindparam("workspace_id"), CohortMember.tester_id == bindparam("tester_id")
)


def refresh_tester(work: Work, tester_id: UUID, changed: Collection[str] | None = None) -> None:
    """Ask the rules that read what changed about one person.

    `changed` holds facts ("attribute.plan") and whole sources ("answer"); None asks every rule. Snapshots are told
    even where nobody moved: the facts themselves may stand in a flag's condition.
    """
    work.session.flush()
    whom = {"workspace_id": work.workspace_id, "tester_id": tester_id}
    for program_id, *edition in work.session.connection().execute(_EDITIONS, whom).all():
        book = _book(work, program_id, _Edition._make(edition))
        asked = book.readers(changed)
        if asked:
            _ask(work, program_id, tester_id, book, asked)
            mark(work, program_id, tester_id)
        touch_program(work, program_id, [tester_id])


def _book(work: Work, program_id: UUID, edition: _Edition) -> Rulebook[UUID]:
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
    facts = facts_of_one(work.session, program_id, tester_id, book.reads(asked))
    if facts is None:
        return
    whom = {"workspace_id": work.workspace_id, "tester_id": tester_id}
    inside = set(work.session.connection().scalars(_INSIDE, whom))
    answers = dict(book.answers(asked, facts, work.now))
    enter(
        work,
        [each for each, is_in in answers.items() if is_in and each not in inside],
        [tester_id],
        Cause.FACTS,
    )
    leave(
        work,
        [each for each, is_in in answers.items() if not is_in and each in inside],
        [tester_id],
        Cause.FACTS,
    )
