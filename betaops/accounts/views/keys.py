"""API keys of the workspace. A key is shown once, on the page after it was made."""

import uuid
from datetime import timedelta

from flask import Response, flash, render_template

from betaops.accounts import policy, queries
from betaops.accounts.forms import KeyForm
from betaops.accounts.permissions import SCOPES, WORDS, Permission
from betaops.accounts.service import keys
from betaops.accounts.viewers import proven
from betaops.accounts.views.frame import blueprint, to
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.once import show_once, shown_once

DAYS = {"30": _l("30 days"), "90": _l("90 days"), "365": _l("One year"), "": _l("Until it is revoked")}


def _form() -> KeyForm:
    form = KeyForm()
    form.scopes.choices = [(scope.value, WORDS[scope]) for scope in Permission if scope in SCOPES]
    form.days.choices = list(DAYS.items())
    return form


@blueprint.get("/console/settings/keys")
@needs(policy.KEYS)
def list_keys() -> str:
    found = queries.api_keys(reading())
    return render_template(
        "accounts/keys.html",
        keys=found,
        makers=queries.names(reading(), {key.created_by_id for key in found if key.created_by_id}),
        words={permission.value: sentence for permission, sentence in WORDS.items()},
        shown=shown_once("api_key"),
    )


@blueprint.get("/console/settings/keys/new")
@needs(policy.KEYS)
@proven("accounts.new_key")
def new_key() -> str:
    return render_template("accounts/key_form.html", form=_form())


@blueprint.post("/console/settings/keys/new")
@needs(policy.KEYS)
@proven("accounts.new_key")
def create_key() -> Response | tuple[str, int]:
    form = _form()
    if form.validate_on_submit():
        with refusals(form):
            days = int(form.days.data) if form.days.data else None
            key, plain = keys.create_key(
                writing(),
                form.name.data or "",
                {Permission(scope) for scope in form.scopes.data or []},
                expires_at=writing().now + timedelta(days=days) if days else None,
            )
            show_once("api_key", [key.name, plain])
            return to("accounts.list_keys")
    return render_template("accounts/key_form.html", form=form), 422


@blueprint.post("/console/settings/keys/<id(key):api_key_id>/revocation")
@needs(policy.KEYS)
def revoke_key(api_key_id: uuid.UUID) -> Response:
    keys.revoke_key(writing(), api_key_id)
    flash(_("The key lets nobody in any more."))
    return to("accounts.list_keys")
