"""The rules of programs, made ready once for each edition of them and kept in this process.

Each change of a person in the whole installation, and each event of usage, asks what rules there are.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, cast, func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortCompany, Kind
from betaops.cohorts.queries.facts import AT_HAND, COLUMNS
from betaops.cohorts.queries.reading import ruled
from betaops.cohorts.rulebook import Rulebook
from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.prepared import Prepared
from betaops.programs.models import Program


class Book(NamedTuple):
    """What moves people in one program; the rules of cohorts that others read come first."""

    rules: Rulebook[UUID]
    #: The cohorts in which companies do, not a rule of their own.
    by_company: frozenset[UUID]
    #: Whether any rule reads cohorts.
    is_read: bool = False


class Place(NamedTuple):
    """Where somebody has one."""

    program_id: UUID
    book: Book
    #: What of them could be read with it: `facts.AT_HAND` with their values.
    row: Mapping[str, Any]


#: So many programs' rules are kept; beyond, all are forgotten and made again.
_MOST_BOOKS = 500
#: By program: the edition of its rules, and they themselves.
_books: dict[UUID, tuple[Any, Book]] = {}


def book(session: Session, program_id: UUID) -> Book:
    """Of one program; an empty one where it is not there."""
    found = _kept(session, _OF_PROGRAM, program_id)
    return found[0][1] if found else Book(Rulebook({}), frozenset())


def books_of_product(session: Session, product_id: UUID) -> list[Book]:
    return [each for _program_id, each in _kept(session, _OF_PRODUCT, product_id)]


def places_of(session: Session, tester_id: UUID) -> list[Place]:
    """Every program where they have a place; in one order for all writers."""
    session.flush()
    rows: list[Any] = _OF_TESTER.rows(session, workspace_id=session.info["workspace_id"], whose=tester_id)
    return [
        Place(
            program_id, _book(session, program_id, (cohorts, companies)), dict(zip(AT_HAND, row, strict=True))
        )
        for program_id, cohorts, companies, *row in sorted(rows, key=itemgetter(0))
    ]


def _kept(session: Session, editions: Prepared, whose: UUID) -> list[tuple[UUID, Book]]:
    session.flush()
    rows = editions.rows(session, workspace_id=session.info["workspace_id"], whose=whose)
    return [(program_id, _book(session, program_id, edition)) for program_id, *edition in sorted(rows)]


def _book(session: Session, program_id: UUID, edition: Sequence[Any]) -> Book:
    edition = tuple(edition)
    kept = _books.get(program_id)
    if kept is not None and kept[0] == edition:
        return kept[1]
    several = ruled(session, program_id)
    rules = Rulebook({each.cohort.id: each.rule for each in several})
    made = Book(
        rules,
        frozenset(each.cohort.id for each in several if each.cohort.kind is Kind.STATIC),
        bool(rules.places(["cohort"])),
    )
    if len(_books) >= _MOST_BOOKS:
        _books.clear()
    _books[program_id] = edition, made
    return made


def _editions(program_id: Any, workspace_id: Any, *conditions: Any, beside: Sequence[Any] = ()) -> Any:
    """Programs with what is another text whenever a cohort or a company in one comes, changes or goes.

    Of cohorts: how many there are, how often they were saved, and when last; of companies, which are never changed:
    how many, and the newest.
    """
    cohorts = select(
        cast(func.count(), Text)
        + " "
        + cast(func.sum(Cohort.version), Text)
        + " "
        + cast(func.max(Cohort.changed_at), Text)
    ).where(Cohort.workspace_id == workspace_id, Cohort.program_id == program_id)
    of_them = select(Cohort.id).where(Cohort.workspace_id == workspace_id, Cohort.program_id == program_id)
    companies = select(cast(func.count(), Text) + " " + func.max(cast(CohortCompany.id, Text))).where(
        CohortCompany.cohort_id.in_(of_them.correlate_except(Cohort))
    )
    of = program_id.class_
    return select(
        program_id,
        cohorts.correlate(of).scalar_subquery(),
        companies.correlate(of).scalar_subquery(),
        *beside,
    ).where(workspace_id == bindparam("workspace_id", type_=Uuid()), *conditions)


_WHOSE = bindparam("whose", type_=Uuid())
_OF_PROGRAM = Prepared(lambda _dialect: _editions(Program.id, Program.workspace_id, Program.id == _WHOSE))
_OF_PRODUCT = Prepared(
    lambda _dialect: _editions(Program.id, Program.workspace_id, Program.product_id == _WHOSE)
)
_OF_TESTER = Prepared(
    lambda _dialect: _editions(
        Enrollment.program_id,
        Enrollment.workspace_id,
        Enrollment.tester_id == _WHOSE,
        Tester.id == Enrollment.tester_id,
        beside=[COLUMNS[name] for name in AT_HAND],
    )
)
