"""Whole responses of programs, written together with others: what the API's `POST …/responses` does for most of them.

Only what is plain is taken here: a live key, an open survey without conditions, right answers, a new submission key,
nobody named. For anything else the answer is None with nothing written, and the caller goes the long way round by
`respond.submit`, which knows every case and says what is wrong.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, inspect, select

from betaops.accounts import queries as account_queries
from betaops.accounts.models import ApiKey
from betaops.accounts.service.sessions import SEEN_EVERY
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_id
from betaops.kernel.ingest import kept
from betaops.kernel.prepared import Prepared, inserting
from betaops.kernel.work import Actor, Work
from betaops.surveys import policy, queries
from betaops.surveys.analysis.quality import Doubt, digest, doubts
from betaops.surveys.engine.plain import Plain, Taken, is_plain
from betaops.surveys.events import SurveyAnswered
from betaops.surveys.models import Answer, Response, ResponseState, Survey
from betaops.surveys.queries.surveys import Published
from betaops.surveys.service.rollups import count_in

#: What a survey may be set to without a submission having to do anything about it. One that sets a column besides these
#: goes the long way.
_UNDERSTOOD = frozenset((
    "id", "workspace_id", "program_id", "name", "state", "draft", "live_number", "origins", "opens_at", "closes_at",
    "sent_at", "created_at", "version", "changed_at", "changed_by", "taken",
))  # fmt: skip


class Submission(NamedTuple):
    """As it came: the API key, the survey, and the response."""

    token: str
    survey_id: UUID
    submission_key: str
    answers: Mapping[str, Any]
    language: str


class Received(NamedTuple):
    """A new response that is complete; `key_id` is who sent it in."""

    id: UUID
    number: int
    values: dict[str, Any]
    doubts: list[Doubt]
    at: datetime
    key_id: UUID


class _Asked(NamedTuple):
    """What is answered: read once for many submissions."""

    survey: Survey
    published: Published
    plain: Plain


def _same(_dialect: str) -> Any:
    return (
        select(Response.id)
        .where(
            Response.workspace_id == bindparam("its_workspace", type_=Response.workspace_id.type),
            Response.survey_id == bindparam("its_survey", type_=Response.survey_id.type),
            Response.answers_digest == bindparam("mark", type_=Response.answers_digest.type),
        )
        .limit(1)
    )


_insert_response = Prepared(
    lambda dialect: inserting(Response, dialect).on_conflict_do_nothing().returning(Response.id)
)
_insert_answer = Prepared(lambda dialect: inserting(Answer, dialect))
_find_same = Prepared(_same)
#: What a plain response has nothing of.
_NOTHING_MORE: dict[str, Any] = {
    "is_embedded": False,
    "is_anonymous": False,
    "arm": "",
    "active_seconds": None,
    "places": [],
    "turned_away_by": None,
}


def receive(work: Work, submission: Submission) -> Received | None:
    """The response, if it is plain and new. Call it through `Platform.ingest`, in no workspace."""
    key = _key(work, submission.token)
    if key is None:
        return None
    work.enter(key.workspace_id)
    work.actor = Actor("key", key.id, key.name)
    asked = _asked(work, submission.survey_id)
    if asked is None or not asked.survey.takes_answers(work.now):
        return None
    taken = asked.plain.judge(submission.answers, now=work.now)
    if taken is None:
        return None
    mark = digest(asked.published.definition, taken.values)
    found = _doubts(work, asked, taken, mark)
    response_id = _write(work, asked, submission, taken, {"answers_digest": mark, "flags": ",".join(found)})
    if response_id is None:
        return None
    return Received(response_id, asked.published.number, taken.values, found, work.now, key.id)


def _key(work: Work, token: str) -> ApiKey | None:
    """A live one that may send responses in, and whose use was noted lately."""
    held = kept(work.session)
    key: ApiKey | None = held.get(("key", token)) or account_queries.api_key_by_token(
        work.session, token, work.now
    )
    if key is None or policy.ANSWER not in key.scopes:
        return None
    if (key.expires_at is not None and key.expires_at <= work.now) or key.last_used_at is None:
        return None
    held["key", token] = key
    return key if work.now - key.last_used_at <= SEEN_EVERY else None


def _asked(work: Work, survey_id: UUID) -> _Asked | None:
    """None where the live version is not plain, or the survey wants more than to be answered."""
    held = kept(work.session)
    place = ("survey", work.workspace_id, survey_id)
    if place not in held:
        held[place] = _read(work, survey_id)
    found: _Asked | None = held[place]
    return found


def _read(work: Work, survey_id: UUID) -> _Asked | None:
    try:
        survey = queries.survey_to_answer(work.session, survey_id)
    except NotFound:
        return None
    further = {each.key for each in inspect(Survey).column_attrs} - _UNDERSTOOD
    live_id = queries.live_version_id(work.session, survey)
    if (
        live_id is None
        or any(getattr(survey, name) for name in further)
        or queries.quotas(work.session, survey.id)
    ):
        return None
    published = queries.published(work.session, live_id)
    # A closed one may open while this is remembered.
    return _Asked(survey, published, Plain(published.definition)) if is_plain(published.definition) else None


def _doubts(work: Work, asked: _Asked, taken: Taken, mark: bytes | None) -> list[Doubt]:
    definition = asked.published.definition
    whose = {"its_workspace": work.workspace_id, "its_survey": asked.survey.id, "mark": mark}
    is_repeated = mark is not None and bool(_find_same.rows(work.session, **whose))
    return doubts(definition, taken.values, seconds=None, is_repeated=is_repeated)


def _write(
    work: Work, asked: _Asked, submission: Submission, taken: Taken, care: dict[str, Any]
) -> UUID | None:
    """Response, typed rows and event; None where the key was sent before."""
    response_id = new_id()
    own = {"workspace_id": work.workspace_id}
    written = _insert_response.rows(
        work.session,
        **own,
        id=response_id,
        survey_id=asked.survey.id,
        version_id=asked.published.id,
        enrollment_id=None,
        tester_id=None,
        link_id=None,
        is_in_product=False,
        wave=0,
        submission_key=submission.submission_key,
        state=ResponseState.COMPLETE,
        language=submission.language,
        page=0,
        answers=taken.values,
        started_at=work.now,
        saved_at=work.now,
        finished_at=work.now,
        **care,
        **_NOTHING_MORE,
    )
    if not written:
        return None
    rows = [
        {
            "id": new_id(),
            "question_id": asked.published.question_ids[name],
            "row": row.row,
            "code": row.code,
            "number": row.number,
            "text": row.text,
        }
        for name, typed in taken.rows.items()
        for row in typed
    ]
    if rows:
        _insert_answer.each(work.session, rows, {**own, "response_id": response_id})
    count_in(work, asked.survey.id, response_id)
    work.record(
        SurveyAnswered(response_id=response_id, survey_id=asked.survey.id, program_id=asked.survey.program_id)
    )
    return response_id
