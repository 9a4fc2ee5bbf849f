"""What the measures on survey questions share: which questions there are, and what each tester answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.programs.models import Program
from betaops.readiness.measures import anonymous
from betaops.readiness.measures.base import Evidence, Parameters, Sample, scored
from betaops.readiness.scope import Scope
from betaops.surveys import queries as survey_queries
from betaops.surveys.definition import Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.localised import text
from betaops.surveys.models import Answer, Response, ResponseState, Survey, SurveyQuestion

#: Most answers among which good ones are picked; longer lists are not opinions.
MOST_ANSWERS = 30
#: Reasons why somebody who finished has no score.
NOT_SILENT = ("skipped", "later_series", "unscored", "does_not_count")


class AboutQuestion(Parameters):
    """A question, as it was asked when the expectation was written."""

    survey: str = Field(pattern=r"^svy_[0-9a-z]{26}$")
    item: str = Field(min_length=1, max_length=200)
    #: Row of a matrix; empty for other questions.
    row: str = Field("", max_length=200)
    #: What it meant then: answers to another series of it do not compare.
    series: int = Field(1, ge=1)
    title: str = Field(max_length=2000)


@dataclass(frozen=True)
class Asked:
    """A question with answers to choose from, as it is asked now; each row of a matrix is one."""

    survey_id: UUID
    survey_name: str
    name: str
    row: str
    title: str
    kind: str
    #: (code, words), lowest first on a scale.
    codes: tuple[tuple[str, str], ...]
    #: Ends of a numeric scale; None where there is none.
    low: float | None
    high: float | None
    series: int = 1

    @property
    def key(self) -> str:
        """What names it in addresses."""
        return ":".join((ids.encode("svy", self.survey_id), self.name, *([self.row] if self.row else [])))

    @property
    def about(self) -> dict[str, Any]:
        """What an expectation keeps of it."""
        return {
            "survey": ids.encode("svy", self.survey_id),
            "item": self.name,
            "row": self.row,
            "title": self.title,
            **({"series": self.series} if self.series > 1 else {}),
        }

    @property
    def best(self) -> list[str]:
        """Codes that would usually be called good, a guess that the PM changes: the upper end, or yes."""
        codes = [code for code, _ in self.codes]
        if self.low is not None and self.kind in ("rating", "matrix"):
            return codes[-2:] if len(codes) > 3 else codes[-1:]
        return codes[-1:] if self.kind == "boolean" else []


class Given(NamedTuple):
    """What one response says to a question: the codes chosen, and the number where it is one."""

    codes: frozenset[str]
    number: float | None
    #: There are signs that nobody read the questions.
    is_doubtful: bool = False
    at: datetime | None = None


def questions(session: Session, program: Program) -> list[Asked]:
    """Of the published surveys of a program."""
    found = [
        Asked(
            survey_id=item.survey_id,
            survey_name=item.survey_name,
            name=item.name,
            row="",
            title=item.title,
            kind=item.kind,
            codes=item.codes,
            low=item.low,
            high=item.high,
            series=item.series,
        )
        for item in survey_queries.items(session, program.id)
    ]
    for survey in survey_queries.surveys(session, program.id):
        version = survey_queries.live_version(session, survey)
        if version is not None:
            live = survey_queries.published(session, version.id)
            for each in live.definition.asked:
                found += _rows(survey, each, live.series.get(each.name, 1))
    return [each for each in found if 1 < len(each.codes) <= MOST_ANSWERS]


def _rows(survey: Survey, question: Question, series: int) -> list[Asked]:
    """The rows of a matrix that takes one answer a row; nothing of other questions."""
    if question.kind != "matrix" or takes_several(question):
        return []
    numbers = [
        float(each.value)
        for each in question.columns
        if isinstance(each.value, int | float) and not isinstance(each.value, bool)
    ]
    is_numeric = 0 < len(numbers) == len(question.columns)
    return [
        Asked(
            survey_id=survey.id,
            survey_name=survey.name,
            name=question.name,
            row=code_of(row.value),
            title=f"{question.label()} {text(row.text) or code_of(row.value)}",
            kind="matrix",
            codes=tuple(
                (code_of(each.value), text(each.text) or code_of(each.value)) for each in question.columns
            ),
            low=min(numbers) if is_numeric else None,
            high=max(numbers) if is_numeric else None,
            series=series,
        )
        for row in question.rows
    ]


class Whom(NamedTuple):
    """Who was asked a survey, and whose answers count."""

    survey_id: UUID
    #: By which answers are told apart: testers; of an anonymous survey responses, of which each has one.
    counted: frozenset[UUID]
    #: How many could have answered.
    people: int
    #: Answers that are left out before anybody reads them.
    unread: dict[str, int]
    is_anonymous: bool = False

    def whose(self, response_id: UUID, tester_id: UUID | None) -> UUID | None:
        return response_id if self.is_anonymous else tester_id

    def left_out(self) -> dict[str, int]:
        """How many are left out and why, to be counted on."""
        return dict(self.unread)

    def count_out(self, tester_id: UUID | None, left_out: dict[str, int]) -> None:
        """Count a response that does not count."""
        if not self.is_anonymous:
            left_out["anonymous" if tester_id is None else "outside"] += 1


def whom_of(session: Session, scope: Scope, survey: str) -> Whom:
    survey_id = ids.decode("svy", survey)
    if not anonymous.is_anonymous_survey(session, survey_id):
        return Whom(survey_id, scope.testers, len(scope.testers), {"anonymous": 0, "outside": 0})
    return Whom(
        survey_id,
        anonymous.told(session, scope, survey_id),
        anonymous.people(session, scope, survey_id),
        anonymous.left_out(session, scope, survey_id),
        is_anonymous=True,
    )


class Came(Protocol):
    """An answer with when it came, and whether it is doubtful."""

    @property
    def is_doubtful(self) -> bool: ...
    @property
    def at(self) -> datetime | None: ...


def given(
    session: Session, scope: Scope, parameters: AboutQuestion, whom: Whom
) -> tuple[dict[UUID, list[Given]], dict[str, int]]:
    """Answers by tester, and how many were left out and why.

    Only complete responses count, and only those of testers: what comes by a public link may be one person
    ten times.
    """
    rows = session.execute(
        select(
            Response.id,
            Response.tester_id,
            Response.finished_at,
            Response.flags,
            Answer.code,
            Answer.number,
            SurveyQuestion.series,
        )
        .join(Answer, Answer.response_id == Response.id)
        .join(SurveyQuestion, SurveyQuestion.id == Answer.question_id)
        .where(
            *complete(scope, whom.survey_id),
            SurveyQuestion.name == parameters.item,
            SurveyQuestion.series >= parameters.series,
            Answer.row == parameters.row,
            Answer.code.not_like("#%"),
        )
    )
    codes: dict[UUID, set[str]] = defaultdict(set)
    numbers: dict[UUID, float | None] = {}
    people: dict[UUID, UUID | None] = {}
    moments: dict[UUID, datetime | None] = {}
    later: set[UUID | None] = set()
    flagged: set[UUID] = set()
    for response_id, tester_id, finished_at, flags, code, number, series in rows:
        if not scope.covers(tester_id, finished_at):
            continue
        if series > parameters.series:
            later.add(whom.whose(response_id, tester_id))
            continue
        codes[response_id].add(code)
        if flags:
            flagged.add(response_id)
        numbers[response_id], people[response_id] = number, tester_id
        moments[response_id] = finished_at
    by_tester: dict[UUID, list[Given]] = defaultdict(list)
    left_out = whom.left_out()
    for response_id, tester_id in people.items():
        person = whom.whose(response_id, tester_id)
        if person is None or person not in whom.counted:
            whom.count_out(tester_id, left_out)
        else:
            by_tester[person].append(
                Given(
                    frozenset(codes[response_id]),
                    numbers[response_id],
                    response_id in flagged,
                    moments[response_id],
                )
            )
    without = finished(session, scope, whom) - by_tester.keys()
    left_out["skipped"] = len(without - later)
    if without & later:
        left_out["later_series"] = len(without & later)
    return by_tester, left_out


def complete(scope: Scope, survey_id: UUID) -> list[ColumnElement[bool]]:
    """Which responses count; of a wave only its own."""
    found = [Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE]
    return found if scope.wave is None else [*found, Response.wave == scope.wave]


def finished(session: Session, scope: Scope, whom: Whom) -> frozenset[UUID]:
    """Testers in scope with a response that counts, whatever they were asked in it."""
    if whom.is_anonymous:
        return whom.counted
    rows = session.execute(
        select(Response.tester_id, Response.finished_at).where(
            *complete(scope, whom.survey_id), Response.tester_id.is_not(None)
        )
    )
    return frozenset(
        tester_id
        for tester_id, finished_at in rows
        if tester_id in scope.testers and scope.covers(tester_id, finished_at)
    )


def sample(
    whom: Whom,
    by_tester: Mapping[UUID, Sequence[Came]],
    scores: Mapping[UUID, float],
    left_out: dict[str, int],
    *,
    always: Sequence[float] = (0.0, 1.0),
) -> Sample:
    """Of the score of each. Who finished without one is not silent. What is anonymous keeps its counts alone."""
    asked = whom.people - sum(left_out.get(reason, 0) for reason in NOT_SILENT)
    if whom.is_anonymous:
        counts = scored(scores, asked, left_out, always=always)
        return replace(counts, scores={}, is_anonymous=True)
    return scored(
        scores,
        asked,
        left_out,
        always=always,
        doubtful=doubtful(by_tester),
        moments=first_moments(by_tester),
    )


def means(by_tester: Mapping[UUID, list[float]]) -> dict[UUID, float]:
    """One number for each tester: who answered twice is not two people."""
    return {tester: fmean(values) for tester, values in by_tester.items() if values}


def first_moments(by_tester: Mapping[UUID, Sequence[Came]]) -> dict[UUID, datetime]:
    """When each tester answered first."""
    return {
        tester: min(moments)
        for tester, said in by_tester.items()
        if (moments := [each.at for each in said if each.at is not None])
    }


def doubtful(by_tester: Mapping[UUID, Sequence[Came]]) -> frozenset[UUID]:
    """Testers of whom there is no answer without doubt."""
    return frozenset(tester for tester, said in by_tester.items() if all(each.is_doubtful for each in said))


def results(parameters: AboutQuestion, label: str) -> Evidence:
    survey_id = ids.decode("svy", parameters.survey)
    return Evidence("surveys.results", {"survey_id": survey_id}, label)
