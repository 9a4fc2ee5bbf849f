"""For `serve --only edge`: what is answered before Flask (flags for SDKs), as a process of its own without the pages.

A slow page cannot delay a flag then, and the process is half as large. A proxy sends it what it answers
(docs/operators.md); all other addresses are 404 here.
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import config
from betaops import wiring
from betaops.kernel import logging
from betaops.kernel.work import Platform
from betaops.web.proxies import behind_proxies
from betaops.wiring.naming import later

_NOT_FOUND = orjson.dumps(
    {
        "type": "not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "This process answers SDKs only: pages and the API are served by another one.",
    }
)


def create_edge(platform: Platform) -> Any:
    """The WSGI application: the layers in front, and behind them what operators ask."""
    # Nothing is recorded, no job is run and no page is drawn here: what would do it is not loaded.
    wiring.load_models()
    wiring.handed.hand_down(later)

    def behind(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, kind, body = _for_operators(environ["PATH_INFO"], platform)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return behind_proxies(wiring.in_front(behind, platform), platform.settings)


def _for_operators(path: str, platform: Platform) -> tuple[str, str, bytes]:
    """Status, type and body, as `web.operations` answers them beside the pages."""
    match path:
        case "/healthz":
            return "200 OK", "text/plain", b"ok\n"
        case "/readyz":
            # Alembic comes with it: not before somebody asks.
            from betaops.kernel import checks

            reason = checks.unready(platform)
            status = "503 Service Unavailable" if reason else "200 OK"
            return status, "text/plain", f"{reason or 'ready'}\n".encode()
        case "/metrics":
            return "200 OK", CONTENT_TYPE_LATEST, generate_latest()
    return "404 Not Found", "application/problem+json", _NOT_FOUND


def served() -> Any:
    """For granian, in each of its processes."""
    settings = config.load()
    logging.configure(settings.log_level)
    return create_edge(Platform.open(settings))
