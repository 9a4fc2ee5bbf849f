"""One line in the log for each request, however it ended."""

from time import perf_counter

import structlog
from flask import Flask, Response, g, request

from betaops.kernel import counting, ids
from betaops.web.access import VISITOR

log = structlog.get_logger("request")


def register(app: Flask) -> None:
    """Hooks around everything else."""
    app.before_request(_begin)
    app.after_request(_write)
    app.teardown_request(_end)


def _begin() -> None:
    g.request_id = ids.encode("req", ids.new_id())
    g.began = perf_counter()
    g.tally, g.tally_token = counting.begin()


def _write(response: Response) -> Response:
    """The address itself is left out: it may hold a token."""
    unit = g.get("unit")
    who = (unit.viewer if unit is not None else None) or VISITOR
    log.info(
        "request",
        id=g.request_id,
        route=request.endpoint,
        method=request.method,
        status=response.status_code,
        actor=f"{who.kind}:{who.id}" if who.id else who.kind,
        ms=round((perf_counter() - g.began) * 1000, 1),
        queries=g.tally.statements,
    )
    response.headers["X-Request-ID"] = g.request_id
    return response


def _end(_error: BaseException | None) -> None:
    token = g.pop("tally_token", None)
    if token is not None:
        counting.end(token)
