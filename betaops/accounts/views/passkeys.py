"""Passkeys (WebAuthn): adding one, signing in with one. The browser's half is `js/passkey.js`."""

import base64
import uuid
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
from flask import Response, current_app, flash, redirect, request, session, url_for

from betaops.accounts import policy, queries
from betaops.accounts.forms import PasskeyForm
from betaops.accounts.models import Passkey, User
from betaops.accounts.service import factors, sessions
from betaops.accounts.views import blueprint
from betaops.accounts.views._session import PENDING, admit
from betaops.accounts.views.account import _me, _page, must_prove
from betaops.accounts.views.signing_in import pending_user
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs, public
from betaops.web.application import Application, reading, writing
from betaops.web.forms import EmptyForm, refusals

CHALLENGE = "passkey_challenge"


def _site() -> tuple[str, str]:
    """The relying party: host name and origin of BASE_URL."""
    origin = cast(Application, current_app).platform.settings.origin
    return urlsplit(origin).hostname or "", origin


def _challenge(options: Any) -> Response:
    from webauthn import options_to_json

    session[CHALLENGE] = base64.b64encode(options.challenge).decode()
    return Response(options_to_json(options), content_type="application/json")


def _spent_challenge() -> bytes:
    return base64.b64decode(session.pop(CHALLENGE, ""))


@blueprint.get("/console/account/passkeys/challenge")
@needs(policy.READ)
def new_passkey_challenge() -> Response:
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    user = _me().user
    known = [
        PublicKeyCredentialDescriptor(id=key.credential_id) for key in queries.passkeys(reading(), user.id)
    ]
    host, _origin = _site()
    return _challenge(
        generate_registration_options(
            rp_id=host,
            rp_name="betaops",
            user_id=user.id.bytes,
            user_name=user.mail,
            user_display_name=user.name,
            exclude_credentials=known,
        )
    )


@blueprint.post("/console/account/passkeys")
@needs(policy.READ)
def add_passkey() -> Response | tuple[str, int]:
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    proof = must_prove("accounts.account")
    if proof is not None:
        return proof
    form, me = PasskeyForm(), _me()
    host, origin = _site()
    if form.validate_on_submit():
        with refusals(form):
            try:
                verified = verify_registration_response(
                    credential=form.credential.data or "{}",
                    expected_challenge=_spent_challenge(),
                    expected_rp_id=host,
                    expected_origin=origin,
                )
            except (WebAuthnException, ValueError) as error:
                raise Refused(
                    "bad_passkey", _("This browser's answer could not be used. Try again.")
                ) from error
            factors.add_passkey(
                writing(),
                me.user,
                form.label.data or "",
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
            )
            sessions.unlimit(writing(), me.row.id)
            flash(_("The passkey is added."))
            return cast(Response, redirect(url_for("accounts.account"), 303))
    return _page(422, passkey=form)


@blueprint.post("/console/account/passkeys/<uuid:passkey_id>/removal")
@needs(policy.READ)
def remove_passkey(passkey_id: uuid.UUID) -> Response:
    form = EmptyForm()
    with refusals(form):
        factors.remove_passkey(writing(), _me().user, passkey_id)
        flash(_("The passkey is removed."))
    for message in form.form_errors:
        flash(str(message), "danger")
    return cast(Response, redirect(url_for("accounts.account"), 303))


@blueprint.get("/sign-in/passkey")
@public
def passkey_challenge() -> Response:
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    user = pending_user()
    if user is None:
        raise NotFound
    known = [
        PublicKeyCredentialDescriptor(id=key.credential_id) for key in queries.passkeys(reading(), user.id)
    ]
    return _challenge(generate_authentication_options(rp_id=_site()[0], allow_credentials=known))


@blueprint.post("/sign-in/passkey")
@public
def check_passkey() -> Response | tuple[Response, int]:
    user = pending_user()
    if user is None:
        flash(_("That took too long. Enter your password again."))
        return cast(Response, redirect(url_for("accounts.sign_in"), 303))
    if _is_right(user, request.form.get("credential", "")):
        return admit(user, "passkey", next_url=session[PENDING].get("next"))
    flash(_("This passkey was not accepted. Try again, or use a code."), "danger")
    return cast(Response, redirect(url_for("accounts.code"), 303))


def _is_right(user: User, credential: str) -> bool:
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    host, origin = _site()
    try:
        credential_id = base64url_to_bytes(orjson.loads(credential)["id"])
        key = next(key for key in queries.passkeys(reading(), user.id) if key.credential_id == credential_id)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=_spent_challenge(),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, StopIteration):
        return False
    stored = writing().lock(Passkey, key.id)
    stored.sign_count, stored.last_used_at = verified.new_sign_count, writing().now
    return True
