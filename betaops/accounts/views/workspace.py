"""The workspace's settings: its name, and what each role may do."""

from flask import Response, flash, render_template

from betaops.accounts import policy, queries
from betaops.accounts.forms import WorkspaceForm
from betaops.accounts.permissions import ROLES, WORDS, Permission, Role
from betaops.accounts.service import members
from betaops.accounts.views.frame import blueprint, to, workspace_id
from betaops.accounts.words import ROLE_NOTES, ROLE_WORDS
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing


def _page(form: WorkspaceForm, status: int) -> tuple[str, int]:
    workspace = queries.workspace(reading(), workspace_id())
    return render_template("accounts/settings.html", form=form, workspace=workspace), status


@blueprint.get("/console/settings")
@needs(policy.READ)
def settings() -> tuple[str, int]:
    return _page(WorkspaceForm(name=viewer().workspace_name), 200)


@blueprint.post("/console/settings")
@needs(policy.WORKSPACE)
def save_settings() -> Response | tuple[str, int]:
    form = WorkspaceForm()
    if form.validate_on_submit():
        members.rename(writing(), form.name.data or "")
        flash(_("Saved."))
        return to("accounts.settings")
    return _page(form, 422)


@blueprint.get("/console/settings/roles")
@needs(policy.READ)
def roles() -> str:
    return render_template(
        "accounts/roles.html",
        roles=[(role, ROLE_WORDS[role], ROLE_NOTES[role], ROLES[role]) for role in Role],
        permissions=[(permission, WORDS[permission]) for permission in Permission],
        mine=viewer().role,
    )
