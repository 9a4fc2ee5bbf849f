"""Answers SDKs before Flask: flags, definitions and the browser SDK's configuration; OpenFeature's providers too.

A WSGI layer around the application. It knows a handful of addresses, with and without a trailing slash
(a redirect would cost every call and fail preflights); all others pass through. It sets no cookie, and
answers mistakes in the words that the SDKs read, never with a page and never with a 500.

A new address is a line in `EXACT` or `PATTERNS` and a view in `flags.endpoints`.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.flags import metrics, ofrep
from betaops.flags import posthog_wire as wire
from betaops.flags.endpoints import asking, browser, definitions, openfeature
from betaops.flags.endpoints.frame import Answer, Call, Environ, Shared
from betaops.flags.keyring import Keyring
from betaops.flags.scripts import Scripts
from betaops.flags.snapshot import Snapshots
from betaops.kernel.work import Platform
from betaops.web import cors
from betaops.web.gates import Gate

log = structlog.get_logger("flags")

StartResponse = Callable[..., Any]


class Route(NamedTuple):
    """`name` is what `/metrics` calls it; `is_ofrep` says whose words its mistakes are answered in."""

    method: str
    name: str
    view: Callable[[Call], Answer]
    is_ofrep: bool = False


#: With and without a slash at the end.
EXACT: dict[str, Route] = {
    "/flags": Route("POST", "flags", asking.flags),
    "/decide": Route("POST", "decide", asking.decide),
    "/flags/definitions": Route("GET", "definitions", definitions.definitions),
    "/api/feature_flag/local_evaluation": Route("GET", "definitions", definitions.definitions),
    "/api/early_access_features": Route("GET", "early_access", browser.early_access_features),
    "/ofrep/v1/events": Route("GET", "ofrep_events", openfeature.events, is_ofrep=True),
}
EXACT |= {path + "/": route for path, route in EXACT.items()}

#: By what the address begins with; one that does not match the whole pattern passes through.
PATTERNS: tuple[tuple[str, re.Pattern[str], Route], ...] = (
    (
        "/array/",
        re.compile(r"/array/(?:([A-Za-z0-9_-]{1,80})/config(\.js)?/?|.*)", re.DOTALL),
        Route("GET", "config", browser.remote_config),
    ),
    (
        "/static/",
        re.compile(r"/static/(?:(?:(\d+\.\d+\.\d+[\w.-]{0,40})/)?([\w.-]{1,110})|.*)", re.DOTALL),
        Route("GET", "script", browser.script),
    ),
    (
        "/api/projects/",
        re.compile(r"/api/projects/[^/]{1,40}/feature_flags/([A-Za-z0-9_.%-]{1,200})/remote_config/?"),
        Route("GET", "payload", definitions.payload),
    ),
    (
        "/ofrep/",
        re.compile(r"/ofrep/v1/evaluate/flags(?:/(.{1,200}?))?/?", re.DOTALL),
        Route("POST", "ofrep", openfeature.evaluate, is_ofrep=True),
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
    429: "429 Too Many Requests",
    503: "503 Service Unavailable",
}

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


class FlagEdge:
    """`application` with the flag endpoints in front."""

    def __init__(
        self, application: Callable[[Environ, StartResponse], Iterable[bytes]], shared: Shared
    ) -> None:
        self._application, self.shared = application, shared

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        route, found = EXACT.get(path), None
        if route is None:
            route, found = _by_pattern(path)
        if route is None:
            return self._application(environ, start_response)
        answer = self._answer(Call(environ, self.shared, found), route)
        metrics.answered(route.name, answer.status)
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
        try:
            if asked != method and not (asked == "HEAD" and method == "GET"):
                raise wire.Refusal(405, "invalid_request", "method_not_allowed", f"Use {method}.")
            if wait := self.shared.gate.address_wait(environ):
                raise wire.too_many(wait)
            return route.view(call)
        except wire.Refusal as refusal:
            return _refused(call, route, refusal)
        except SQLAlchemyError:
            log.warning("flags_unavailable", exc_info=True)
            away = wire.Refusal(503, "server_error", "error", "The database is away.", retry_seconds=5)
            return _refused(call, route, away)
        except Exception:  # an SDK in somebody's product must not be shown a crash
            log.exception("flags_failed")
            return _refused(call, route, wire.Refusal(503, "server_error", "error", "Something went wrong."))


def _refused(call: Call, route: Route, refusal: wire.Refusal) -> Answer:
    if route.is_ofrep:
        refusal = ofrep.reshaped(refusal, (call.found[1] or "") if call.found else "")
    # Every page may read why it was refused, but for one that may not ask at all.
    headers = cors.headers(call.environ, ()) if refusal.status != 403 else (("Vary", "Origin"),)
    if refusal.retry_seconds is not None:
        headers = (*headers, ("Retry-After", str(math.ceil(refusal.retry_seconds))))
    if refusal.status == 405:
        headers = (*headers, ("Allow", f"{route.method}, OPTIONS"))
    return Answer(refusal.status, refusal.body, headers)


def _by_pattern(path: str) -> tuple[Route | None, re.Match[str] | None]:
    for prefix, pattern, route in PATTERNS:
        if path.startswith(prefix) and (found := pattern.fullmatch(path)):
            return route, found
    return None, None


def in_front_of(
    application: Callable[[Environ, StartResponse], Iterable[bytes]], platform: Platform
) -> FlagEdge:
    """For `wiring`."""
    settings = platform.settings
    keyring = Keyring(platform.database, platform.vault, platform.signals)
    gate = Gate("flags", settings.flags_per_address, settings.flags_per_product, settings.redis_url)
    shared = Shared(
        Snapshots(platform.database, keyring), gate, Scripts(settings.posthog_js), settings.base_url
    )
    return FlagEdge(application, shared)
