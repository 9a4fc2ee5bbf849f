"""Accepting an invitation to work in a workspace."""

from flask import Response, flash, render_template

from betaops.accounts import queries
from betaops.accounts.forms import JoinForm
from betaops.accounts.models import User
from betaops.accounts.service import members
from betaops.accounts.viewers import signed_in
from betaops.accounts.views.browser import admit
from betaops.accounts.views.frame import blueprint
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, Form, refusals


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> tuple[str, int]:
    return _page(token, None, 200)


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Response | tuple[str, int]:
    """Known people press a button, signed in as themselves; new ones choose a name and a password."""
    found = queries.invitation_by_token(reading(), token, clock.now())
    known = queries.user_by_mail(reading(), found.mail) if found is not None else None
    form: Form = EmptyForm() if known is not None else JoinForm()
    if found is not None and (known is None or _is_me(known)) and form.validate_on_submit():
        with refusals(form):
            joined = members.accept_invitation(writing(), token, known, **_typed(form))
            flash(_("Welcome."))
            return admit(joined, "invitation", is_limited=known is None)
    return _page(token, form, 422)


def _typed(form: Form) -> dict[str, str]:
    is_new = isinstance(form, JoinForm)
    return {"name": form.name.data or "", "password": form.password.data or ""} if is_new else {}


def _page(token: str, form: Form | None, status: int) -> tuple[str, int]:
    found = queries.invitation_by_token(reading(), token, clock.now())
    if found is None:
        return render_template("accounts/invitation.html", form=EmptyForm(), invitation=None), 410
    known = queries.user_by_mail(reading(), found.mail)
    page = render_template(
        "accounts/invitation.html",
        form=form or (EmptyForm() if known is not None else JoinForm()),
        invitation=found,
        workspace=queries.workspace(reading(), found.workspace_id),
        role=ROLE_WORDS[found.role],
        is_known=known is not None,
        is_me=known is not None and _is_me(known),
        present=signed_in(),
    )
    return page, status


def _is_me(user: User) -> bool:
    present = signed_in()
    return present is not None and present.user.id == user.id
