"""A new password by mail. The answer is the same whether the address is known or not."""

from typing import cast

from flask import Response, flash, redirect, render_template, request, url_for

from betaops.accounts import queries
from betaops.accounts.forms import ForgotForm, ResetForm
from betaops.accounts.models import Purpose, User
from betaops.accounts.service import factors, links, resets
from betaops.accounts.views import blueprint
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.get("/forgot")
@public
def forgot() -> str:
    return render_template("accounts/forgot.html", form=ForgotForm())


@blueprint.post("/forgot")
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
    is_good = queries.link_by_token(reading(), token, Purpose.RESET, clock.now()) is not None
    return render_template("accounts/reset.html", form=ResetForm(), is_good=is_good), 200 if is_good else 410


@blueprint.post("/reset/<token>")
@public
def save_new_password(token: str) -> Response | tuple[str, int]:
    form = ResetForm()
    is_good = queries.link_by_token(reading(), token, Purpose.RESET, clock.now()) is not None
    if is_good and form.validate_on_submit():
        with refusals(form):
            spent = links.spend(writing(), token, Purpose.RESET)
            user = writing().session.get(User, spent.user_id)
            if user is None:
                raise NotFound
            factors.set_password(writing(), user, form.password.data or "")
            flash(_("Your password is changed. Sign in with it; the second step stays as it was."))
            return cast(Response, redirect(url_for("accounts.sign_in"), 303))
    return render_template("accounts/reset.html", form=form, is_good=is_good), 422 if is_good else 410
