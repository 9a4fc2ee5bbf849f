"""Where SDKs send events. Answers once they are kept, exactly as the SDKs want it, and mistakes in their own words."""

from typing import cast

import orjson
import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from betaops.kernel import clock
from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.work import Platform
from betaops.programs import queries as program_queries
from betaops.programs.models import Product
from betaops.usage import capture, service
from betaops.web import cors
from betaops.web.access import public
from betaops.web.application import Application

log = structlog.get_logger("usage")

blueprint = Blueprint("usage_endpoints", __name__)

_PATHS = ("/batch/", "/e/", "/i/v0/e/", "/i/v0/ai/batch/", "/capture/", "/track/")
_PATH_V1 = "/i/v1/analytics/events/"


@public(cookieless=True)
def receive() -> Response:
    """Events of one product. Answered after they are committed."""
    if request.method == "OPTIONS":
        return _answer(204, b"", cors.preflight(request.environ))
    try:
        return _receive()
    except capture.Refusal as refusal:
        return _answer(refusal.status, refusal.body, cors.headers(request.environ, ()))
    except (SQLAlchemyError, Unavailable):
        log.warning("usage_unavailable", exc_info=True)
        body = orjson.dumps({"type": "server_error", "code": "error", "detail": "Try again.", "attr": None})
        return _answer(503, body, (*cors.headers(request.environ, ()), ("Retry-After", "5")))
    except Exception:  # an SDK in somebody's product must not be shown a crash
        log.exception("usage_failed")
        body = orjson.dumps({"type": "server_error", "code": "error", "detail": "It failed.", "attr": None})
        return _answer(503, body, cors.headers(request.environ, ()))


def _receive() -> Response:
    batch = _read()
    product = _product(batch.token)
    if not cors.is_allowed(request.environ, product.origins):
        refused = orjson.dumps(
            {"type": "authentication_error", "code": "origin_not_allowed", "detail": "Origin.", "attr": None}
        )
        return _answer(403, refused, (("Vary", "Origin"),))
    if batch.events:
        _platform().ingest.write(
            product.workspace_id, lambda work: service.take(work, product.id, batch.events)
        )
    return _answer(200, _kept(batch), cors.headers(request.environ, product.origins))


def _read() -> capture.Batch:
    headers = request.headers
    scheme, _space, token = headers.get("Authorization", "").partition(" ")
    is_v1 = _is_v1()
    return capture.read(
        _body(),
        clock.now(),
        encoding=headers.get("Content-Encoding", ""),
        token=token.strip() if is_v1 and scheme.lower() == "bearer" else "",
        sent_at=headers.get("PostHog-Request-Timestamp", "") if is_v1 else "",
    )


def _kept(batch: capture.Batch) -> bytes:
    if not _is_v1():
        return b'{"status":1}'
    results = {str(event.uuid): {"result": "ok"} for event in batch.events}
    results |= {
        uuid: {"result": "drop", "details": "It needs a name and a distinct_id."} for uuid in batch.dropped
    }
    return orjson.dumps({"results": results})


def _is_v1() -> bool:
    return request.path.startswith(_PATH_V1.rstrip("/"))


def _product(token: str) -> Product:
    # A session of its own: the request must not hold the database while it waits for the writer.
    with _platform().database.reading() as session:
        try:
            return program_queries.product_by_project_key(session, token)
        except NotFound:
            raise capture.Refusal(
                401, "authentication_failed", "The project key is not known here."
            ) from None


def _platform() -> Platform:
    return cast(Application, current_app).platform


def _body() -> bytes:
    request.max_content_length = capture.LARGEST_BODY
    try:
        return request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        raise capture.Refusal(413, "payload_too_large", "The body is too large.") from None


def _answer(status: int, body: bytes, headers: cors.Headers) -> Response:
    response = Response(body, status, content_type="application/json")
    for name, value in headers:
        response.headers[name] = value
    return response


for path in (*_PATHS, _PATH_V1):
    blueprint.add_url_rule(
        path,
        endpoint=path.strip("/").replace("/", "_"),
        view_func=receive,
        methods=["POST", "OPTIONS"],
        strict_slashes=False,
        provide_automatic_options=False,
    )
