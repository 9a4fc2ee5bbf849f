"""What the pages of accounts share: their blueprint, who is signed in, the way back."""

import uuid
from typing import Any, cast

from flask import Blueprint, Response, current_app, flash, redirect, url_for

from betaops.accounts.viewers import SignedIn, signed_in
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Platform
from betaops.web.application import Application, viewer

blueprint = Blueprint("accounts", __name__)


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """Addresses here may be secrets: neither the next page nor a cache learns of them."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def platform() -> Platform:
    return cast(Application, current_app).platform


def me() -> SignedIn:
    """The member's session of this request, on pages that only members reach."""
    present = signed_in()
    if present is None:
        raise NotFound
    return present


def to(endpoint: str, **values: Any) -> Response:
    """See other: the answer to a form that was received."""
    return cast(Response, redirect(url_for(endpoint, **values), 303))


def to_path(path: str | None) -> Response:
    """To a path of ours (`here.local`), else to where the person begins."""
    return cast(Response, redirect(path or url_for("start.start"), 303))


def flash_refusals(form: Any) -> None:
    """For buttons in lists, which have no place of their own for what was refused."""
    for message in (*form.form_errors, *(line for field in form for line in field.errors)):
        flash(str(message), "error")


def workspace_id() -> uuid.UUID:
    """Of the member of this request."""
    found = viewer().workspace_id
    if found is None:
        raise NotFound
    return found
