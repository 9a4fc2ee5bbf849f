"""Questions and measures of a survey with what was counted: what pages about results draw."""

from dataclasses import dataclass
from uuid import UUID

from betaops.surveys import policy, queries
from betaops.surveys.analysis import results
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.definition import Question
from betaops.surveys.instruments import Placed, Reading, placed
from betaops.surveys.kinds.base import choice_words
from betaops.surveys.kinds.boolean import label as boolean_label
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT
from betaops.surveys.models import Survey
from betaops.web.application import reading


@dataclass(frozen=True)
class Measure:
    """An instrument made of several answers. `question_id` is the first of its questions."""

    placed: Placed
    reading: Reading
    question_id: UUID
    title: str
    is_kept_back: bool = False


def cards(survey: Survey, narrowing: Narrowing | None = None) -> list[results.Card]:
    """Every question that any version asked: those of the live one first, in its order."""
    if survey.live_number is None:
        return []
    session = reading()
    tallies = results.grouped(queries.tallies(session, survey.id, narrowing))
    people = queries.people_per_question(session, survey.id, narrowing)
    known = [
        results.Known(
            question_id,
            question,
            people.get(question_id, 0),
            number != survey.live_number,
            tallies.get(question_id, []),
        )
        for question_id, question, number in questions(survey)
    ]
    return results.cards(known, smallest=policy.smallest_group(survey))


def questions(survey: Survey) -> list[tuple[UUID, Question, int]]:
    """(id, question as its newest version words it, that version's number)."""
    rows = queries.survey_questions(reading(), survey.id)
    definitions = {
        number: queries.published(
            reading(), queries.version(reading(), survey.id, number).id
        ).definition.worded.by_name
        for number in {row.last_number for row in rows}
    }
    found = [(row.id, definitions[row.last_number].get(row.name), row.last_number) for row in rows]
    return [(row_id, question, number) for row_id, question, number in found if question is not None]


def measures(survey: Survey, narrowing: Narrowing | None = None) -> list[Measure]:
    """The instruments of the live version that are made of more than one answer."""
    version_id = queries.live_version_id(reading(), survey)
    if version_id is None:
        return []
    several = [each for each in placed(queries.published(reading(), version_id).definition)
               if not each.is_one_question]  # fmt: skip
    if not several:
        return []
    known = {row.name: row.id for row in queries.survey_questions(reading(), survey.id)}
    return [_measure(survey, each, known, narrowing) for each in several]


def _measure(survey: Survey, each: Placed, known: dict[str, UUID], narrowing: Narrowing | None) -> Measure:
    items = [(known[item.question], item) for item in each.items]
    found = each.instrument.read(each.items, queries.patterns(reading(), survey.id, items, narrowing))
    first = known[each.items[0].question]
    title = each.element.label() or str(each.instrument.title)
    if 0 < found.n < policy.smallest_group(survey):
        return Measure(each, Reading(found.n), first, title, is_kept_back=True)
    return Measure(each, found, first, title)


def code_words(question: Question, code: str) -> str:
    """An answer as people read it, from its code."""
    if question.kind == "boolean":
        return boolean_label(question, code, DEFAULT)
    choices = {"rating": scale(question), "matrix": question.columns}.get(question.kind, question.choices)
    return choice_words(choices, code, DEFAULT)


def row_words(question: Question, row: str) -> str:
    return choice_words(question.rows, row, DEFAULT)
