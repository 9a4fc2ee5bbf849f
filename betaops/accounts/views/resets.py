"""A new password by mail. The answer is the same whether the address is known or not."""

from flask import Response, flash, render_template, request

from betaops.accounts import queries
from betaops.accounts.forms import ForgotForm, ResetForm
from betaops.accounts.models import Purpose
from betaops.accounts.service import resets
from betaops.accounts.views.frame import blueprint, to
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import refusals
from betaops.web.limits import limiter


@blueprint.get("/forgot")
@public
def forgot() -> str:
    return render_template("accounts/forgot.html", form=ForgotForm())


@blueprint.post("/forgot")
@limiter.limit("10 per minute")
@public
def ask_for_reset() -> tuple[str, int]:
    form = ForgotForm()
    if form.validate_on_submit():
        with refusals(form):
            resets.ask(writing(), form.mail.data or "", request.remote_addr)
            return render_template("accounts/forgot_sent.html", mail=form.mail.data), 200
    return render_template("accounts/forgot.html", form=form), 422


@blueprint.get("/reset/<token>")
@public
def reset(token: str) -> tuple[str, int]:
    return _page(token, ResetForm(), 200)


@blueprint.post("/reset/<token>")
@public
def save_new_password(token: str) -> Response | tuple[str, int]:
    form = ResetForm()
    if form.validate_on_submit():
        with refusals(form):
            resets.reset(writing(), token, form.password.data or "")
            flash(_("Your password is changed. Sign in with it; the second step stays as it was."))
            return to("accounts.sign_in")
    return _page(token, form, 422)


def _page(token: str, form: ResetForm, status: int) -> tuple[str, int]:
    is_good = queries.link_by_token(reading(), token, Purpose.RESET, clock.now()) is not None
    return render_template("accounts/reset.html", form=form, is_good=is_good), status if is_good else 410
