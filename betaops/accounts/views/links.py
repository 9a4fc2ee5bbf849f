"""What stands behind one-time links. A GET only shows a button: mail scanners follow links, people press."""

from flask import Response, render_template

from betaops.accounts import passwords, queries
from betaops.accounts.forms import SetupForm
from betaops.accounts.models import Purpose, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import links, workspaces
from betaops.accounts.views import blueprint
from betaops.accounts.views._session import admit
from betaops.kernel import clock
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals


@blueprint.after_request
def no_referrer(response: Response) -> Response:
    """Addresses here may be secrets: no page that is opened from them learns of them."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/link/<token>")
@public
def link(token: str) -> tuple[str, int]:
    found = queries.link_by_token(reading(), token, Purpose.SIGN_IN, clock.now())
    return render_template(
        "accounts/link.html", form=EmptyForm(), is_good=found is not None
    ), 200 if found else 410


@blueprint.post("/link/<token>")
@public
def spend_link(token: str) -> Response | tuple[str, int]:
    form = EmptyForm()
    with refusals(form):
        spent = links.spend(writing(), token, Purpose.SIGN_IN)
        user = writing().session.get(User, spent.user_id)
        if user is None or user.disabled_at is not None:
            raise Refused(
                "link_spent", _("This link was used, has run out, or was cut off. Ask for a new one.")
            )
        return admit(user, "link")
    return render_template("accounts/link.html", form=form, is_good=False), 410


@blueprint.get("/setup/<token>")
@public
def setup(token: str) -> tuple[str, int]:
    found = queries.link_by_token(reading(), token, Purpose.SET_UP, clock.now())
    return render_template(
        "accounts/setup.html", form=SetupForm(), is_good=found is not None
    ), 200 if found else 410


@blueprint.post("/setup/<token>")
@public
def make_first_account(token: str) -> Response | tuple[str, int]:
    form = SetupForm()
    is_good = queries.link_by_token(reading(), token, Purpose.SET_UP, clock.now()) is not None
    if is_good and form.validate_on_submit():
        with refusals(form):
            work = writing()
            links.spend(work, token, Purpose.SET_UP)
            if queries.user_by_mail(work.session, form.mail.data or ""):
                raise Refused(
                    "known", _("There is an account with this address already. Sign in."), field="mail"
                )
            workspaces.create_workspace(work, form.workspace.data or "")
            user = workspaces.create_user(work, form.mail.data or "", form.name.data or "")
            user.password_digest = passwords.digest(form.password.data or "")
            workspaces.join(work, user, Role.OWNER)
            return admit(user, "setup", is_limited=True)
    form.password.data = ""
    return render_template("accounts/setup.html", form=form, is_good=is_good), 422 if is_good else 410
