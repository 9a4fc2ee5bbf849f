"""Responses as exports read them: in batches, so that memory stays the same however many there are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from betaops.enrollment.models import Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job
from betaops.surveys.analysis.series import Ended, ended
from betaops.surveys.definition import Choice, Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.localised import DEFAULT, languages
from betaops.surveys.models import Response, ResponseState, Survey, SurveyQuestion, SurveyVersion
from betaops.surveys.queries.narrowed import may_be_read
from betaops.surveys.queries.responses import count_shown
from betaops.surveys.queries.surveys import published, survey_questions
from betaops.surveys.queries.ways_in import came_by

BATCH = 1000
EXPORT = "surveys.export_responses"


class Exported(NamedTuple):
    """One response with what an export says about it; `door` is a `CameBy`; `arm` is empty where it has none."""

    id: UUID
    number: int
    state: ResponseState
    language: str
    door: str
    enrollment_id: UUID | None
    tester_id: UUID | None
    name: str | None
    mail: str | None
    started_at: datetime
    finished_at: datetime | None
    arm: str
    answers: dict[str, Any]


def count_in(session: Session, survey_id: UUID, states: Sequence[ResponseState]) -> int:
    """How many responses an export of those states has."""
    if _is_kept_back(session, survey_id):
        return 0
    found = select(func.count()).select_from(Response)
    wanted = (Response.survey_id == survey_id, Response.state.in_(states), may_be_read())
    return session.scalar(found.where(*wanted)) or 0


def _is_kept_back(session: Session, survey_id: UUID) -> bool:
    """Of an anonymous survey that few have answered nothing is shown to anybody."""
    survey = session.scalars(select(Survey).where(Survey.id == survey_id)).one()
    return survey.is_anonymous and not count_shown(session, survey)


def exported(
    session: Session,
    survey_id: UUID,
    states: Sequence[ResponseState],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Exported]:
    """State by state, in each the oldest first; `progress` is told after every batch how many there were."""
    done = 0
    for state in [] if _is_kept_back(session, survey_id) else states:
        last: tuple[datetime, UUID] | None = None
        while True:
            batch = _batch(session, survey_id, state, last)
            yield from batch
            done += len(batch)
            if progress is not None:
                progress(done)
            if len(batch) < BATCH:
                break
            last = (batch[-1].started_at, batch[-1].id)


def _batch(
    session: Session, survey_id: UUID, state: ResponseState, last: tuple[datetime, UUID] | None
) -> list[Exported]:
    """In the order of the index, so that nothing is sorted."""
    found = (
        select(
            Response.id,
            SurveyVersion.number,
            Response.state,
            Response.language,
            came_by(),
            Response.enrollment_id,
            Response.tester_id,
            Tester.name,
            Tester.mail,
            Response.started_at,
            Response.finished_at,
            Response.arm,
            Response.answers,
        )
        .join(SurveyVersion, SurveyVersion.id == Response.version_id)
        .outerjoin(Tester, Tester.id == Response.tester_id)
        .where(Response.survey_id == survey_id, Response.state == state, may_be_read())
        .order_by(Response.started_at, Response.id)
        .limit(BATCH)
    )
    if last is not None:
        found = found.where(tuple_(Response.started_at, Response.id) > last)
    return [Exported._make(row) for row in session.execute(found)]


def export_questions(session: Session, survey_id: UUID) -> list[Question]:
    """Every question that any version asked, as the newest that asked it words it, with what older ones offered besides.

    A series that has ended is a question of its own, behind the one that followed it: see `Split`.
    """
    versions = _definitions(session, survey_id)
    rows = survey_questions(session, survey_id)
    over = ended(rows)
    found = []
    for row in sorted(rows, key=lambda row: _place(row, rows)):
        until = over[row.id].followed if row.id in over else None
        asked = [
            by_name[row.name]
            for number, by_name in versions
            if row.name in by_name and number >= row.first_number and (until is None or number < until)
        ]
        if asked:
            question = _with_former(asked)
            found.append(_apart(question, over[row.id]) if row.id in over else question)
    return found


def _definitions(session: Session, survey_id: UUID) -> list[tuple[int, Mapping[str, Question]]]:
    """(number, questions by name), the newest first."""
    rows = session.execute(
        select(SurveyVersion.id, SurveyVersion.number)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
    )
    return [(row.number, published(session, row.id).definition.worded.by_name) for row in rows]


def _place(row: SurveyQuestion, rows: Sequence[SurveyQuestion]) -> tuple[int, int]:
    """Where its newest series stands, and behind that the earlier ones."""
    newest = next(
        at
        for at, each in enumerate(rows)
        if each.name == row.name and each.series == max(one.series for one in rows if one.name == row.name)
    )
    return newest, -row.series


def _apart(question: Question, over: Ended) -> Question:
    """With a name, a title and a place among the answers of its own."""
    options = {**question.options, "valueName": f"{question.key}#{over.series}"}
    return replace(over.titled(question), name=f"{question.name}_series{over.series}", options=options)


class Split:
    """Answers of one response, those to series that have ended under their own keys (`nps#1`)."""

    def __init__(self, session: Session, survey_id: UUID) -> None:
        rows = survey_questions(session, survey_id)
        over = ended(rows)
        versions = _definitions(session, survey_id) if over else []
        #: By version: (key among the answers, key of its own).
        self._moved: dict[int, list[tuple[str, str]]] = {}
        #: By version: the name of its own, by key among the answers.
        self._names: dict[int, dict[str, str]] = {}
        for number, by_name in versions:
            for row in rows:
                if (
                    row.id in over
                    and row.first_number <= number < over[row.id].followed
                    and row.name in by_name
                ):
                    question = by_name[row.name]
                    own = _apart(question, over[row.id])
                    self._names.setdefault(number, {})[question.key] = own.name
                    self._moved.setdefault(number, []).extend(
                        ((question.key, own.key), (question.comment_key, own.comment_key))
                    )

    def names(self, number: int, answers: Mapping[str, Any]) -> dict[str, str]:
        """Of answers given to version `number` to series that have ended since: what each is called, by its key.

        `ease_series1`, as SPSS files have it.
        """
        return {key: name for key, name in self._names.get(number, {}).items() if key in answers}

    def answers(self, row: Exported) -> Mapping[str, Any]:
        moved = self._moved.get(row.number)
        if not moved:
            return row.answers
        found = dict(row.answers)
        for key, own in moved:
            if key in found:
                found[own] = found.pop(key)
        return found


def export_languages(session: Session, survey_id: UUID) -> list[str]:
    """What the newest version can be labelled in, the default first."""
    newest = session.scalar(
        select(SurveyVersion.definition)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )
    return [DEFAULT, *sorted(languages(newest or {}) - {DEFAULT})]


def export_job(session: Session, survey_id: UUID, job_id: UUID) -> Job:
    """An export of this survey, to show how far it is."""
    job = session.scalar(
        select(Job).where(
            Job.id == job_id, Job.workspace_id == session.info["workspace_id"], Job.name == EXPORT
        )
    )
    if job is None or job.args.get("survey_id") != str(survey_id):
        raise NotFound
    return job


def _with_former(asked: Sequence[Question]) -> Question:
    return replace(
        asked[0],
        choices=_united([each.choices for each in asked]),
        columns=_united([each.columns for each in asked]),
        rows=_united([each.rows for each in asked]),
    )


def _united(several: Sequence[tuple[Choice, ...]]) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for choices in several:
        for choice in choices:
            found.setdefault(code_of(choice.value), choice)
    return tuple(found.values())
