"""Counts of answers: from tallies and the tail together, or where a survey has no tallies from the answers themselves.

Each is one statement, so that no fold can come between the two halves.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, cast, func, literal, null, select, union, union_all
from sqlalchemy.orm import Session

from betaops.surveys.analysis.narrowing import Narrowing
from betaops.surveys.given import Given
from betaops.surveys.models import (
    Answer,
    AnswerTally,
    QuestionTally,
    Response,
    ResponseState,
    Survey,
    SurveyRollup,
    TailResponse,
)
from betaops.surveys.queries.narrowed import conditions
from betaops.surveys.queries.quotas import count_complete
from betaops.surveys.queries.surveys import current_questions

#: A survey's id belongs to one workspace already. Were that asked for besides, SQLite would rather read all answers of
#: the workspace by its index.
BY_ID = {"unscoped": True}


class Part(NamedTuple):
    """One typed part of an answer, and how many complete responses have it."""

    question_id: UUID
    row: str
    code: str
    number: float | None
    times: int


_PART = (Answer.question_id, Answer.row, Answer.code, Answer.number)


def tallies(session: Session, survey_id: UUID, narrowing: Narrowing | None = None) -> Sequence[Part]:
    """Over complete responses that count. Narrowed ones are counted themselves."""
    if narrowing is not None and not narrowing.is_open:
        parts = Parts(_complete(survey_id, narrowing)).part_counts()
        return [Part(*row) for row in session.execute(parts, execution_options=BY_ID)]
    tally = AnswerTally
    kept = (tally.question_id, tally.row, tally.code, tally.number, tally.times)
    found = _counted(session, survey_id, kept, lambda parts: parts.part_counts())
    return [Part(question_id, row, code, number, times) for (question_id, row, code, number), times in found]


def people_per_question(
    session: Session, survey_id: UUID, narrowing: Narrowing | None = None
) -> Mapping[UUID, int]:
    """How many complete responses that count answered each question."""
    if narrowing is not None and not narrowing.is_open:
        people = Parts(_complete(survey_id, narrowing)).people_counts()
        rows: Sequence[Any] = session.execute(people, execution_options=BY_ID).all()
        return {row[0]: row[1] for row in rows}
    kept = (QuestionTally.question_id, QuestionTally.people)
    found = _counted(session, survey_id, kept, lambda parts: parts.people_counts())
    return {question_id: people for (question_id,), people in found}


def given(session: Session, survey: Survey) -> Mapping[str, Given]:
    """What complete responses answered, by the name of the question as it counts now.

    Of an anonymous survey nobody is told how often: looked at after every answer, that would say who said what.
    """
    rows = current_questions(session, survey.id)
    if survey.is_anonymous:
        is_any = count_complete(session, survey.id) > 0
        return {name: Given(is_secret=is_any) for name in rows}
    found: dict[UUID, dict[tuple[str, str], int]] = {}
    for part in tallies(session, survey.id):
        own = found.setdefault(part.question_id, {})
        own[part.row, part.code] = own.get((part.row, part.code), 0) + part.times
    return {name: Given(found.get(row.id, {})) for name, row in rows.items()}


class Parts:
    """The answers of some responses, to be counted; `which` are conditions on `Answer`, `Response` and what is joined.

    The answers are found first and grouped then: both databases would else rather read all answers there are, in an
    index that has them in the order of the groups.
    """

    def __init__(self, which: Select[Any]) -> None:
        self._found = which.add_columns(*_PART, Answer.response_id).offset(0).subquery()

    def part_counts(self) -> Select[Any]:
        """(question, row, code, number, times)."""
        key = [self._found.c[column.key] for column in _PART]
        return select(*key, func.count()).group_by(*key)

    def people_counts(self) -> Select[Any]:
        """(question, people)."""
        question = self._found.c.question_id
        return select(question, func.count(self._found.c.response_id.distinct())).group_by(question)


def _counted(
    session: Session, survey_id: UUID, kept: Sequence[Any], count: Callable[[Parts], Select[Any]]
) -> list[tuple[tuple[Any, ...], int]]:
    """(key, count): what tallies keep and what the tail adds. `kept` are the columns of a tally, its count the last."""
    tally = kept[0].class_
    has_rollup = select(SurveyRollup.id).where(SurveyRollup.survey_id == survey_id).exists()
    mark = [cast(null(), column.type) for column in kept[:-1]]
    # Only complete responses stand in the tail.
    tail: Select[Any] = select().join_from(
        TailResponse, Answer, Answer.response_id == TailResponse.response_id
    )
    rows: Sequence[Any] = session.execute(
        union_all(
            select(*mark, literal(-1)).where(has_rollup),
            select(*kept).where(tally.survey_id == survey_id),
            count(Parts(tail.where(TailResponse.survey_id == survey_id))),
        ),
        execution_options=BY_ID,
    ).all()
    if not any(row[0] is None for row in rows):
        rows = session.execute(count(Parts(_complete(survey_id))), execution_options=BY_ID).all()
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, number in rows:
        if key[0] is not None:
            found[tuple(key)] += number
    return list(found.items())


def _complete(survey_id: UUID, narrowing: Narrowing | None = None) -> Select[Any]:
    every: Select[Any] = select().join_from(Response, Answer, Answer.response_id == Response.id)
    return every.where(*conditions(survey_id, narrowing))


class Counted(NamedTuple):
    """Responses of a survey's tail, and what those of them that are complete add to its tallies."""

    survey_id: UUID
    #: Ids of them all.
    waiting: Sequence[UUID]
    complete: int
    #: By (question, row, code, number), and by (question,).
    parts: Mapping[tuple[Any, ...], int]
    people: Mapping[tuple[Any, ...], int]
    #: Whether the tail has more. How many would have to be counted anew for each of them.
    is_more: bool = False
    #: Whether the survey has tallies at all.
    is_kept: bool = True


