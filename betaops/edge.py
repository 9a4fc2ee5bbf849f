"""For `serve --only edge`: what is answered before Flask (flags for SDKs), as a process of its own without the pages.

A slow page cannot delay a flag then, and the process is half as large. A proxy sends it what it answers
(docs/operators.md); all other addresses are 404 here.
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson

import config
from betaops import wiring
from betaops.kernel import logging
from betaops.kernel.work import Platform
from betaops.web.proxies import behind_proxies

_NOT_FOUND = orjson.dumps(
    {
        "type": "not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "This process answers SDKs only: pages and the API are served by another one.",
    }
)


def create_edge(platform: Platform) -> Any:
    """The WSGI application: the layers in front, and nothing behind them."""
    wiring.connect()
    return behind_proxies(wiring.in_front(_nothing, platform), platform.settings)


def _nothing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, kind, body = "404 Not Found", "application/problem+json", _NOT_FOUND
    if environ["PATH_INFO"] == "/healthz":
        status, kind, body = "200 OK", "text/plain", b"ok\n"
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def served() -> Any:
    """For granian, in each of its processes."""
    settings = config.load()
    logging.configure(settings.log_level)
    return create_edge(Platform.open(settings))
