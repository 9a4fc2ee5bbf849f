"""Counts of answers: from tallies and the tail together, or where a survey has no tallies from the answers themselves.

Each is one statement, so that no fold can come between the two halves.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from betaops.surveys.models import (
    Answer,
    AnswerTally,
    QuestionTally,
    Response,
    ResponseState,
    SurveyRollup,
    TailResponse,
)


class Part(NamedTuple):
    """One typed part of an answer, and how many complete responses have it."""

    question_id: UUID
    row: str
    code: str
    number: float | None
    times: int


_PART = (Answer.question_id, Answer.row, Answer.code, Answer.number)


def tallies(session: Session, survey_id: UUID) -> Sequence[Part]:
    """Over complete responses that count."""
    kept = (
        AnswerTally.question_id,
        AnswerTally.row,
        AnswerTally.code,
        AnswerTally.number,
        AnswerTally.times,
    )
    found = _counted(session, survey_id, kept, _PART, func.count())
    return [Part(question_id, row, code, number, times) for (question_id, row, code, number), times in found]


def people_per_question(session: Session, survey_id: UUID) -> Mapping[UUID, int]:
    """How many complete responses that count answered each question."""
    kept = (QuestionTally.question_id, QuestionTally.people)
    people = func.count(Answer.response_id.distinct())
    return {
        key[0]: number for key, number in _counted(session, survey_id, kept, (Answer.question_id,), people)
    }


def _counted(
    session: Session, survey_id: UUID, kept: Sequence[Any], key: Sequence[Any], count: Any
) -> list[tuple[tuple[Any, ...], int]]:
    """(key, count): what tallies keep and what the tail adds. `kept` are the columns of a tally, its count the last."""
    tally = kept[0].class_
    has_rollup = select(SurveyRollup.id).where(SurveyRollup.survey_id == survey_id).exists()
    mark = [cast(null(), column.type) for column in key]
    counted: Select[Any] = select(*key, count).join(Response, Response.id == Answer.response_id)
    counted = counted.where(Response.state == ResponseState.COMPLETE).group_by(*key)
    tail = counted.join(TailResponse, TailResponse.response_id == Response.id).where(
        TailResponse.survey_id == survey_id
    )
    rows: Sequence[Any] = session.execute(
        union_all(
            select(*mark, literal(-1)).where(has_rollup),
            select(*kept).where(tally.survey_id == survey_id),
            tail,
        )
    ).all()
    if not any(row[0] is None for row in rows):
        rows = session.execute(counted.where(Response.survey_id == survey_id)).all()
    found: Counter[tuple[Any, ...]] = Counter()
    for *part, number in rows:
        if part[0] is not None:
            found[tuple(part)] += number
    return list(found.items())


def surveys_with_tail(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, survey) of the whole installation."""
    found = select(TailResponse.workspace_id, TailResponse.survey_id).distinct()
    return [tuple(row) for row in session.execute(found, execution_options={"unscoped": True})]  # type: ignore[misc]


def rollups(session: Session) -> Sequence[SurveyRollup]:
    """Of this workspace."""
    return session.scalars(select(SurveyRollup)).all()


def complete_outside_tail(session: Session, survey_id: UUID) -> int:
    """How many responses the survey's tallies should count."""
    waiting = select(TailResponse.id).where(TailResponse.response_id == Response.id).exists()
    found = select(func.count()).where(
        Response.survey_id == survey_id, Response.state == ResponseState.COMPLETE, ~waiting
    )
    return session.scalar(found) or 0
