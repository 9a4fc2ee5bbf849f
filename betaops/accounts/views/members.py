"""Who works here: invitations, roles, leaving."""

import uuid

from flask import Response, flash, render_template

from betaops.accounts import policy, queries
from betaops.accounts.forms import InviteForm, RoleForm
from betaops.accounts.permissions import Role
from betaops.accounts.service import members
from betaops.accounts.viewers import proven
from betaops.accounts.views.frame import blueprint, flash_refusals, to
from betaops.accounts.words import ROLE_NOTES, ROLE_WORDS
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals


@blueprint.get("/console/settings/members")
@needs(policy.READ)
def list_members() -> str:
    return render_template(
        "accounts/members.html",
        members=queries.members(reading()),
        invitations=queries.invitations(reading()),
        roles=[(role, ROLE_WORDS[role], ROLE_NOTES[role]) for role in Role],
        words=ROLE_WORDS,
    )


def _invite_form() -> InviteForm:
    form = InviteForm()
    form.role.choices = [(role.value, f"{ROLE_WORDS[role]} – {ROLE_NOTES[role]}") for role in Role]
    if not form.is_submitted():
        form.role.data = Role.MANAGER.value
    return form


@blueprint.get("/console/settings/members/invite")
@needs(policy.MEMBERS)
@proven("accounts.new_invitation")
def new_invitation() -> str:
    return render_template("accounts/invite.html", form=_invite_form())


@blueprint.post("/console/settings/members/invite")
@needs(policy.MEMBERS)
@proven("accounts.new_invitation")
def invite() -> Response | tuple[str, int]:
    form = _invite_form()
    if form.validate_on_submit():
        with refusals(form, "mail"):
            members.invite(writing(), form.mail.data or "", Role(form.role.data))
            flash(_("Invited %(mail)s.", mail=form.mail.data))
            return to("accounts.list_members")
    return render_template("accounts/invite.html", form=form), 422


@blueprint.post("/console/settings/members/invitations/<id(inv):invitation_id>/again")
@needs(policy.MEMBERS)
@proven("accounts.list_members")
def invite_again(invitation_id: uuid.UUID) -> Response:
    """A new link by mail; the old one stops working."""
    invitation = members.invite_again(writing(), invitation_id)
    flash(_("Invited %(mail)s again. The link sent before does not work any more.", mail=invitation.mail))
    return to("accounts.list_members")


@blueprint.post("/console/settings/members/invitations/<id(inv):invitation_id>/revocation")
@needs(policy.MEMBERS)
def revoke_invitation(invitation_id: uuid.UUID) -> Response:
    members.revoke_invitation(writing(), invitation_id)
    flash(_("The invitation is taken back."))
    return to("accounts.list_members")


@blueprint.post("/console/settings/members/<id(mem):membership_id>/role")
@needs(policy.MEMBERS)
@proven("accounts.list_members")
def change_role(membership_id: uuid.UUID) -> Response:
    form, member = RoleForm(), queries.member(reading(), membership_id)
    form.role.choices = [(role.value, ROLE_WORDS[role]) for role in Role]
    if form.validate_on_submit():
        with refusals(form):
            members.change_role(writing(), member.membership.id, Role(form.role.data))
            flash(_("The role of %(name)s is changed.", name=member.user.name))
    flash_refusals(form)
    return to("accounts.list_members")


@blueprint.post("/console/settings/members/<id(mem):membership_id>/removal")
@needs(policy.MEMBERS)
@proven("accounts.list_members")
def remove(membership_id: uuid.UUID) -> Response:
    form, person = EmptyForm(), queries.member(reading(), membership_id).user
    with refusals(form):
        members.remove(writing(), membership_id)
        flash(_("%(name)s does not work here any more.", name=person.name))
    flash_refusals(form)
    return to("accounts.list_members")


@blueprint.post("/console/settings/departure")
@needs(policy.READ)
@proven("accounts.list_members")
def leave() -> Response:
    """Give up one's own place in this workspace."""
    form = EmptyForm()
    with refusals(form):
        members.leave(writing(), viewer().id)
        flash(_("You do not work there any more."))
        return to("start.start")
    flash_refusals(form)
    return to("accounts.list_members")
