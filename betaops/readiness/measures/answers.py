"""What the measures on survey questions share: which questions there are, and what each tester answered."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean
from typing import NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel import ids
from betaops.programs.models import Program
from betaops.readiness.measures.base import Evidence, Parameters, Scope
from betaops.surveys import queries as survey_queries
from betaops.surveys.models import Answer, Response, ResponseState, SurveyQuestion
from betaops.surveys.queries.answers import Item

#: Most answers among which good ones are picked; longer lists are not opinions.
MOST_ANSWERS = 30


class AboutQuestion(Parameters):
    """A question, as it was asked when the expectation was written."""

    survey: str = Field(pattern=r"^svy_[0-9a-z]{26}$")
    item: str = Field(min_length=1, max_length=200)
    title: str = Field(max_length=2000)


class Given(NamedTuple):
    """What one response says to a question: the codes chosen, and the number where it is one."""

    codes: frozenset[str]
    number: float | None


def items(session: Session, program: Program) -> list[Item]:
    """Questions with answers to choose from, of the published surveys of a program, as they are asked now."""
    return [item for item in survey_queries.items(session, program.id) if 1 < len(item.codes) <= MOST_ANSWERS]


def key(item: Item) -> str:
    """What names a question in addresses."""
    return f"{ids.encode('svy', item.survey_id)}:{item.name}"


def about(item: Item) -> dict[str, str]:
    return {"survey": ids.encode("svy", item.survey_id), "item": item.name, "title": item.title}


def best(item: Item) -> list[str]:
    """Codes that would usually be called good, a guess that the PM changes: the upper end, or yes."""
    codes = [code for code, _ in item.codes]
    if item.kind == "rating":
        return codes[-2:] if len(codes) > 3 else codes[-1:]
    return codes[-1:] if item.kind == "boolean" else []


def given(
    session: Session, scope: Scope, parameters: AboutQuestion
) -> tuple[dict[UUID, list[Given]], dict[str, int]]:
    """Answers by tester, and how many were left out and why.

    Only complete responses count, and only those of testers: what comes by a public link may be one person
    ten times.
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
    left_out = {"anonymous": 0, "outside": 0}
    for response_id, tester_id in people.items():
        if tester_id is None:
            left_out["anonymous"] += 1
        elif tester_id in scope.testers:
            by_tester[tester_id].append(Given(frozenset(codes[response_id]), numbers[response_id]))
        else:
            left_out["outside"] += 1
    return by_tester, left_out


def means(by_tester: Iterable[list[float]]) -> list[float]:
    """One number for each tester: who answered twice is not two people."""
    return [fmean(values) for values in by_tester if values]


def results(parameters: AboutQuestion, label: str) -> Evidence:
    survey_id = ids.decode("svy", parameters.survey)
    return Evidence("surveys.results", {"survey_id": survey_id}, label)
