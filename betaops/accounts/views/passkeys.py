"""Passkeys: making one, signing in with one. The browser's half is `js/passkey.js`."""

import uuid

from flask import Response, flash, request

from betaops.accounts import policy, queries
from betaops.accounts.forms import PasskeyForm, SignInForm
from betaops.accounts.service import factors, passkeys, sessions
from betaops.accounts.viewers import proven
from betaops.accounts.views.browser import admit
from betaops.accounts.views.factors import second_factor_page
from betaops.accounts.views.frame import blueprint, flash_refusals, me, to
from betaops.accounts.views.signing_in import sign_in_page
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs, public
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals
from betaops.web.limits import limiter
from betaops.web.once import show_once


@blueprint.post("/console/account/passkeys/options")
@needs(policy.READ)
@proven("accounts.second_factor")
def passkey_creation() -> Response:
    return Response(passkeys.creation_options(writing(), me().user), content_type="application/json")


@blueprint.post("/console/account/passkeys")
@needs(policy.READ)
@proven("accounts.second_factor")
def add_passkey() -> Response | tuple[str, int]:
    form, present = PasskeyForm(), me()
    if form.validate_on_submit():
        with refusals(form):
            passkeys.add_passkey(writing(), present.user, form.label.data or "", form.credential.data or "")
            sessions.unlimit(writing(), present.row.id)
            if queries.unused_codes(reading(), present.user.id):
                flash(_("The passkey is added."))
                return to("accounts.security")
            show_once("recovery_codes", factors.make_recovery_codes(writing(), present.user))
            return to("accounts.recovery_codes")
    return second_factor_page(422, passkey=form)


@blueprint.post("/console/account/passkeys/<uuid:passkey_id>/removal")
@needs(policy.READ)
@proven("accounts.security")
def remove_passkey(passkey_id: uuid.UUID) -> Response:
    form, passkey = EmptyForm(), queries.passkey(reading(), me().user.id, passkey_id)
    with refusals(form):
        passkeys.remove_passkey(writing(), me().user, passkey)
        flash(_("The passkey is removed."))
    flash_refusals(form)
    return to("accounts.security")


@blueprint.post("/sign-in/passkey/options")
@limiter.limit("30 per minute")
@public
def passkey_request() -> Response:
    return Response(passkeys.request_options(writing()), content_type="application/json")


@blueprint.post("/sign-in/passkey")
@limiter.limit("30 per minute")
@public
def check_passkey() -> Response | tuple[str, int]:
    form = SignInForm(formdata=None)
    with refusals(form):
        user = passkeys.check_passkey(writing(), request.form.get("credential", ""))
        return admit(user, "passkey")
    passkeys.refused(writing())
    return sign_in_page(form, 422)
