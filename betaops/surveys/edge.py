"""Most submissions over the REST API, before Flask: committed together with others, then answered.

A WSGI layer around the application. It takes `POST /api/v1/surveys/<id>/responses` where everything is plain (see
`receiving`) and lets all else pass, as it came, to the view of that address, which answers in the same form.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from threading import Semaphore
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from betaops.kernel import ids
from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.work import Platform
from betaops.surveys import receiving
from betaops.surveys.receiving import Received, Submission
from betaops.surveys.respond import LONGEST_KEY
from betaops.web.deferring import KEY, Deferral
from betaops.web.headers import POLICY, as_text, standing

log = structlog.get_logger("request")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

_PATH = re.compile(r"/api/v1/surveys/(svy_[0-9a-z]{26})/responses")
_LANGUAGE = re.compile(r"[A-Za-z-]{0,20}")
_FIELDS = frozenset(("submission_key", "answers", "language"))
#: Larger bodies go the long way.
LARGEST_BODY = 256 * 1024
#: How many may wait for a commit, or for the view, without a thread.
MOST_LATER = 256
CREATED = "201 Created"
#: How deep answers nest here: rows of a matrix, with several answers each.
_DEEPEST = 3
_LARGEST_INTEGER = 2**53


class _Read(NamedTuple):
    """A submission, and its survey's id as it was written."""

    submission: Submission
    survey: str


class Submissions:
    """`application` with the API's plain submissions in front."""

    def __init__(self, application: Wsgi, platform: Platform) -> None:
        self._application, self._platform = application, platform
        self._headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", as_text(POLICY)),
            *standing(platform.settings).items(),
        ]
        self._later = Semaphore(MOST_LATER)
        self._long_way = ThreadPoolExecutor(platform.settings.blocking_threads, "long-way")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return self._application(environ, start_response)
        began = perf_counter()
        read = _read(environ)
        if read is None:
            return self._application(environ, start_response)
        deferral: Deferral | None = environ.get(KEY)
        if deferral is not None and self._platform.ingest.is_grouping and self._later.acquire(blocking=False):
            self._take_later(deferral, environ, read, began)
            return []
        received = self._receive(read.submission)
        if received is None:
            return self._application(environ, start_response)
        headers, body = self._answer(read, received, began)
        start_response(CREATED, headers)
        return [body]

    def _receive(self, submission: Submission) -> Received | None:
        try:
            return self._platform.ingest.write_one(None, receiving.receive, submission)
        except (SQLAlchemyError, Unavailable):
            log.warning("submission_not_taken", exc_info=True)
            return None

    def _take_later(self, deferral: Deferral, environ: Environ, read: _Read, began: float) -> None:
        """The thread goes on to other requests, and whoever writes answers: so many can share a commit."""

        def then(received: Received | None, error: BaseException | None) -> None:
            if error is not None:
                log.warning("submission_not_taken", exc_info=error)
            if received is None:
                self._long_way.submit(self._go_on, deferral, environ)
                return
            self._later.release()
            deferral.answer(201, *self._answer(read, received, began))

        deferral.later()
        self._platform.ingest.write_one_later(None, receiving.receive, read.submission, then)

    def _go_on(self, deferral: Deferral, environ: Environ) -> None:
        try:
            response = Response.from_app(self._application, environ, buffered=True)
            deferral.answer(response.status_code, list(response.headers), response.get_data())
        except Exception:
            # Its server answers 500 as soon as nobody holds the deferral any more.
            log.exception("submission_not_answered")
        finally:
            self._later.release()

    def _answer(self, read: _Read, received: Received, began: float) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body of a 201."""
        response_id = ids.encode("rsp", received.id)
        body = _shown(read, received, response_id)
        request_id = response_id.replace("rsp", "req", 1)
        log.info(
            "request",
            id=request_id,
            route="surveys_api.answer",
            method="POST",
            status=201,
            actor=f"key:{received.key_id}",
            ms=round((perf_counter() - began) * 1000, 1),
        )
        return [*self._headers, ("X-Request-ID", request_id), ("Content-Length", str(len(body)))], body


def in_front_of(application: Wsgi, platform: Platform) -> Submissions:
    """For `wiring`."""
    return Submissions(application, platform)


def _read(environ: Environ) -> _Read | None:
    """None for whatever is not plain; its body can be read once more then."""
    path = _PATH.fullmatch(environ["PATH_INFO"])
    scheme, _space, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    length = environ.get("CONTENT_LENGTH") or ""
    is_ours = (
        path is not None
        and scheme.lower() == "bearer"
        and "HTTP_IDEMPOTENCY_KEY" not in environ
        and not environ.get("QUERY_STRING")
        and environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == "application/json"
        and length.isdecimal()
        and 0 < int(length[:9]) <= LARGEST_BODY
    )
    if path is None or not is_ours:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    told = _told(body)
    if told is None:
        return None
    try:
        survey_id = _survey_id(path[1])
    except NotFound:
        return None
    key, answers = told["submission_key"], told["answers"]
    language = told.get("language") or "en"
    return _Read(Submission(token.strip(), survey_id, key, answers, language), path[1])


@lru_cache(maxsize=1024)
def _survey_id(text: str) -> UUID:
    """Many answer one survey. `NotFound`: it is no such id."""
    return ids.decode("svy", text)


def _told(body: bytes) -> Mapping[str, Any] | None:
    """The body, if it is one that the view would take as it stands."""
    if b"\\u0000" in body:
        return None
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict) or not {"submission_key", "answers"} <= told.keys() <= _FIELDS:
        return None
    key, answers, language = told["submission_key"], told["answers"], told.get("language", "en")
    is_plain = (
        isinstance(key, str)
        and 0 < len(key) <= LONGEST_KEY
        and isinstance(answers, dict)
        and _is_plain(answers, 0)
        and isinstance(language, str)
        and _LANGUAGE.fullmatch(language) is not None
    )
    return told if is_plain else None


def _is_plain(value: Any, depth: int) -> bool:
    """Text, whole numbers, yes and no, and not many levels of them: nothing that has to be made fit to store."""
    kind = type(value)
    if kind is str or kind is bool:
        return True
    if kind is int:
        return abs(int(value)) < _LARGEST_INTEGER
    if depth == _DEEPEST or (kind is not dict and kind is not list):
        return False
    for each in value.values() if kind is dict else value:
        if type(each) is not str and not _is_plain(each, depth + 1):
            return False
    return True


def _shown(read: _Read, received: Received, response_id: str) -> bytes:
    """As the view shows a response."""
    return orjson.dumps(
        {
            "id": response_id,
            "survey": read.survey,
            "version": received.number,
            "state": "complete",
            "tester": None,
            "enrollment": None,
            "language": read.submission.language,
            "answers": received.values,
            # It is to the live version, of which no series has ended.
            "series": {},
            "arm": None,
            "is_in_product": False,
            "doubts": received.doubts,
            "started_at": received.at,
            "finished_at": received.at,
        },
        option=orjson.OPT_UTC_Z,
    )
