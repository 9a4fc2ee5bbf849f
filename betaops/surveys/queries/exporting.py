"""Responses as exports read them: in batches, so that memory stays the same however many there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from betaops.enrollment.models import Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job
from betaops.surveys.definition import Choice, Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.localised import DEFAULT, languages
from betaops.surveys.models import Response, ResponseState, Survey, SurveyQuestion, SurveyVersion
from betaops.surveys.queries.responses import count_shown
from betaops.surveys.queries.surveys import published
from betaops.surveys.queries.ways_in import came_by

BATCH = 1000
EXPORT = "surveys.export_responses"


class Exported(NamedTuple):
    """One response with what an export says about it; `door` is a `CameBy`."""

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
    answers: dict[str, Any]


def count_in(session: Session, survey_id: UUID, states: Sequence[ResponseState]) -> int:
    """How many responses an export of those states has."""
    if _is_kept_back(session, survey_id):
        return 0
    found = select(func.count()).select_from(Response)
    return session.scalar(found.where(Response.survey_id == survey_id, Response.state.in_(states))) or 0


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
            Response.answers,
        )
        .join(SurveyVersion, SurveyVersion.id == Response.version_id)
        .outerjoin(Tester, Tester.id == Response.tester_id)
        .where(Response.survey_id == survey_id, Response.state == state)
        .order_by(Response.started_at, Response.id)
        .limit(BATCH)
    )
    if last is not None:
        found = found.where(tuple_(Response.started_at, Response.id) > last)
    return [Exported._make(row) for row in session.execute(found)]


def export_questions(session: Session, survey_id: UUID) -> list[Question]:
    """Every question that any version asked, as the newest that asked it words it, with what older ones offered besides."""
    rows = session.execute(
        select(SurveyVersion.id)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
    )
    versions = [published(session, row.id).definition.worded.by_name for row in rows]
    names = session.scalars(
        select(SurveyQuestion.name)
        .where(SurveyQuestion.survey_id == survey_id)
        .order_by(SurveyQuestion.last_number.desc(), SurveyQuestion.position, SurveyQuestion.id)
    )
    found = []
    for name in names:
        asked = [version[name] for version in versions if name in version]
        if asked:
            found.append(_with_former(asked))
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
