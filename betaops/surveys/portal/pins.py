"""The PIN of a public link: asked for on a page of its own, and then part of the address, since no cookie is set here."""

from typing import Any

from flask import current_app, redirect, request, url_for
from flask_limiter.util import get_remote_address

from betaops.accounts import passwords
from betaops.accounts.service import throttles
from betaops.kernel.errors import TooMany
from betaops.kernel.i18n import gettext as _
from betaops.surveys.forms.doors import PinForm
from betaops.surveys.portal.doors import door_of, refusal_of
from betaops.surveys.portal.drawing import pin, stop
from betaops.surveys.portal.frame import blueprint
from betaops.surveys.queries.doors import pin_token
from betaops.web.access import public
from betaops.web.application import Application, writing
from betaops.web.limits import limiter


@blueprint.post("/s/<token>/pin")
@limiter.limit("20 per minute")
@public(cookieless=True)
def unlock(token: str) -> Any:
    """On to the survey where the PIN is right; each address gets a few guesses, then has to wait longer and longer."""
    application: Application = current_app  # type: ignore[assignment]  # it is ours
    form = PinForm()
    # Hashing takes some 30 ms, beside this request's own transaction, so that no other writer waits for it.
    with application.platform.database.reading() as aside:
        door = door_of(aside, token)
        if door is None or door.link is None:
            return stop("unknown", None), 404
        stored = door.link.pin_digest
        if stored is None or door.is_unlocked:
            return refusal_of(door) or redirect(_onward(token), 303)
        is_right = passwords.matches(stored, form.pin.data or "")
    marks = {"account": f"survey:{door.link.id}:{get_remote_address()}"}
    try:
        throttles.check(writing(), **marks)
    except TooMany as refusal:
        form.refuse(refusal.message, "pin")
        refusal_of(door)
        return pin(door, form=form), 429
    if not is_right:
        throttles.failed(writing(), **marks)
        form.refuse(_("This is not the PIN. Look at what you were given and try again."), "pin")
        refusal_of(door)
        return pin(door, form=form), 422
    throttles.succeeded(writing(), **marks)
    return redirect(_onward(pin_token(current_app.config["SECRET_KEY"], door.link)), 303)


def _onward(token: str) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in ("embed", "lang") if request.args.get(name)}
    return url_for(".page", token=token, **kept)
