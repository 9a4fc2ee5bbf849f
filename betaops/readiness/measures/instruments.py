"""What the measures on published instruments share: where they stand in surveys, and each tester's score by them."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.models import Program
from betaops.readiness.figures import Unit
from betaops.readiness.measures import answers
from betaops.readiness.measures.answers import Whom
from betaops.readiness.measures.base import Evidence, Group, Measure, Offer, Parameters, Sample
from betaops.readiness.scope import Scope
from betaops.surveys import queries as survey_queries
from betaops.surveys.instruments import Placed, placed
from betaops.surveys.models import Answer, Response, Survey, SurveyQuestion


class Part(Parameters):
    """One question of it, or one row of a matrix, as it was asked when the expectation was written."""

    item: str = Field(min_length=1, max_length=200)
    row: str = Field("", max_length=200)
    #: Answers to another series of it do not compare.
    series: int = Field(1, ge=1)
    #: Of its answers, in their order.
    codes: list[str] = Field(min_length=2)


class AboutInstrument(Parameters):
    """An instrument where it stands in a survey."""

    survey: str = Field(pattern=r"^svy_[0-9a-z]{26}$")
    element: str = Field(min_length=1, max_length=200)
    title: str = Field(max_length=2000)
    parts: list[Part] = Field(min_length=1)


class Filled(NamedTuple):
    """One response: which answer was chosen to each part, counted from 0."""

    places: tuple[int, ...]
    is_doubtful: bool
    at: datetime | None


class InstrumentMeasure(Measure):
    """A measure whose scores a published instrument gives; elements of surveys say that they are it."""

    #: Name in `surveys.instruments.INSTRUMENTS`.
    instrument: ClassVar[str]
    group = Group.ANSWERS
    takes_wave = takes_build = True
    parameters = AboutInstrument
    #: Scores that are possible whatever anybody answers.
    always: ClassVar[tuple[float, ...]] = (0.0, 1.0)

    @abstractmethod
    def score(self, places: Sequence[int], parameters: AboutInstrument) -> float | None:
        """From 0 to 1, of the answers' places counted from 0; None for what does not count."""

    def offers(self, session: Session, program: Program) -> list[Offer]:
        return [
            Offer(f"{about['survey']}:{about['element']}", about["title"], survey.name, about)
            for survey, each, series in _placed(session, program, self.instrument)
            for about in (_about(survey, each, series),)
        ]

    def sample(self, session: Session, scope: Scope, parameters: AboutInstrument) -> Sample:
        whom = answers.whom_of(session, scope, parameters.survey)
        by_tester, left_out = filled(session, scope, parameters, whom)
        given = {tester: self._scores(said, parameters) for tester, said in by_tester.items()}
        left_out["does_not_count"] = sum(not scores for scores in given.values())
        return answers.sample(whom, by_tester, answers.means(given), left_out, always=self.always)

    def _scores(self, said: Sequence[Filled], parameters: AboutInstrument) -> list[float]:
        found = (self.score(each.places, parameters) for each in said)
        return [score for score in found if score is not None]

    def evidence(self, parameters: AboutInstrument) -> Evidence:
        survey_id = ids.decode("svy", parameters.survey)
        return Evidence("surveys.results", {"survey_id": survey_id}, _("All answers to it"))


class OutOfAHundred(InstrumentMeasure):
    """The mean of scores from 0 to 100. Each is made of several answers, so half an imagined one suffices
    (`statistics.bounded`)."""

    scoring = _l(
        "Each tester counts with their score from 0 to 100; who left a statement out does not count."
    )
    unit = Unit.SCORE
    imagined = 0.5

    def to_score(self, value: float, parameters: AboutInstrument) -> float:
        return value / 100

    def from_score(self, score: float, parameters: AboutInstrument) -> float:
        return 100 * score


def filled(
    session: Session, scope: Scope, parameters: AboutInstrument, whom: Whom
) -> tuple[dict[UUID, list[Filled]], dict[str, int]]:
    """What each tester answered to all parts, and how many were left out and why.

    A response with a part missing has no score, as the instruments are published.
    """
    parts = {(part.item, part.row, part.series): at for at, part in enumerate(parameters.parts)}
    rows = session.execute(
        select(
            Response.id,
            Response.tester_id,
            Response.finished_at,
            Response.flags,
            SurveyQuestion.name,
            Answer.row,
            SurveyQuestion.series,
            Answer.code,
        )
        .join(Answer, Answer.response_id == Response.id)
        .join(SurveyQuestion, SurveyQuestion.id == Answer.question_id)
        .where(
            *answers.complete(scope, whom.survey_id),
            SurveyQuestion.name.in_({part.item for part in parameters.parts}),
            Answer.code.not_like("#%"),
        )
    )
    cells: dict[UUID, dict[int, int]] = defaultdict(dict)
    whose: dict[UUID, tuple[UUID | None, bool, datetime | None]] = {}
    for response_id, tester_id, finished_at, flags, name, row, series, code in rows:
        at = parts.get((name, row, series))
        if at is not None and code in parameters.parts[at].codes and scope.covers(tester_id, finished_at):
            cells[response_id][at] = parameters.parts[at].codes.index(code)
            whose[response_id] = tester_id, bool(flags), finished_at
    by_tester: dict[UUID, list[Filled]] = defaultdict(list)
    left_out = whom.left_out()
    for response_id, found in cells.items():
        tester_id, is_doubtful, moment = whose[response_id]
        person = whom.whose(response_id, tester_id)
        if person is None or person not in whom.counted:
            whom.count_out(tester_id, left_out)
        elif len(found) == len(parts):
            places = tuple(found[part] for part in range(len(parts)))
            by_tester[person].append(Filled(places, is_doubtful, moment))
    left_out["unscored"] = len(answers.finished(session, scope, whom) - by_tester.keys())
    return by_tester, left_out


def _placed(
    session: Session, program: Program, instrument: str
) -> Iterator[tuple[Survey, Placed, Mapping[str, int]]]:
    """Where it stands in the published surveys of a program, each with the series of that survey's questions."""
    for survey in survey_queries.surveys(session, program.id):
        version = survey_queries.live_version(session, survey)
        if version is None:
            continue
        live = survey_queries.published(session, version.id)
        for each in placed(live.definition):
            if each.instrument.name == instrument:
                yield survey, each, live.series


def _about(survey: Survey, each: Placed, series: Mapping[str, int]) -> dict[str, Any]:
    return {
        "survey": ids.encode("svy", survey.id),
        "element": each.element.name,
        "title": each.items[0].label if each.is_one_question else each.element.label(),
        "parts": [
            {
                "item": item.question,
                "row": item.row,
                "series": series.get(item.question, 1),
                "codes": [code for code, _label in item.codes],
            }
            for item in each.items
        ],
    }
