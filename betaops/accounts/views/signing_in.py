"""Sign in, prove it again, sign out."""

from typing import cast

from flask import Response, flash, redirect, render_template, request, session, url_for

from betaops.accounts import passwords, policy, queries
from betaops.accounts.events import MemberSignedOut
from betaops.accounts.forms import CodeForm, ProveForm, SignInForm
from betaops.accounts.models import User
from betaops.accounts.service import sessions, signing_in, throttles
from betaops.accounts.viewers import signed_in
from betaops.accounts.views import blueprint
from betaops.accounts.views._session import PENDING, PENDING_SECONDS, admit, dismiss, local
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs, public
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | str:
    if viewer().kind == "member":
        return cast(Response, redirect(url_for("start.start"), 303))
    form = SignInForm(next=local(request.args.get("next")) or "")
    return render_template("accounts/sign_in.html", form=form)


@blueprint.post("/sign-in")
@public
def check_password() -> Response | tuple[str, int]:
    form = SignInForm()
    if form.validate_on_submit():
        with refusals(form):
            user = signing_in.check_password(
                writing(), form.mail.data or "", form.password.data or "", request.remote_addr
            )
            if user is not None:
                return _go_on(user, local(form.next.data))
            form.refuse(_("This address and password do not belong together."))
    form.password.data = ""
    return render_template("accounts/sign_in.html", form=form), 422


def _go_on(user: User, next_url: str | None) -> Response:
    """To the second factor, or to setting one up."""
    if not queries.has_second_factor(reading(), user):
        return admit(user, "password", is_limited=True)
    session[PENDING] = {"user": str(user.id), "at": int(clock.now().timestamp()), "next": next_url}
    return cast(Response, redirect(url_for("accounts.code"), 303))


def pending_user() -> User | None:
    """Who has given the password in this browser in the last minutes and owes the second factor."""
    import uuid

    pending = session.get(PENDING)
    if not pending or clock.now().timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    return reading().get(User, uuid.UUID(pending["user"]))


@blueprint.get("/sign-in/code")
@public
def code() -> Response | str:
    user = pending_user()
    if user is None:
        return cast(Response, redirect(url_for("accounts.sign_in"), 303))
    return render_template(
        "accounts/code.html", form=CodeForm(), has_passkey=bool(queries.passkeys(reading(), user.id))
    )


@blueprint.post("/sign-in/code")
@public
def check_code() -> Response | tuple[str, int]:
    user = pending_user()
    if user is None:
        flash(_("That took too long. Enter your password again."))
        return cast(Response, redirect(url_for("accounts.sign_in"), 303))
    form = CodeForm()
    if form.validate_on_submit():
        with refusals(form):
            if signing_in.check_code(writing(), user, form.code.data or "", request.remote_addr):
                return admit(user, "code", next_url=session[PENDING].get("next"))
            form.refuse(_("This code is wrong, old, or was used before."), "code")
    has_passkey = bool(queries.passkeys(reading(), user.id))
    return render_template("accounts/code.html", form=form, has_passkey=has_passkey), 422


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    present = signed_in()
    if present is not None:
        writing().record(MemberSignedOut(user_id=present.user.id))
    dismiss()
    response = cast(Response, redirect(url_for("accounts.sign_in"), 303))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/fresh")
@needs(policy.READ)
def fresh() -> str:
    """Asked before sensitive changes when the last proof is a while ago."""
    return render_template("accounts/fresh.html", form=ProveForm(next=local(request.args.get("next")) or ""))


@blueprint.post("/fresh")
@needs(policy.READ)
def freshen() -> Response | tuple[str, int]:
    form, present = ProveForm(), signed_in()
    assert present is not None
    if form.validate_on_submit():
        with refusals(form):
            account = present.user.mail_key
            throttles.check(writing(), account=account, address=request.remote_addr)
            if passwords.matches(present.user.password_digest, form.password.data or ""):
                sessions.freshen(writing(), present.row.id)
                return cast(Response, redirect(local(form.next.data) or url_for("start.start"), 303))
            throttles.failed(writing(), account=account, address=request.remote_addr)
            form.refuse(_("This is not your password."), "password")
    return render_template("accounts/fresh.html", form=form), 422
