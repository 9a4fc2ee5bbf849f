"""What stands behind one-time links. A GET only shows a button: mail scanners follow links, people press."""

from flask import Response, render_template

from betaops.accounts import queries
from betaops.accounts.forms import SetupForm
from betaops.accounts.models import Purpose
from betaops.accounts.service import links, workspaces
from betaops.accounts.views.browser import admit
from betaops.accounts.views.frame import blueprint
from betaops.kernel import clock
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals


def _is_good(token: str, purpose: Purpose) -> bool:
    return queries.link_by_token(reading(), token, purpose, clock.now()) is not None


@blueprint.get("/link/<token>")
@public
def link(token: str) -> tuple[str, int]:
    is_good = _is_good(token, Purpose.SIGN_IN)
    return render_template("accounts/link.html", form=EmptyForm(), is_good=is_good), 200 if is_good else 410


@blueprint.post("/link/<token>")
@public
def spend_link(token: str) -> Response | tuple[str, int]:
    form = EmptyForm()
    with refusals(form):
        return admit(links.spend_for(writing(), token, Purpose.SIGN_IN), "link")
    return render_template("accounts/link.html", form=EmptyForm(), is_good=False), 410


@blueprint.get("/setup/<token>")
@public
def setup(token: str) -> tuple[str, int]:
    is_good = _is_good(token, Purpose.SET_UP)
    page = render_template("accounts/setup.html", form=SetupForm(), is_good=is_good)
    return page, 200 if is_good else 410


@blueprint.post("/setup/<token>")
@public
def make_first_account(token: str) -> Response | tuple[str, int]:
    form = SetupForm()
    is_good = _is_good(token, Purpose.SET_UP)
    if is_good and form.validate_on_submit():
        with refusals(form):
            work = writing()
            links.spend(work, token, Purpose.SET_UP)
            user = workspaces.found(
                work,
                form.workspace.data or "",
                mail=form.mail.data or "",
                name=form.name.data or "",
                password=form.password.data,
            )
            return admit(user, "setup", is_limited=True)
    form.password.data = ""
    return render_template("accounts/setup.html", form=form, is_good=is_good), 422 if is_good else 410
