"""Answers SDKs before Flask: flags, definitions and the browser SDK's configuration; OpenFeature's providers too.

A WSGI layer around the application. It knows a handful of addresses, with and without a trailing slash
(a redirect would cost every call and fail preflights); all others pass through. It sets no cookie, and
answers mistakes in the words that the SDKs read, never with a page and never with a 500.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import ofrep
from betaops.flags import posthog_wire as wire
from betaops.flags.snapshot import Snapshot, Snapshots
from betaops.kernel.work import Platform
from betaops.web import cors

log = structlog.get_logger("flags")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
_VERSION = re.compile(r"(?:^|&)v=(\d{1,3})(?:&|$)")
_REMOTE_CONFIG = re.compile(r"/array/([A-Za-z0-9_-]{1,80})/config(\.js)?/?")
_OFREP = re.compile(r"/ofrep/v1/evaluate/flags(?:/(.{1,200}?))?/?", re.DOTALL)
_PAYLOAD = re.compile(r"/api/projects/[^/]{1,40}/feature_flags/([A-Za-z0-9_.%-]{1,200})/remote_config/?")


class Answer(NamedTuple):
    """Status, body and headers beside the usual ones."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


_REASONS = {
    200: "200 OK",
    204: "204 No Content",
    304: "304 Not Modified",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}


_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


