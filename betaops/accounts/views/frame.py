"""What the pages of accounts share: their blueprint, who is signed in, the way back, things shown once."""

import uuid
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, flash, redirect, session, url_for

from betaops.accounts.viewers import SignedIn, signed_in
from betaops.kernel.errors import NotFound
from betaops.kernel.vault import CannotOpen
from betaops.kernel.work import Platform
from betaops.web.application import Application, viewer

blueprint = Blueprint("accounts", __name__)

#: What the next page shows and no later one, sealed in the cookie.
SHOWN_ONCE = "shown_once"


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


def show_once(name: str, value: Any) -> None:
    """Have the page that asks for `name` next show `value`: secrets that are stored nowhere in the clear."""
    session[SHOWN_ONCE] = platform().vault.seal(orjson.dumps([name, value]))


def shown_once(name: str) -> Any:
    """What was left for this page; None the second time."""
    sealed = session.pop(SHOWN_ONCE, None)
    try:
        left_for, value = orjson.loads(platform().vault.open(sealed)) if sealed else (None, None)
    except CannotOpen:
        return None
    return value if left_for == name else None


def workspace_id() -> uuid.UUID:
    """Of the member of this request."""
    found = viewer().workspace_id
    if found is None:
        raise NotFound
    return found
