"""The workspace's settings: name, members, roles, API keys."""

import uuid
from datetime import timedelta
from typing import Any, cast

from flask import Response, flash, redirect, render_template, url_for

from betaops.accounts import policy, queries
from betaops.accounts.forms import InviteForm, KeyForm, RoleForm, WorkspaceForm
from betaops.accounts.permissions import ROLES, SCOPES, WORDS, Permission, Role
from betaops.accounts.service import keys, members
from betaops.accounts.views import blueprint
from betaops.accounts.views.account import must_prove
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import EmptyForm, refusals

KEY_DAYS = {"30": _l("30 days"), "90": _l("90 days"), "365": _l("One year"), "": _l("No end")}


def _roles() -> list[tuple[str, Any]]:
    return [(role.value, ROLE_WORDS[role]) for role in Role]


def _to(endpoint: str) -> Response:
    return cast(Response, redirect(url_for(endpoint), 303))


@blueprint.get("/console/settings")
@needs(policy.READ)
def settings() -> str:
    form = WorkspaceForm(name=viewer().workspace_name)
    return render_template("accounts/settings.html", form=form)


@blueprint.post("/console/settings")
@needs(policy.WORKSPACE)
def save_settings() -> Response | tuple[str, int]:
    form = WorkspaceForm()
    if form.validate_on_submit():
        members.rename(writing(), form.name.data or "")
        flash(_("Saved."))
        return _to("accounts.settings")
    return render_template("accounts/settings.html", form=form), 422


def _members_page(status: int = 200, form: InviteForm | None = None) -> tuple[str, int]:
    if form is None:
        form = InviteForm(role=Role.MANAGER.value)
        form.role.choices = _roles()
    page = render_template(
        "accounts/members.html",
        form=form,
        members=queries.members(reading()),
        invitations=queries.invitations(reading()),
        roles=_roles(),
        role_words=ROLE_WORDS,
        empty=EmptyForm(),
    )
    return page, status


@blueprint.get("/console/settings/members")
@needs(policy.READ)
def list_members() -> tuple[str, int]:
    return _members_page()


@blueprint.post("/console/settings/members/invitations")
@needs(policy.MEMBERS)
def invite() -> Response | tuple[str, int]:
    form = InviteForm()
    form.role.choices = _roles()
    if form.validate_on_submit():
        with refusals(form, "mail"):
            members.invite(writing(), form.mail.data or "", Role(form.role.data))
            flash(_("Invited %(mail)s.", mail=form.mail.data))
            return _to("accounts.list_members")
    return _members_page(422, form)


@blueprint.post("/console/settings/members/invitations/<id(inv):invitation_id>/revocation")
@needs(policy.MEMBERS)
def revoke_invitation(invitation_id: uuid.UUID) -> Response:
    members.revoke_invitation(writing(), invitation_id)
    flash(_("The invitation is taken back."))
    return _to("accounts.list_members")


@blueprint.post("/console/settings/members/<id(mem):membership_id>/role")
@needs(policy.MEMBERS)
def change_role(membership_id: uuid.UUID) -> Response | tuple[str, int]:
    form = RoleForm()
    form.role.choices = _roles()
    if form.validate_on_submit():
        with refusals(form):
            members.change_role(writing(), membership_id, Role(form.role.data))
            flash(_("The role is changed."))
            return _to("accounts.list_members")
    return _refused(form)


@blueprint.post("/console/settings/members/<id(mem):membership_id>/removal")
@needs(policy.MEMBERS)
def remove(membership_id: uuid.UUID) -> Response | tuple[str, int]:
    form = EmptyForm()
    with refusals(form):
        members.remove(writing(), membership_id)
        flash(_("Removed from this workspace."))
        return _to("accounts.list_members")
    return _refused(form)


def _refused(form: Any) -> Response:
    for message in (*form.form_errors, *(line for field in form for line in field.errors)):
        flash(str(message), "danger")
    return _to("accounts.list_members")


@blueprint.get("/console/settings/roles")
@needs(policy.READ)
def roles() -> str:
    return render_template(
        "accounts/roles.html", roles=_roles(), table_of=ROLES, permissions=[(p, WORDS[p]) for p in Permission]
    )


def _key_form() -> KeyForm:
    form = KeyForm()
    form.scopes.choices = [(scope.value, WORDS[scope]) for scope in Permission if scope in SCOPES]
    form.days.choices = list(KEY_DAYS.items())
    return form


def _keys_page(form: KeyForm, status: int = 200, shown: str | None = None) -> tuple[str, int]:
    page = render_template(
        "accounts/keys.html",
        form=form,
        keys=queries.api_keys(reading()),
        shown=shown,
        empty=EmptyForm(),
        words=WORDS,
    )
    return page, status


@blueprint.get("/console/settings/keys")
@needs(policy.KEYS)
def list_keys() -> tuple[str, int]:
    return _keys_page(_key_form())


@blueprint.post("/console/settings/keys")
@needs(policy.KEYS)
def create_key() -> Response | tuple[str, int]:
    proof, form = must_prove("accounts.list_keys"), _key_form()
    if proof is not None:
        return proof
    if form.validate_on_submit():
        with refusals(form):
            days = int(form.days.data) if form.days.data else None
            _row, plain = keys.create_key(
                writing(),
                form.name.data or "",
                {Permission(scope) for scope in form.scopes.data or []},
                expires_at=writing().now + timedelta(days=days) if days else None,
            )
            return _keys_page(_key_form(), 201, plain)
    return _keys_page(form, 422)


@blueprint.post("/console/settings/keys/<id(key):api_key_id>/revocation")
@needs(policy.KEYS)
def revoke_key(api_key_id: uuid.UUID) -> Response:
    keys.revoke_key(writing(), api_key_id)
    flash(_("The key lets nobody in any more."))
    return _to("accounts.list_keys")