def count_tail(session: Session, survey_id: UUID, most: int) -> Counted:
    """The oldest of the tail."""
    of_survey = TailResponse.survey_id == survey_id
    ids = session.scalars(
        select(TailResponse.response_id).where(of_survey).order_by(TailResponse.response_id).limit(most + 1)
    ).all()
    is_kept = session.scalar(select(SurveyRollup.id).where(SurveyRollup.survey_id == survey_id)) is not None
    counted = count_responses_of(session, survey_id, ids[:most])
    return counted._replace(is_more=len(ids) > most, is_kept=is_kept)


def tail_size(session: Session, survey_id: UUID) -> int:
    """How many complete responses no tally counts yet. It takes the longer the more they are."""
    found = select(func.count()).select_from(TailResponse).where(TailResponse.survey_id == survey_id)
    return session.scalar(found) or 0


def count_responses_of(session: Session, survey_id: UUID, ids: Sequence[UUID]) -> Counted:
    """These responses."""
    complete = session.scalars(
        select(Response.id).where(Response.id.in_(ids), Response.state == ResponseState.COMPLETE)
    ).all()
    found = Parts(select().select_from(Answer).where(Answer.response_id.in_(complete)))
    parts: Sequence[Any] = session.execute(found.part_counts(), execution_options=BY_ID).all()
    people: Sequence[Any] = session.execute(found.people_counts(), execution_options=BY_ID).all()
    return Counted(
        survey_id,
        ids,
        len(complete),
        {tuple(key): times for *key, times in parts},
        {tuple(key): times for *key, times in people},
    )


def surveys_to_fold(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, survey) of the whole installation: those with a tail, and published ones of which no counts are kept."""
    with_tail = select(TailResponse.workspace_id, TailResponse.survey_id)
    has_rollup = select(SurveyRollup.id).where(SurveyRollup.survey_id == Survey.id).exists()
    not_kept = select(Survey.workspace_id, Survey.id).where(Survey.live_number.is_not(None), ~has_rollup)
    rows: Sequence[Any] = session.execute(
        union(with_tail, not_kept), execution_options={"unscoped": True}
    ).all()
    return [(row[0], row[1]) for row in rows]


def rollups(session: Session) -> Sequence[SurveyRollup]:
    """Of this workspace."""
    return session.scalars(select(SurveyRollup)).all()


def complete_outside_tail(session: Session, survey_id: UUID) -> int:
    """How many responses the survey's tallies should count."""
    waiting = select(TailResponse.response_id).where(TailResponse.response_id == Response.id).exists()
    found = select(func.count()).where(
        Response.survey_id == survey_id,
        Response.state == ResponseState.COMPLETE,
        ~Response.is_held,
        ~waiting,
    )
    return session.scalar(found) or 0
