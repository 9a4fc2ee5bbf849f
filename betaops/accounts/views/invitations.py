"""Accepting an invitation to work in a workspace."""

from flask import Response, flash, render_template

from betaops.accounts import queries
from betaops.accounts.forms import JoinForm
from betaops.accounts.permissions import Role
from betaops.accounts.service import factors, members
from betaops.accounts.viewers import signed_in
from betaops.accounts.views import blueprint
from betaops.accounts.views._session import admit
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel import clock
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.web.access import public
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, refusals


def _page(token: str, form: object, status: int) -> tuple[str, int]:
    """Known people only press a button, signed in as themselves; new ones choose a name and a password."""
    invitation = queries.invitation_by_token(reading(), token, clock.now())
    if invitation is None:
        return render_template("accounts/invitation.html", form=form, invitation=None), 410
    known = queries.user_by_mail(reading(), invitation.mail)
    page = render_template(
        "accounts/invitation.html",
        form=form,
        invitation=invitation,
        workspace=queries.workspace(reading(), invitation.workspace_id),
        role=ROLE_WORDS[Role(invitation.role)],
        is_known=known is not None,
        is_me=known is not None and _is_me(known.id),
    )
    return page, status


def _is_me(user_id: object) -> bool:
    present = signed_in()
    return present is not None and present.user.id == user_id


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> tuple[str, int]:
    return _page(token, JoinForm(), 200)


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Response | tuple[str, int]:
    found = queries.invitation_by_token(reading(), token, clock.now())
    known = queries.user_by_mail(reading(), found.mail) if found is not None else None
    form = JoinForm() if known is None else EmptyForm()
    if found is not None and form.validate_on_submit():
        with refusals(form):
            if known is not None and not _is_me(known.id):
                raise Refused(
                    "sign_in_first",
                    _("You have an account with this address. Sign in, then open the link again."),
                )
            user, is_new = members.accept_invitation(
                writing(), token, known, name=(form.name.data or "") if isinstance(form, JoinForm) else ""
            )
            if is_new and isinstance(form, JoinForm):
                factors.set_password(writing(), user, form.password.data or "")
            flash(_("Welcome."))
            return admit(user, "invitation", is_limited=is_new)
    return _page(token, form, 422)
