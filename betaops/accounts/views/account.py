"""One's own account: profile, password, second factor, sessions."""

import uuid
from typing import cast
from zoneinfo import available_timezones

import segno
from babel import Locale
from flask import Response, current_app, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup

from betaops.accounts import passwords, policy, queries
from betaops.accounts.forms import PasswordForm, ProfileForm, TotpForm
from betaops.accounts.models import HolderKind
from betaops.accounts.service import factors, sessions
from betaops.accounts.viewers import SignedIn, signed_in
from betaops.accounts.views import blueprint
from betaops.kernel import clock, i18n, tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.appearance import DENSITIES, THEMES
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals

TOTP_PURPOSE = "accounts.totp"
TOTP_SECONDS = 1800


def _me() -> SignedIn:
    present = signed_in()
    if present is None:
        raise NotFound
    return present


def must_prove(next_endpoint: str) -> Response | None:
    """To the page that asks for the password again, when the last proof is too long ago."""
    if _me().row.fresh_until > clock.now():
        return None
    return cast(Response, redirect(url_for("accounts.fresh", next=url_for(next_endpoint)), 303))


def _profile_form() -> ProfileForm:
    user = _me().user
    form = ProfileForm(obj=user)
    form.language.choices = [
        (code, (Locale.parse(code).get_display_name(code) or code).capitalize()) for code in i18n.available()
    ]
    form.timezone.choices = [(zone, zone) for zone in sorted(available_timezones())]
    themes = dict(zip(THEMES, (_("As the system"), _("Light"), _("Dark")), strict=True))
    form.theme.choices = list(themes.items())
    form.density.choices = list(zip(DENSITIES, (_("Comfortable"), _("Compact")), strict=True))
    if not form.is_submitted():
        form.language.data = user.language or i18n.language()
    return form


def _page(status: int = 200, **forms: object) -> tuple[str, int]:
    me = _me()
    values = {
        "profile": _profile_form(),
        "password": PasswordForm(),
        "me": me,
        "sessions": queries.sessions(reading(), HolderKind.MEMBER, me.user.id, clock.now()),
        "passkeys": queries.passkeys(reading(), me.user.id),
        "codes_left": queries.unused_codes(reading(), me.user.id),
        "empty": EmptyForm(),
    }
    return render_template("accounts/account.html", **(values | forms)), status


@blueprint.get("/console/account")
@needs(policy.READ)
def account() -> tuple[str, int]:
    return _page()


@blueprint.post("/console/account/profile")
@needs(policy.READ)
def save_profile() -> Response | tuple[str, int]:
    form, user = _profile_form(), _me().user
    if not form.validate_on_submit():
        return _page(422, profile=form)
    user.name, user.language, user.timezone = form.name.data or "", form.language.data, form.timezone.data
    user.theme, user.density = form.theme.data, form.density.data
    writing().session.flush()
    session["language"] = user.language
    flash(_("Saved."))
    response = cast(Response, redirect(url_for("accounts.account"), 303))
    response.delete_cookie("appearance")
    return response


@blueprint.post("/console/account/password")
@needs(policy.READ)
def change_password() -> Response | tuple[str, int]:
    form, me = PasswordForm(), _me()
    if form.validate_on_submit():
        if passwords.matches(me.user.password_digest, form.current.data or ""):
            factors.set_password(writing(), me.user, form.password.data or "", but=me.row.id)
            flash(_("Your password is changed, and every other browser is signed out."))
            return cast(Response, redirect(url_for("accounts.account"), 303))
        form.refuse(_("This is not your present password."), "current")
    return _page(422, password=form)


@blueprint.get("/console/account/second-factor")
@needs(policy.READ)
def second_factor() -> Response | tuple[str, int]:
    return must_prove("accounts.second_factor") or _totp_page(TotpForm(secret=_fresh_secret()), 200)


def _fresh_secret() -> str:
    """A new secret, signed: it travels in the form, nothing is stored before the first right code."""
    me = _me()
    return tokens.sign(
        str(current_app.config["SECRET_KEY"]), TOTP_PURPOSE, [str(me.user.id), factors.new_totp_secret()]
    )


def _qr(address: str) -> str:
    return segno.make(address).svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=True)


def _secret_of(form: TotpForm) -> str | None:
    payload = tokens.read(
        str(current_app.config["SECRET_KEY"]),
        TOTP_PURPOSE,
        form.secret.data or "",
        max_age_seconds=TOTP_SECONDS,
    )
    return payload[1] if payload and payload[0] == str(_me().user.id) else None


def _totp_page(form: TotpForm, status: int) -> tuple[str, int]:
    secret = _secret_of(form)
    if secret is None:
        form.secret.data = _fresh_secret()
        secret = _secret_of(form)
    address = factors.totp_address(_me().user, secret or "")
    picture = Markup(_qr(address))  # noqa: S704  # segno's own SVG
    return render_template(
        "accounts/second_factor.html", form=form, picture=picture, secret=secret, me=_me()
    ), status


@blueprint.post("/console/account/second-factor")
@needs(policy.READ)
def add_totp() -> Response | tuple[str, int]:
    form, me = TotpForm(), _me()
    secret = _secret_of(form) if form.validate_on_submit() else None
    proof = must_prove("accounts.second_factor")
    if proof is not None:
        return proof
    if secret is None:
        return _totp_page(form, 422)
    with refusals(form):
        codes = factors.add_totp(writing(), me.user, secret, form.code.data or "")
        sessions.unlimit(writing(), me.row.id)
        return render_template("accounts/recovery_codes.html", codes=codes), 200
    return _totp_page(form, 422)


@blueprint.post("/console/account/recovery-codes")
@needs(policy.READ)
def make_codes() -> Response | tuple[str, int]:
    proof = must_prove("accounts.account")
    if proof is not None:
        return proof
    codes = factors.make_recovery_codes(writing(), _me().user)
    return render_template("accounts/recovery_codes.html", codes=codes), 200


@blueprint.post("/console/account/sessions/<uuid:session_id>/end")
@needs(policy.READ)
def end_session(session_id: uuid.UUID) -> Response:
    sessions.revoke(writing(), _me().user.id, session_id)
    flash(_("That browser is signed out."))
    return cast(Response, redirect(url_for("accounts.account"), 303))


@blueprint.post("/console/account/sessions/end")
@needs(policy.READ)
def end_other_sessions() -> Response:
    sessions.close_all(writing(), HolderKind.MEMBER, _me().user.id, but=_me().row.id)
    flash(_("Every other browser is signed out."))
    return cast(Response, redirect(url_for("accounts.account"), 303))


@blueprint.post("/console/workspace")
@needs(policy.READ)
def switch_workspace() -> Response:
    """Go on in another of one's workspaces."""
    wanted = request.form.get("workspace", "")
    for place in queries.standings(reading(), _me().user.id):
        if place.workspace.slug == wanted:
            sessions.switch_workspace(writing(), _me().row.id, place.workspace.id)
            return cast(Response, redirect(url_for("start.start"), 303))
    raise NotFound
