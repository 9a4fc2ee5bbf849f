"""`/api/surveys`: what PostHog's SDKs may show of a product's surveys. Asked by every page that shows any.

The answer is worked out once for each revision of the product and kept as bytes. It says nothing of people: who may
see which survey the SDK learns from its flags.
"""

from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

import orjson
import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from betaops.kernel import clock, tokens
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.surveys import queries
from betaops.web import cors
from betaops.web.access import public
from betaops.web.application import Application

log = structlog.get_logger("surveys")

blueprint = Blueprint("surveys_endpoints", __name__)


class _Ready(NamedTuple):
    """An answer, for as long as its product is at this revision and `until` has not come."""

    revision: int
    until: datetime | None
    body: bytes
    etag: str


_ready: dict[UUID, _Ready] = {}


@blueprint.route(
    "/api/surveys/",
    methods=["GET", "HEAD", "OPTIONS"],
    strict_slashes=False,
    provide_automatic_options=False,
)
@public(cookieless=True)
def surveys() -> Response:
    """Surveys that are shown in the product now, with the flags that say to whom."""
    if request.method == "OPTIONS":
        return _answer(204, b"", cors.preflight(request.environ))
    try:
        return _surveys()
    except SQLAlchemyError:
        log.warning("surveys_unavailable", exc_info=True)
        return _refused(503, "server_error", "error", "The database is away.")
    except Exception:  # an SDK in somebody's product must not be shown a crash
        log.exception("surveys_failed")
        return _refused(503, "server_error", "error", "Something went wrong.")


def _surveys() -> Response:
    token = request.args.get("token") or request.args.get("api_key") or ""
    with _platform().database.reading() as session:
        try:
            product = program_queries.product_by_project_key(session, token)
        except NotFound:
            return _refused(
                401, "authentication_error", "authentication_failed", "The project key is not known here."
            )
        if not cors.is_allowed(request.environ, product.origins):
            return _refused(
                403, "authentication_error", "origin_not_allowed", "This origin may not use the key."
            )
        now, ready = clock.now(), _ready.get(product.id)
        if ready is None or ready.revision != product.revision or (ready.until and ready.until <= now):
            scope_to(session, product.workspace_id)
            shown = queries.shown(session, product.id, now)
            body = orjson.dumps({"surveys": shown.surveys})
            etag = f'W/"{tokens.digest(body.decode()).hex()[:32]}"'
            ready = _ready[product.id] = _Ready(product.revision, shown.until, body, etag)
        headers = (
            *cors.headers(request.environ, product.origins),
            ("ETag", ready.etag),
            ("Cache-Control", "public, max-age=0, must-revalidate"),
        )
    if ready.etag in request.headers.get("If-None-Match", ""):
        return _answer(304, b"", headers)
    return _answer(200, ready.body, headers)


def _platform() -> Platform:
    return cast(Application, current_app).platform


def _refused(status: int, kind: str, code: str, detail: str) -> Response:
    body = orjson.dumps({"type": kind, "code": code, "detail": detail, "attr": None})
    # Every page may read why it was refused, but for one that may not ask at all.
    readable = cors.headers(request.environ, ()) if status != 403 else (("Vary", "Origin"),)
    return _answer(status, body, readable)


def _answer(status: int, body: bytes, headers: cors.Headers) -> Response:
    response = Response(body, status, content_type="application/json")
    for name, value in headers:
        response.headers[name] = value
    return response