class FlagEdge:
    """`application` with the flag endpoints in front."""

    def __init__(
        self, application: Callable[[Environ, StartResponse], Iterable[bytes]], snapshots: Snapshots
    ) -> None:
        self._application, self._snapshots = application, snapshots
        self._routes: dict[str, tuple[str, Callable[[Environ], Answer]]] = {
            "/flags": ("POST", self._flags),
            "/decide": ("POST", self._decide),
            "/flags/definitions": ("GET", self._definitions),
            "/api/feature_flag/local_evaluation": ("GET", self._definitions),
        }
        self._routes |= {path + "/": route for path, route in self._routes.items()}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        route = self._routes.get(path)
        if route is None:
            if path.startswith("/array/"):
                route = ("GET", self._remote_config)
            elif path.startswith("/api/projects/") and _PAYLOAD.fullmatch(path):
                route = ("GET", self._payload)
            elif path.startswith("/ofrep/") and _OFREP.fullmatch(path):
                route = ("POST", self._ofrep)
            else:
                return self._application(environ, start_response)
        answer = self._answer(environ, *route)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *_ALWAYS,
            *answer.headers,
        ]
        start_response(_REASONS[answer.status], headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: Environ, method: str, view: Callable[[Environ], Answer]) -> Answer:
        asked = environ["REQUEST_METHOD"]
        if asked == "OPTIONS":
            return Answer(204, b"", cors.preflight(environ))
        if asked != method and not (asked == "HEAD" and method == "GET"):
            return Answer(405, _detail(f"Use {method}."), (("Allow", f"{method}, OPTIONS"),))
        try:
            return view(environ)
        except wire.Refusal as refusal:
            # Every page may read why it was refused, but for one that may not ask at all.
            readable = cors.headers(environ, ()) if refusal.status != 403 else (("Vary", "Origin"),)
            return Answer(refusal.status, refusal.body, readable)
        except SQLAlchemyError:
            log.warning("flags_unavailable", exc_info=True)
            return Answer(
                503, _detail("The database is away."), (*cors.headers(environ, ()), ("Retry-After", "5"))
            )
        except Exception:  # an SDK in somebody's product must not be shown a crash
            log.exception("flags_failed")
            return Answer(503, _detail("Something went wrong."), cors.headers(environ, ()))

    def _flags(self, environ: Environ) -> Answer:
        snapshot, question = self._asked(environ)
        version = _version(environ)
        outcomes = snapshot.outcomes(question)
        if version < 2:
            body = wire.legacy_answer(outcomes, _request_id())
        else:
            body = wire.answer(
                snapshot.records(outcomes, min(version, 4)), _request_id(), int(time.time() * 1000)
            )
        return Answer(200, body, self._cors(environ, snapshot))

    def _decide(self, environ: Environ) -> Answer:
        """What browsers' SDKs up to 1.200 or so ask instead: flags and remote config in one."""
        snapshot, question = self._asked(environ)
        config = wire.remote_config(has_flags=bool(snapshot.flags.active), has_surveys=snapshot.has_surveys)
        body = wire.legacy_answer(snapshot.outcomes(question), _request_id(), config)
        return Answer(200, body, self._cors(environ, snapshot))

    def _asked(self, environ: Environ) -> tuple[Snapshot, wire.Question]:
        question = wire.read_question(_body(environ), environ.get("HTTP_CONTENT_ENCODING", ""))
        snapshot = self._snapshots.by_project_key(question.token)
        if snapshot is None:
            raise wire.unauthorized("The project key is not known here.")
        # A browser is one whatever it says of itself: server flags are not for it.
        if cors.is_browser(environ):
            question = replace(question, runtime="client")
        return snapshot, question

    def _cors(self, environ: Environ, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
        if not cors.is_allowed(environ, snapshot.key.origins):
            raise wire.Refusal(
                403, "authentication_error", "origin_not_allowed", "This origin may not use the key."
            )
        return cors.headers(environ, snapshot.key.origins)

    def _definitions(self, environ: Environ) -> Answer:
        query = _query(environ)
        snapshot = self._by_secret(environ, query.get("token", [""])[0])
        body, etag = snapshot.definitions(with_cohorts="send_cohorts" in query)
        headers = (("ETag", etag), ("Cache-Control", "private, must-revalidate"))
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return Answer(304, b"", headers)
        return Answer(200, body, headers)

    def _payload(self, environ: Environ) -> Answer:
        found = _PAYLOAD.fullmatch(environ["PATH_INFO"])
        query = _query(environ)
        payload = self._by_secret(environ, query.get("token", [""])[0]).payload(found[1] if found else "")
        return Answer(404, _detail("Not found.")) if payload is None else Answer(200, orjson.dumps(payload))

    def _by_secret(self, environ: Environ, project_key: str) -> Snapshot:
        """Definitions say who is in which cohort: never for the public key."""
        scheme, _space, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        snapshot = self._snapshots.by_secret_key(secret.strip()) if scheme.lower() == "bearer" else None
        if snapshot is None or (project_key and project_key != snapshot.key.project_key):
            raise wire.unauthorized("Local evaluation needs the product's secret key.")
        return snapshot

    def _ofrep(self, environ: Environ) -> Answer:
        """One flag, or all that the key may see; with the secret key those for servers too."""
        found = _OFREP.fullmatch(environ["PATH_INFO"])
        key = (found[1] or "") if found else ""
        snapshot, is_public = self._by_any_key(environ)
        headers = (*self._cors(environ, snapshot), ("Access-Control-Expose-Headers", "ETag"))
        question = ofrep.read_question(_body(environ), is_public=is_public, key=key)
        # One that is switched off says so: left out, the default in the code would hold, which may be on.
        evaluations = snapshot.evaluations(snapshot.outcomes(question, with_inactive=True))
        if key:
            if not evaluations:
                raise ofrep.not_found(key)
            return Answer(200, evaluations[0], headers)
        body = ofrep.bulk(evaluations)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = (*headers, ("ETag", etag))
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return Answer(304, b"", headers)
        return Answer(200, body, headers)

    def _by_any_key(self, environ: Environ) -> tuple[Snapshot, bool]:
        """The product whose project key (then True) or secret key the request bears."""
        scheme, _space, bearer = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        key = bearer.strip() if scheme.lower() == "bearer" else environ.get("HTTP_X_API_KEY", "")
        public = self._snapshots.by_project_key(key)
        secret = None if public is not None else self._snapshots.by_secret_key(key)
        snapshot = public or secret
        if snapshot is None:
            raise ofrep.Refused(401, "GENERAL", "The key is not known here.")
        return snapshot, public is not None or cors.is_browser(environ)

    def _remote_config(self, environ: Environ) -> Answer:
        found = _REMOTE_CONFIG.fullmatch(environ["PATH_INFO"])
        snapshot = self._snapshots.by_project_key(found[1]) if found else None
        if found is None or snapshot is None:
            return Answer(404, _detail("Not found."), cors.headers(environ, ()))
        config = wire.remote_config(has_flags=bool(snapshot.flags.active), has_surveys=snapshot.has_surveys)
        headers = (*self._cors(environ, snapshot), ("Cache-Control", "public, max-age=60"))
        if found[2]:
            script = wire.remote_config_script(found[1], config)
            return Answer(200, script, headers, "application/javascript; charset=utf-8")
        return Answer(200, orjson.dumps(config), headers)


def _version(environ: Environ) -> int:
    found = _VERSION.search(environ.get("QUERY_STRING", ""))
    return int(found[1]) if found else 1


def _query(environ: Environ) -> dict[str, list[str]]:
    try:
        return parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise wire.bad_request("The address has too many parameters.") from error


def _request_id() -> str:
    """A random UUID as text; `uuid.uuid4` takes thrice as long."""
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _body(environ: Environ) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > wire.LARGEST_BODY:
        raise wire.too_large()
    raw: bytes = environ["wsgi.input"].read(length or wire.LARGEST_BODY + 1)
    if len(raw) > wire.LARGEST_BODY:
        raise wire.too_large()
    return raw


def _detail(text: str) -> bytes:
    return orjson.dumps({"type": "server_error", "code": "error", "detail": text, "attr": None})


def in_front_of(
    application: Callable[[Environ, StartResponse], Iterable[bytes]], platform: Platform
) -> FlagEdge:
    """For `wiring`."""
    return FlagEdge(application, Snapshots(platform.database))
