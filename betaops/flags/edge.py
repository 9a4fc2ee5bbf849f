"""Answers SDKs before Flask: flags, definitions and the browser SDK's configuration; OpenFeature's providers too.

A WSGI layer around the application. It knows a handful of addresses, with and without a trailing slash
(a redirect would cost every call and fail preflights); all others pass through. It sets no cookie, and
answers mistakes in the words that the SDKs read, never with a page and never with a 500.

A new address is a line in `EXACT` or `PATTERNS` and a view in `flags.endpoints`.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints import asking, browser, definitions, openfeature
from betaops.flags.endpoints.frame import Answer, Call, Environ, detail
from betaops.flags.snapshot import Snapshots
from betaops.kernel.work import Platform
from betaops.web import cors

log = structlog.get_logger("flags")

StartResponse = Callable[..., Any]


class Route(NamedTuple):
    method: str
    view: Callable[[Call], Answer]


#: With and without a slash at the end.
EXACT: dict[str, Route] = {
    "/flags": Route("POST", asking.flags),
    "/decide": Route("POST", asking.decide),
    "/flags/definitions": Route("GET", definitions.definitions),
    "/api/feature_flag/local_evaluation": Route("GET", definitions.definitions),
}
EXACT |= {path + "/": route for path, route in EXACT.items()}

#: By what the address begins with; one that does not match the whole pattern passes through.
PATTERNS: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    (
        "/array/",
        re.compile(r"/array/(?:([A-Za-z0-9_-]{1,80})/config(\.js)?/?|.*)", re.DOTALL),
        Route("GET", browser.remote_config),
    ),
    (
        "/api/projects/",
        re.compile(r"/api/projects/[^/]{1,40}/feature_flags/([A-Za-z0-9_.%-]{1,200})/remote_config/?"),
        Route("GET", definitions.payload),
    ),
    (
        "/ofrep/",
        re.compile(r"/ofrep/v1/evaluate/flags(?:/(.{1,200}?))?/?", re.DOTALL),
        Route("POST", openfeature.evaluate),
    ),
)

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

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        route, found = EXACT.get(path), None
        if route is None:
            route, found = _by_pattern(path)
        if route is None:
            return self._application(environ, start_response)
        answer = self._answer(Call(environ, self._snapshots, found), route)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *_ALWAYS,
            *answer.headers,
        ]
        start_response(_REASONS[answer.status], headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, call: Call, route: Route) -> Answer:
        environ, method = call.environ, route.method
        asked = environ["REQUEST_METHOD"]
        if asked == "OPTIONS":
            return Answer(204, b"", cors.preflight(environ))
        if asked != method and not (asked == "HEAD" and method == "GET"):
            return Answer(405, detail(f"Use {method}."), (("Allow", f"{method}, OPTIONS"),))
        try:
            return route.view(call)
        except wire.Refusal as refusal:
            # Every page may read why it was refused, but for one that may not ask at all.
            readable = cors.headers(environ, ()) if refusal.status != 403 else (("Vary", "Origin"),)
            return Answer(refusal.status, refusal.body, readable)
        except SQLAlchemyError:
            log.warning("flags_unavailable", exc_info=True)
            headers = (*cors.headers(environ, ()), ("Retry-After", "5"))
            return Answer(503, detail("The database is away."), headers)
        except Exception:  # an SDK in somebody's product must not be shown a crash
            log.exception("flags_failed")
            return Answer(503, detail("Something went wrong."), cors.headers(environ, ()))


def _by_pattern(path: str) -> tuple[Route | None, re.Match[str] | None]:
    for prefix, pattern, route in PATTERNS:
        if path.startswith(prefix) and (found := pattern.fullmatch(path)):
            return route, found
    return None, None


def in_front_of(
    application: Callable[[Environ, StartResponse], Iterable[bytes]], platform: Platform
) -> FlagEdge:
    """For `wiring`."""
    return FlagEdge(application, Snapshots(platform.database))
