"""One's own ways in: password, one-time codes, recovery codes. Passkeys: `passkeys`."""

import io

import segno
from flask import Response, flash, render_template
from markupsafe import Markup

from betaops.accounts import policy, queries
from betaops.accounts.forms import NewPasswordForm, PasskeyForm, PasswordForm, TotpForm
from betaops.accounts.service import factors, passkeys, sessions, signing_in
from betaops.accounts.viewers import proven
from betaops.accounts.views.browser import known_browser
from betaops.accounts.views.frame import blueprint, flash_refusals, me, platform, to
from betaops.kernel import tokens
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, Form, refusals
from betaops.web.once import show_once, shown_once

TOTP_PURPOSE = "accounts.totp"
TOTP_SECONDS = 1800


def security_page(form: Form | None = None, status: int = 200) -> tuple[str, int]:
    user = me().user
    page = render_template(
        "accounts/security.html",
        form=form or (PasswordForm() if user.password_digest else NewPasswordForm()),
        user=user,
        passkeys=queries.passkeys(reading(), user.id),
        codes_left=queries.unused_codes(reading(), user.id),
    )
    return page, status


@blueprint.get("/console/account/security")
@needs(policy.READ)
def security() -> tuple[str, int]:
    return security_page()


@blueprint.post("/console/account/password")
@needs(policy.READ)
def change_password() -> Response | tuple[str, int]:
    form, present = PasswordForm(), me()
    if form.validate_on_submit():
        with refusals(form):
            is_theirs = signing_in.check_password(
                writing(),
                present.user.mail,
                form.current.data or "",
                address=None,
                browser=known_browser(present.user.mail_key),
            )
            if is_theirs:
                return _keep_password(form)
            form.refuse(_("This is not your present password."), "current")
    return security_page(form, 422)


@blueprint.post("/console/account/first-password")
@needs(policy.READ)
@proven("accounts.security")
def set_password() -> Response | tuple[str, int]:
    """For accounts that have only known links and passkeys so far."""
    form = NewPasswordForm()
    if me().user.password_digest is not None:
        return to("accounts.security")
    return _keep_password(form) if form.validate_on_submit() else security_page(form, 422)


def _keep_password(form: PasswordForm | NewPasswordForm) -> Response:
    factors.set_password(writing(), me().user, form.password.data or "", but=me().row.id)
    flash(_("Your password is changed, and every other browser is signed out."))
    return to("accounts.security")


@blueprint.get("/console/account/second-factor")
@needs(policy.READ)
@proven("accounts.second_factor")
def second_factor() -> tuple[str, int]:
    return second_factor_page()


def second_factor_page(
    status: int = 200, *, totp: TotpForm | None = None, passkey: PasskeyForm | None = None
) -> tuple[str, int]:
    """Both ways side by side; the secret travels in the form, nothing is kept before the first right code."""
    totp = totp or TotpForm(formdata=None)
    secret = _secret_of(totp)
    if secret is None:
        secret = factors.new_totp_secret()
        totp.secret.data = tokens.sign(_key(), TOTP_PURPOSE, [str(me().user.id), secret])
    page = render_template(
        "accounts/second_factor.html",
        form=totp,
        passkey=passkey or PasskeyForm(formdata=None),
        has_passkeys=passkeys.site(platform().settings) is not None,
        picture=_picture(factors.totp_address(me().user, secret)),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        is_limited=me().row.is_limited,
    )
    return page, status


@blueprint.post("/console/account/second-factor")
@needs(policy.READ)
@proven("accounts.second_factor")
def add_totp() -> Response | tuple[str, int]:
    form, present = TotpForm(), me()
    secret = _secret_of(form)
    if form.validate_on_submit() and secret is not None:
        with refusals(form):
            factors.add_totp(writing(), present.user, secret, form.code.data or "")
            sessions.unlimit(writing(), present.row.id)
            show_once("recovery_codes", factors.make_recovery_codes(writing(), present.user))
            return to("accounts.recovery_codes")
    return second_factor_page(422, totp=form)


@blueprint.post("/console/account/second-factor/removal")
@needs(policy.READ)
@proven("accounts.security")
def remove_totp() -> Response:
    form = EmptyForm()
    with refusals(form):
        factors.remove_totp(writing(), me().user)
        flash(_("One-time codes are off."))
    flash_refusals(form)
    return to("accounts.security")


@blueprint.post("/console/account/recovery-codes")
@needs(policy.READ)
@proven("accounts.security")
def make_codes() -> Response:
    show_once("recovery_codes", factors.make_recovery_codes(writing(), me().user))
    return to("accounts.recovery_codes")


@blueprint.get("/console/account/recovery-codes")
@needs(policy.READ)
def recovery_codes() -> Response | str:
    codes = shown_once("recovery_codes")
    if codes is None:
        return to("accounts.security")
    return render_template("accounts/recovery_codes.html", codes=codes)


def _secret_of(form: TotpForm) -> str | None:
    """The secret that this very member was shown within the last half hour."""
    payload = tokens.read(_key(), TOTP_PURPOSE, form.secret.data or "", max_age_seconds=TOTP_SECONDS)
    is_theirs = isinstance(payload, list) and payload[0] == str(me().user.id)
    return str(payload[1]) if is_theirs else None


def _key() -> str:
    return platform().settings.secret_key


def _picture(address: str) -> Markup:
    """A QR code, dark on white in either theme: cameras want it so."""
    drawing = io.BytesIO()
    segno.make(address, error="m").save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgns=False,
        scale=5,
        border=3,
        dark="#000",
        light="#fff",
        omitsize=True,
    )
    return Markup(drawing.getvalue().decode())  # noqa: S704  # segno's own drawing
