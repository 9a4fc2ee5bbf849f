"""Questions and measures of a survey with what was counted: what pages about results draw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from betaops.surveys import policy, queries
from betaops.surveys.analysis import results
from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.analysis.scales import with_shares
from betaops.surveys.analysis.series import Ended, ended
from betaops.surveys.definition import Definition, Question
from betaops.surveys.instruments import Placed, Reading, placed
from betaops.surveys.kinds.base import choice_words
from betaops.surveys.kinds.boolean import label as boolean_label
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import DEFAULT
from betaops.surveys.models import Survey, SurveyQuestion
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
    """Every question that any version asked: those of the live one first, in its order; of each, every series."""
    if survey.live_number is None:
        return []
    session = reading()
    tallies = results.grouped(queries.tallies(session, survey.id, narrowing))
    people = queries.people_per_question(session, survey.id, narrowing)
    asked = _asked(survey)
    known = [
        results.Known(
            row.id,
            question,
            people.get(row.id, 0),
            row.last_number != survey.live_number,
            tallies.get(row.id, []),
        )
        for row, question, _over in asked
    ]
    found = results.cards(known, smallest=policy.smallest_group(survey))
    over = {row.id: over for row, _question, over in asked}
    return [replace(card, ended=over[card.id]) for card in found]


def questions(survey: Survey) -> list[tuple[UUID, Question, int]]:
    """(id, question as its newest version words it, that version's number); series that have ended say so."""
    return [(row.id, question, row.last_number) for row, question, _over in _asked(survey)]


def _asked(survey: Survey) -> list[tuple[SurveyQuestion, Question, Ended | None]]:
    rows = queries.survey_questions(reading(), survey.id)
    definitions = {
        number: queries.published(
            reading(), queries.version(reading(), survey.id, number).id
        ).definition.worded.by_name
        for number in {row.last_number for row in rows}
    }
    over = ended(rows)
    found = []
    for row in rows:
        question = definitions[row.last_number].get(row.name)
        if question is not None:
            end = over.get(row.id)
            found.append((row, end.titled(question) if end else question, end))
    return found


def measures(survey: Survey, narrowing: Narrowing | None = None) -> list[Measure]:
    """The instruments of the live version that are made of more than one answer; behind them, as they stood before
    one of their questions began a new series."""
    version_id = queries.live_version_id(reading(), survey)
    if version_id is None:
        return []
    live = queries.published(reading(), version_id)
    found = [_measure(survey, each, live.question_ids, narrowing) for each in _several(live.definition)]
    return [*found, *_former_measures(survey, narrowing)]


def _former_measures(survey: Survey, narrowing: Narrowing | None) -> Iterator[Measure]:
    over = ended(queries.survey_questions(reading(), survey.id))
    for number in sorted({each.last for each in over.values()}, reverse=True):
        former = queries.published(reading(), queries.version(reading(), survey.id, number).id)
        for each in _several(former.definition):
            ends = [over.get(former.question_ids[item.question]) for item in each.items]
            last = next((end for end in ends if end is not None and end.last == number), None)
            measure = _measure(survey, each, former.question_ids, narrowing) if last is not None else None
            if last is not None and measure is not None and measure.reading.n:
                yield replace(measure, title=f"{measure.title} ({last.words})")


def _several(definition: Definition) -> list[Placed]:
    return [each for each in placed(definition) if not each.is_one_question]


def _measure(survey: Survey, each: Placed, known: Mapping[str, UUID], narrowing: Narrowing | None) -> Measure:
    items = [(known[item.question], item) for item in each.items]
    found = each.instrument.read(each.items, queries.patterns(reading(), survey.id, items, narrowing))
    first = known[each.items[0].question]
    title = each.element.label() or str(each.instrument.title)
    if 0 < found.n < policy.smallest_group(survey):
        return Measure(each, Reading(found.n), first, title, is_kept_back=True)
    return Measure(each, replace(found, bars=with_shares(found.bars, found.n)), first, title)


def code_words(question: Question, code: str) -> str:
    """An answer as people read it, from its code."""
    if question.kind == "boolean":
        return boolean_label(question, code, DEFAULT)
    choices = {"rating": scale(question), "matrix": question.columns}.get(question.kind, question.choices)
    return choice_words(choices, code, DEFAULT)


def row_words(question: Question, row: str) -> str:
    return choice_words(question.rows, row, DEFAULT)
