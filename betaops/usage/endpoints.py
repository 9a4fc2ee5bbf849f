"""Where SDKs send events. Answers once they are kept, exactly as the SDKs want it, and mistakes in their own words."""

import math
from typing import NamedTuple, cast

import orjson
import structlog
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound, Unavailable
from betaops.kernel.vault import CannotOpen
from betaops.kernel.work import Platform
from betaops.programs import identities
from betaops.programs import queries as program_queries
from betaops.programs.models import Identities, Product
from betaops.usage import capture, service
from betaops.web import cors
from betaops.web.access import public
from betaops.web.application import Application
from betaops.web.gates import Gate

log = structlog.get_logger("usage")

blueprint = Blueprint("usage_endpoints", __name__)

_PATHS = ("/batch/", "/e/", "/i/v0/e/", "/i/v0/ai/batch/", "/capture/", "/track/")
_PATH_V1 = "/i/v1/analytics/events/"
_RESULTS = {
    capture.OK: {"result": "ok"},
    capture.WARNING: {"result": "warning", "details": "Its properties are too large and were left out."},
    capture.DROP: {"result": "drop", "details": "It needs a name and a distinct_id."},
}
_GATE = "betaops.events"


@public(cookieless=True)
def receive() -> Response:
    """Events of one product. Answered after they are committed."""
    if request.method == "OPTIONS":
        return _answer(204, b"", cors.preflight(request.environ))
    try:
        return _receive()
    except capture.Refusal as refusal:
        headers = cors.headers(request.environ, ())
        if refusal.retry_seconds is not None:
            headers = (*headers, ("Retry-After", str(math.ceil(refusal.retry_seconds))))
        return _answer(refusal.status, refusal.body, headers)
    except (SQLAlchemyError, Unavailable):
        log.warning("usage_unavailable", exc_info=True)
        body = orjson.dumps({"type": "server_error", "code": "error", "detail": "Try again.", "attr": None})
        return _answer(503, body, (*cors.headers(request.environ, ()), ("Retry-After", "5")))
    except Exception:  # an SDK in somebody's product must not be shown a crash
        log.exception("usage_failed")
        body = orjson.dumps({"type": "server_error", "code": "error", "detail": "It failed.", "attr": None})
        return _answer(503, body, cors.headers(request.environ, ()))


def _receive() -> Response:
    gate: Gate = current_app.extensions[_GATE]
    _admit(gate.address_wait(request.environ))
    batch = _read()
    product, signed_with = _sender(batch.token)
    _admit(gate.key_wait(product.project_key))
    if not cors.is_allowed(request.environ, product.origins):
        refused = orjson.dumps(
            {"type": "authentication_error", "code": "origin_not_allowed", "detail": "Origin.", "attr": None}
        )
        return _answer(403, refused, (("Vary", "Origin"),))
    if batch.events:
        _platform().ingest.write(
            product.workspace_id,
            lambda work: service.take(work, product.id, batch.events, signed_with=signed_with),
        )
    return _answer(200, _kept(batch), cors.headers(request.environ, product.origins))


def _admit(wait_seconds: float) -> None:
    if wait_seconds:
        raise capture.Refusal(429, "rate_limited", "Too many requests.", retry_seconds=wait_seconds)


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
    return orjson.dumps({"results": {uuid: _RESULTS[result] for uuid, result in batch.results.items()}})


def _is_v1() -> bool:
    return request.path.startswith(_PATH_V1.rstrip("/"))


class Sender(NamedTuple):
    """Whose events these are; `signed_with` where only what is signed with one of these is believed of people."""

    product: Product
    signed_with: tuple[bytes, ...] | None


def _sender(token: str) -> Sender:
    """By the public key, or by the secret one, with which a server is believed."""
    # A session of its own: the request must not hold the database while it waits for the writer.
    with _platform().database.reading() as session:
        try:
            product = program_queries.product_by_key(session, token)
        except NotFound:
            raise capture.Refusal(
                401, "authentication_failed", "The project key is not known here."
            ) from None
        scope_to(session, product.workspace_id)
        trust = program_queries.trust_of(session, product.id)
    is_server = token != product.project_key and not cors.is_browser(request.environ)
    if trust is None or trust.identities is Identities.OPEN or is_server:
        return Sender(product, None)
    return Sender(product, identities.secrets_of(trust, clock.now(), _opened))


def _opened(sealed: str) -> bytes:
    try:
        return _platform().vault.open(sealed)
    except CannotOpen:
        log.error("identity_secret_cannot_be_opened")
        return b""


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


@blueprint.record
def _open_gate(state: BlueprintSetupState) -> None:
    settings = cast(Application, state.app).platform.settings
    state.app.extensions[_GATE] = Gate(
        "events", settings.events_per_address, settings.events_per_product, settings.redis_url
    )


for path in (*_PATHS, _PATH_V1):
    blueprint.add_url_rule(
        path,
        endpoint=path.strip("/").replace("/", "_"),
        view_func=receive,
        methods=["POST", "OPTIONS"],
        strict_slashes=False,
        provide_automatic_options=False,
    )
