"""Sign in and sign out."""

from flask import Response, flash, render_template, request

from betaops.accounts import queries
from betaops.accounts.addresses import comparable
from betaops.accounts.forms import CodeForm, SignInForm
from betaops.accounts.service import passkeys, signing_in
from betaops.accounts.viewers import signed_in
from betaops.accounts.views.browser import admit, ask_for_code, dismiss, known_browser, pending_user
from betaops.accounts.views.frame import blueprint, platform, to, to_path
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals
from betaops.web.here import local
from betaops.web.limits import limiter


def sign_in_page(form: SignInForm, status: int = 200) -> tuple[str, int]:
    form.password.data = ""
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        has_passkeys=passkeys.site(platform().settings) is not None,
    )
    return page, status


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | tuple[str, int]:
    if viewer().kind == "member":
        return to_path(local(request.args.get("next")))
    return sign_in_page(SignInForm(next=local(request.args.get("next")) or ""))


@blueprint.post("/sign-in")
@limiter.limit("30 per minute")
@public
def check_password() -> Response | tuple[str, int]:
    form = SignInForm()
    if form.validate_on_submit():
        mail = form.mail.data or ""
        with refusals(form):
            user = signing_in.check_password(
                writing(),
                mail,
                form.password.data or "",
                address=request.remote_addr,
                browser=known_browser(comparable(mail)),
            )
            if user is not None and queries.has_second_factor(reading(), user):
                return ask_for_code(user, local(form.next.data))
            if user is not None:
                return admit(user, "password", is_limited=True)
            form.refuse(_("This address and password do not belong together."))
    return sign_in_page(form, 422)


def code_page(form: CodeForm, status: int = 200) -> Response | tuple[str, int]:
    user = pending_user()
    if user is None:
        flash(_("That took too long. Enter your password again."), "warning")
        return to("accounts.sign_in")
    page = render_template(
        "accounts/code.html",
        form=form,
        has_codes=user.has_second_factor,
        has_passkey=bool(queries.passkeys(reading(), user.id)),
    )
    return page, status


@blueprint.get("/sign-in/code")
@public
def code() -> Response | tuple[str, int]:
    return code_page(CodeForm())


@blueprint.post("/sign-in/code")
@limiter.limit("30 per minute")
@public
def check_code() -> Response | tuple[str, int]:
    form, user = CodeForm(), pending_user()
    if user is not None and form.validate_on_submit():
        with refusals(form, "code"):
            if signing_in.check_code(writing(), user, form.code.data or "", address=request.remote_addr):
                return admit(user, "code")
            form.refuse(_("This code is wrong, old, or was used before."), "code")
    return code_page(form, 422)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    present = signed_in()
    if present is not None:
        signing_in.signed_out(writing(), present.user)
    dismiss()
    response = to("accounts.sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
