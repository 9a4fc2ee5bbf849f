"""Refusals and failures as answers: a page for people, `application/problem+json` (RFC 9457) for programs."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from betaops.kernel import i18n, ids
from betaops.kernel.errors import DomainError
from betaops.kernel.i18n import gettext as _
from betaops.web import again
from betaops.web.access import VISITOR
from betaops.web.application import Unit

log = structlog.get_logger("errors")

RETRY_AFTER_SECONDS = 5
#: Have a page of their own under templates/errors/, which says more than our sentence for them.
WORDED = frozenset({400, 403, 404, 429, 500, 503})


def register(app: Flask) -> None:
    """Every exception that leaves a view passes through here."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _crash)


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """`application/problem+json`; `type` is a stable code."""
    body = {
        "type": f"urn:betaops:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        **more,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def invalid_body(error: ValidationError) -> Response:
    """What pydantic refuses, one entry a place."""
    places = [
        {"in": ".".join(str(part) for part in entry["loc"]), "detail": entry["msg"]}
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return problem(422, "invalid", _("The request does not have the expected form."), errors=places)


def wants_json() -> bool:
    """Programs get problem+json: everything under /api, and whoever asks for JSON rather than a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return (
        best == "application/json" and request.accept_mimetypes[best] > request.accept_mimetypes["text/html"]
    )


def _refused(error: DomainError) -> Response:
    message = str(error.message or _sentence(error.status))
    response = _answer(error.status, error.code, message, values=error.values)
    if "retry_after_seconds" in error.values:
        response.headers["Retry-After"] = str(error.values["retry_after_seconds"])
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    message = _sentence(status) or str(error.description)
    response = _answer(status, error.name.lower().replace(" ", "_"), message)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _database(error: DBAPIError) -> Response:
    if isinstance(error, IntegrityError):
        log.warning("conflict", error=str(error.orig), route=request.endpoint)
        return _answer(
            409,
            "conflict",
            _("Somebody changed the same thing at the same moment. Nothing was saved; try again."),
        )
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.error("database_away", error=str(error.orig), route=request.endpoint)
        response = _answer(
            503,
            "unavailable",
            _("Our database is away for the moment. Nothing was saved; try again shortly."),
        )
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return _crash(error)


def _crash(error: Exception) -> Response:
    error_id = ids.encode("err", ids.new_id())
    log.error("crash", error_id=error_id, route=request.endpoint, exc_info=error)
    return _answer(500, "crash", _sentence(500), error_id=error_id)


def _answer(
    status: int, code: str, message: str, *, values: dict[str, Any] | None = None, error_id: str = ""
) -> Response:
    _ask_the_database_nothing()
    is_general = message == _sentence(status)
    with i18n.speaking(i18n.choose(request.headers.get("Accept-Language"))):
        if wants_json():
            plain = {
                name: value
                for name, value in (values or {}).items()
                if isinstance(value, str | int | float | bool)
            }
            return problem(status, code, message, **plain, **({"error_id": error_id} if error_id else {}))
        page = render_template(
            [f"errors/{status}.html", "errors/error.html"],
            status=status,
            code=code,
            message="" if is_general and status in WORDED else message,
            error_id=error_id,
            values=values or {},
            typed=again.typed(status),
        )
        return make_response(page, status)


def _ask_the_database_nothing() -> None:
    """An error page must not need what may just have failed: nobody is looked up for it."""
    unit = g.get("unit")
    if unit is None:
        unit = g.unit = Unit(current_app.platform, is_safe=True)  # type: ignore[attr-defined]  # our Application
    if unit.viewer is None:
        unit.viewer = VISITOR


def _sentence(status: int) -> str:
    sentences = {
        400: _("Your browser sent something that we cannot read."),
        401: _("Sign in first."),
        403: _("You may not do this."),
        404: _("There is nothing here. The address may be cut off, or it may be gone."),
        405: _("This address does not take that kind of request."),
        409: _("That does not fit what is there now. Nothing was changed."),
        413: _("That is too large."),
        422: _("Something in it is not as it should be. Nothing was changed."),
        429: _("That was too often. Wait a little and try again."),
        500: _("Something broke on our side. Nothing was saved."),
        503: _("This is away for the moment. Nothing was saved; try again shortly."),
    }
    return sentences.get(status, "")
