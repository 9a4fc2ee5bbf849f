"""Whole responses of programs, written together with others: what the API's `POST …/responses` does for most of them.

Only what is plain is taken here: a live key, an open survey without conditions, right answers, a new submission key,
nobody named. For anything else the answer is None with nothing written, and the caller goes the long way round by
`respond.submit`, which knows every case and says what is wrong.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, column, exists, inspect, select, values

from betaops.accounts import queries as account_queries
from betaops.accounts.models import ApiKey
from betaops.accounts.service import keys
from betaops.accounts.service.sessions import SEEN_EVERY
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_ids
from betaops.kernel.ingest import kept
from betaops.kernel.inserts import Inserts
from betaops.kernel.prepared import Prepared, as_text, listed
from betaops.kernel.work import Actor, Work
from betaops.surveys import policy, queries
from betaops.surveys.analysis.quality import Doubt, digest_of, doubts
from betaops.surveys.engine.plain import Plain, Taken
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


class _New(NamedTuple):
    """One that is right, under the id that it gets."""

    id: UUID
    submission: Submission
    taken: Taken
    mark: bytes | None
    doubts: list[Doubt]


#: Marks that are looked for in one statement.
_MARKS = 16


def _same(_dialect: str) -> Any:
    kind = Response.answers_digest.type
    marks = values(column("mark", kind), name="marks").data(
        [(bindparam(f"mark_{place}", type_=kind),) for place in range(_MARKS)]
    )
    asked = marks.cte("asked")
    was_there = exists().where(
        Response.workspace_id == bindparam("its_workspace", type_=Response.workspace_id.type),
        Response.survey_id == bindparam("its_survey", type_=Response.survey_id.type),
        Response.answers_digest == asked.c.mark,
    )
    return select(asked.c.mark).where(was_there)


_responses, _answers = Inserts(Response, passes_over=True), Inserts(Answer)
_find_same = Prepared(_same)
_find_written = Prepared(
    lambda dialect: select(Response.id).where(
        Response.workspace_id == bindparam("its_workspace", type_=Response.workspace_id.type),
        Response.id.in_(select(listed(dialect, "ids"))),
    )
)
#: What a plain response has, and what it has nothing of.
_ALIKE: dict[str, Any] = {
    "enrollment_id": None,
    "tester_id": None,
    "link_id": None,
    "is_in_product": False,
    "is_embedded": False,
    "is_anonymous": False,
    "is_held": False,
    "is_in_ledger": False,
    "told_state": None,
    "told_page": None,
    "arm": "",
    "wave": 0,
    "state": ResponseState.COMPLETE,
    "page": 0,
    "active_seconds": None,
    "places": [],
    "turned_away_by": None,
}


def receive(work: Work, submissions: Sequence[Submission]) -> list[Received | None]:
    """For each the response, if it is plain and new. Call it through `Platform.ingest`, in no workspace."""
    found: dict[int, Received] = {}
    together: dict[tuple[str, UUID], dict[int, Submission]] = {}
    for place, submission in enumerate(submissions):
        together.setdefault((submission.token, submission.survey_id), {})[place] = submission
    for (token, survey_id), of_one in together.items():
        received = _receive(work, token, survey_id, list(of_one.values()))
        found |= {place: each for place, each in zip(of_one, received, strict=True) if each is not None}
    return [found.get(place) for place in range(len(submissions))]


def _receive(
    work: Work, token: str, survey_id: UUID, submissions: Sequence[Submission]
) -> Sequence[Received | None]:
    """By one key to one survey."""
    key = _key(work, token)
    if key is None:
        return [None] * len(submissions)
    work.enter(key.workspace_id)
    work.actor = Actor("key", key.id, key.name)
    asked = _asked(work, survey_id)
    if asked is None or not asked.survey.takes_answers(work.now):
        return [None] * len(submissions)
    new = _new(work, asked, submissions)
    written = _write(work, asked, [each for each in new if each is not None])
    return [
        Received(each.id, asked.published.number, each.taken.values, each.doubts, work.now, key.id)
        if each is not None and each.id in written
        else None
        for each in new
    ]


def _key(work: Work, token: str) -> ApiKey | None:
    """A live one that may send responses in. Its use is noted here as the view notes it."""
    held = kept(work.session)
    key: ApiKey | None = held.get(("key", token)) or account_queries.api_key_by_token(
        work.session, token, work.now
    )
    if key is None or policy.ANSWER not in key.scopes:
        return None
    if key.expires_at is not None and key.expires_at <= work.now:
        return None
    held["key", token] = key
    if key.last_used_at is None or work.now - key.last_used_at > SEEN_EVERY:
        work.enter(key.workspace_id)
        keys.used(work, key.id)
        key.last_used_at = work.now
    return key


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
    return _Asked(survey, published, published.plain) if published.plain is not None else None


def _new(work: Work, asked: _Asked, submissions: Sequence[Submission]) -> list[_New | None]:
    """Those that are right, of several with one key the first."""
    definition = asked.published.definition
    keys_seen: set[str] = set()
    judged: list[tuple[Submission, Taken, bytes | None] | None] = []
    for submission in submissions:
        is_first = submission.submission_key not in keys_seen
        keys_seen.add(submission.submission_key)
        taken = asked.plain.judge(submission.answers, now=work.now) if is_first else None
        mark = None if taken is None else digest_of(taken.values)
        judged.append(None if taken is None else (submission, taken, mark))
    marks = _known_marks(
        work, asked, {each[2] for each in judged if each is not None and each[2] is not None}
    )
    found: list[_New | None] = []
    for each, response_id in zip(judged, new_ids(len(judged)), strict=True):
        if each is None:
            found.append(None)
            continue
        submission, taken, mark = each
        doubted = doubts(definition, taken.values, seconds=None, is_repeated=mark in marks)
        found.append(_New(response_id, submission, taken, mark, doubted))
        if mark is not None:
            marks.add(mark)
    return found


def _known_marks(work: Work, asked: _Asked, marks: Collection[bytes]) -> set[bytes]:
    """Those of the marks that some response of the survey has."""
    whose = {"its_workspace": work.workspace_id, "its_survey": asked.survey.id}
    wanted, found = list(marks), set[bytes]()
    for begin in range(0, len(wanted), _MARKS):
        some = wanted[begin : begin + _MARKS]
        given = {f"mark_{place}": some[place] if place < len(some) else None for place in range(_MARKS)}
        found |= {bytes(row[0]) for row in _find_same.rows(work.session, **whose, **given)}
    return found


def _write(work: Work, asked: _Asked, new: Sequence[_New]) -> set[UUID]:
    """Responses, typed rows and events. Gives the ids of those whose key was not sent before."""
    if not new:
        return set()
    survey, published = asked.survey, asked.published
    rows = [
        {
            "id": each.id,
            "submission_key": each.submission.submission_key,
            "language": each.submission.language,
            "answers": each.taken.values,
            "answers_digest": each.mark,
            "flags": ",".join(each.doubts),
        }
        for each in new
    ]
    own = {"workspace_id": work.workspace_id}
    moments = dict.fromkeys(("started_at", "saved_at", "finished_at"), work.now)
    shared = {**_ALIKE, **own, **moments, "survey_id": survey.id, "version_id": published.id}
    written = {each.id for each in new}
    if _responses.write(work.session, rows, shared) < len(rows):
        written = {
            row[0]
            for row in _find_written.rows(work.session, its_workspace=work.workspace_id, ids=as_text(written))
        }
    new = [each for each in new if each.id in written]
    _answers.write_turned(work.session, _typed(work, published, new))
    count_in(work, survey.id, *written)
    work.record_all(
        [
            SurveyAnswered(response_id=each.id, survey_id=survey.id, program_id=survey.program_id)
            for each in new
        ]
    )
    return written


def _typed(work: Work, published: Published, new: Sequence[_New]) -> list[tuple[Any, ...]]:
    """In the order of `Answer`'s columns, as the driver takes them: there are many, and their ids are few."""
    turn = _answers.turn(work.session, "question_id")
    workspace = turn(work.workspace_id)
    questions = {name: turn(question_id) for name, question_id in published.question_ids.items()}
    return [
        (response, questions[name], part.row, part.code, workspace, part.number, part.text)
        for each in new
        for response in (turn(each.id),)
        for name, typed in each.taken.rows.items()
        # A version from before a type was asked knows no question of that name.
        if name in questions
        for part in typed
    ]
