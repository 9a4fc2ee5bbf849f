"""What the measures on survey questions share: which questions there are, and what each tester answered."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.programs.models import Program
from betaops.readiness.measures.base import Evidence, Parameters, Scope
from betaops.surveys import reading
from betaops.surveys.definition import Question
from betaops.surveys.kinds import KINDS
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.boolean import values as boolean_values
from betaops.surveys.kinds.rating import scale
from betaops.surveys.models import Answer, Response, ResponseState, Survey, SurveyQuestion, SurveyVersion

#: Most answers among which good ones are picked; longer lists are not opinions.
MOST_ANSWERS = 30


class AboutQuestion(Parameters):
    """A question, as it was asked when the expectation was written."""

    survey: str = Field(pattern=r"^svy_[0-9a-z]{26}$")
    item: str = Field(min_length=1, max_length=200)
    title: str = Field(max_length=2000)


@dataclass(frozen=True)
class Item:
    """A question that can be measured. `answers`: (code, words), worst first where there is an order."""

    survey: str
    survey_name: str
    name: str
    title: str
    answers: tuple[tuple[str, str], ...]
    #: Codes that would usually be called good; a guess that the PM changes.
    best: tuple[str, ...]
    #: Ends of a numeric scale; None where there is none.
    lowest: float | None = None
    highest: float | None = None

    @property
    def key(self) -> str:
        return f"{self.survey}:{self.name}"

    def about(self) -> dict[str, str]:
        return {"survey": self.survey, "item": self.name, "title": self.title}


class Given(NamedTuple):
    """What one response says to a question: the codes chosen, and the number where it is one."""

    codes: frozenset[str]
    number: float | None


def items(session: Session, program: Program) -> list[Item]:
    """Questions with answers to choose from, of the published surveys of a program, as they are asked now."""
    rows = session.execute(
        select(Survey, SurveyVersion.definition)
        .join(
            SurveyVersion,
            (SurveyVersion.survey_id == Survey.id) & (SurveyVersion.number == Survey.live_number),
        )
        .where(Survey.program_id == program.id)
        .order_by(Survey.created_at.desc(), Survey.id)
    ).all()
    found = []
    for survey, definition in rows:
        for question in reading.read(definition).asked:
            item = _item(survey, question)
            if item is not None:
                found.append(item)
    return found


def _item(survey: Survey, question: Question) -> Item | None:
    if question.kind == "rating":
        steps = scale(question)
        numbers = [step.value for step in steps if isinstance(step.value, int | float)]
        answers = tuple((code_of(step.value), str(step.value)) for step in steps)
        best = (
            tuple(code for code, _ in answers[-2:])
            if len(answers) > 3
            else tuple(code for code, _ in answers[-1:])
        )
        ends = (float(min(numbers)), float(max(numbers))) if len(numbers) == len(steps) > 1 else (None, None)
    elif question.kind == "boolean":
        kind = KINDS["boolean"]
        answers = tuple(
            (code_of(value), kind.words(question, value, "default"))
            for value in boolean_values(question)[::-1]
        )
        best, ends = (answers[-1][0],), (None, None)
    elif question.kind in ("radiogroup", "dropdown", "checkbox"):
        kind = KINDS[question.kind]
        answers = tuple(
            (code_of(each.value), kind.words(question, each.value, "default")) for each in question.choices
        )
        best, ends = (), (None, None)
    else:
        return None
    if not 1 < len(answers) <= MOST_ANSWERS:
        return None
    return Item(
        survey=ids.encode("svy", survey.id),
        survey_name=survey.name,
        name=question.name,
        title=question.label(),
        answers=answers,
        best=best,
        lowest=ends[0],
        highest=ends[1],
    )


def given(
    session: Session, scope: Scope, parameters: AboutQuestion
) -> tuple[dict[UUID, list[Given]], list[Given], dict[str, int]]:
    """Answers by tester, answers that belong to nobody, and how many were left out and why.

    Only complete responses count. Anonymous ones count one each, except where only a cohort is asked about.
    """
    rows = session.execute(
        select(Response.id, Response.tester_id, Answer.code, Answer.number)
        .join(Answer, Answer.response_id == Response.id)
        .join(SurveyQuestion, SurveyQuestion.id == Answer.question_id)
        .where(
            SurveyQuestion.survey_id == ids.decode("svy", parameters.survey),
            SurveyQuestion.name == parameters.item,
            Response.state == ResponseState.COMPLETE,
            Answer.row == "",
            Answer.code.not_like("#%"),
        )
    )
    codes: dict[UUID, set[str]] = defaultdict(set)
    numbers: dict[UUID, float | None] = {}
    people: dict[UUID, UUID | None] = {}
    for response_id, tester_id, code, number in rows:
        codes[response_id].add(code)
        numbers[response_id], people[response_id] = number, tester_id
    by_tester: dict[UUID, list[Given]] = defaultdict(list)
    nobody: list[Given] = []
    outside = 0
    for response_id, tester_id in people.items():
        answer = Given(frozenset(codes[response_id]), numbers[response_id])
        if tester_id is None:
            nobody.append(answer)
        elif tester_id in scope.testers:
            by_tester[tester_id].append(answer)
        else:
            outside += 1
    left_out = {"outside": outside}
    if scope.is_cohort:
        left_out["anonymous"], nobody = len(nobody), []
    return by_tester, nobody, left_out


def means(by_tester: Iterable[list[float]], nobody: list[float]) -> list[float]:
    """One number for each tester: who answered twice is not two people."""
    return [fmean(values) for values in by_tester if values] + nobody


def results(parameters: AboutQuestion, label: str) -> Evidence:
    survey_id = ids.decode("svy", parameters.survey)
    return Evidence("surveys.results", {"survey_id": survey_id}, label)
