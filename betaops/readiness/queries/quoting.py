"""Quotes whose consent stands, and what could be quoted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quotable, Quoting
from betaops.feedback import queries as feedback_queries
from betaops.feedback.models import Report
from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.readiness.documents import Document, quoting
from betaops.readiness.models import Expectation, Quote
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import Survey
from betaops.surveys.queries import AnswerKey, TextKey


class Picked(NamedTuple):
    """A quote with its need and what whoever wrote it allows now: it stands unless that is `never`."""

    quote: Quote
    expectation: Expectation
    quoting: Quoting
    name: str

    @property
    def stands(self) -> bool:
        return self.quoting is not Quoting.NEVER

    @property
    def by(self) -> str | None:
        """The name it may be said with."""
        return (self.name or None) if self.quoting is Quoting.NAMED else None


class Text(NamedTuple):
    """Something that could be quoted, and where it stands."""

    said: Quotable
    report: Report | None = None
    answer: AnswerKey | None = None
    survey: Survey | None = None


def text_of(
    session: Session, program_id: UUID, *, report_id: UUID | None = None, answer: AnswerKey | None = None
) -> Text:
    """A report or a written answer of this program, whatever is allowed with it; `NotFound` for what nobody can be quoted
    with: anonymous, hidden, or written by nobody known."""
    if report_id is not None:
        report = feedback_queries.report(session, report_id, program_id=program_id)
        said = feedback_queries.quotable(session, [report.id]).get(report.id)
        if said is None:
            raise NotFound
        return Text(said, report=report)
    found = survey_queries.quotable(session, [answer]).get(answer) if answer is not None else None
    if found is None or found.survey.program_id != program_id:
        raise NotFound
    return Text(found.said, answer=answer, survey=found.survey)


def picked(session: Session, program_id: UUID) -> list[Picked]:
    """All quotes of a program in the order of its needs, those included that are not shown now."""
    rows = session.execute(
        select(Quote, Expectation)
        .join(Expectation, Expectation.id == Quote.expectation_id)
        .where(Quote.program_id == program_id)
        .order_by(Expectation.position, Expectation.id, Quote.picked_at, Quote.id)
    ).all()
    return _with_consent(session, [(quote, expectation) for quote, expectation in rows])


def quote(session: Session, program_id: UUID, quote_id: UUID) -> Quote:
    found = session.scalar(select(Quote).where(Quote.id == quote_id, Quote.program_id == program_id))
    if found is None:
        raise NotFound
    return found


def answer_of(row: Quote) -> AnswerKey | None:
    """Which written answer it is from; None: a report."""
    if row.response_id is None or row.question_id is None:
        return None
    return AnswerKey(row.question_id, TextKey(row.response_id, row.row or "", row.code or ""))


def ids_by_expectation(session: Session, program_id: UUID) -> dict[UUID, list[str]]:
    """Public ids of quotes that stand, in the order in which they were picked."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for each in picked(session, program_id):
        if each.stands:
            found[each.expectation.id].append(ids.encode("quo", each.quote.id))
    return found


def with_quotes(session: Session, document: Document) -> Document:
    """The document with the words of its quotes, as far as their consent stands at this moment."""
    wanted = _decoded(quoting.ids(document))
    rows = (
        session.execute(
            select(Quote, Expectation)
            .join(Expectation, Expectation.id == Quote.expectation_id)
            .where(Quote.id.in_(wanted))
        ).all()
        if wanted
        else []
    )
    stands = [each for each in _with_consent(session, [(row[0], row[1]) for row in rows]) if each.stands]
    return quoting.resolved(
        document,
        {ids.encode("quo", each.quote.id): quoting.Passage(each.quote.text, each.by) for each in stands},
    )


def quotes_of_person(session: Session, tester_id: UUID) -> Sequence[Quote]:
    """Passages that were picked from what somebody wrote, in every program."""
    return session.scalars(
        select(Quote)
        .join(Enrollment, Enrollment.id == Quote.enrollment_id)
        .where(Enrollment.tester_id == tester_id)
        .order_by(Quote.picked_at, Quote.id)
    ).all()


def _decoded(public: Iterable[str]) -> list[UUID]:
    found = []
    for each in public:
        try:
            found.append(ids.decode("quo", each))
        except NotFound:
            continue
    return found


def _with_consent(session: Session, rows: Sequence[tuple[Quote, Expectation]]) -> list[Picked]:
    """Asked where the words came from, so that one rule decides; what cannot be quoted any more does not stand."""
    reports = feedback_queries.quotable(session, {row.report_id for row, _ in rows if row.report_id})
    keys = {row.id: key for row, _ in rows if (key := answer_of(row)) is not None}
    answers = survey_queries.quotable(session, keys.values())
    found = []
    for row, expectation in rows:
        if row.report_id is not None:
            said = reports.get(row.report_id)
        else:
            answer = answers.get(keys[row.id])
            said = answer.said if answer is not None else None
        is_theirs = said is not None and said.enrollment_id == row.enrollment_id
        found.append(
            Picked(row, expectation, said.quoting, said.name)
            if said is not None and is_theirs
            else Picked(row, expectation, Quoting.NEVER, "")
        )
    return found
