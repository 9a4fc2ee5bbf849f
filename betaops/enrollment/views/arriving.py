"""Bringing people in: invitations and files."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from betaops.enrollment import policy
from betaops.enrollment.forms.console import ImportForm, InviteForm
from betaops.enrollment.models import State
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import importing, inviting
from betaops.enrollment.views.place import program_of
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals

blueprint = Blueprint("arrivals", __name__, url_prefix="/console/programs/<slug>")


@blueprint.get("/invitations")
@needs(policy.READ)
def invitations(slug: str) -> str:
    program = program_of(slug)
    return render_template(
        "enrollment/console/invitations.html",
        program=program,
        page=queries.invitations(reading(), program.id, cursor=request.args.get("cursor")),
        at=clock.now(),
    )


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@needs(policy.IMPORT)
def invite(slug: str) -> Any:
    program = program_of(slug)
    form = InviteForm()
    if form.validate_on_submit():
        with refusals(form):
            done = inviting.invite(writing(), program.id, form.pairs())
            flash(
                ngettext(
                    "%(num)s invitation is on its way.",
                    "%(num)s invitations are on their way.",
                    len(done.sent),
                )
            )
            if done.already:
                flash(_("Invited a moment ago, not again: %(who)s", who=", ".join(done.already[:5])), "info")
            if done.inside:
                flash(_("In already: %(who)s", who=", ".join(done.inside[:5])), "info")
            return redirect(url_for(".invitations", slug=slug), 303)
    return render_template(
        "enrollment/console/invite.html", program=program, form=form
    ), 422 if form.errors else 200


@blueprint.post("/invitations/<id(inv):invitation_id>/renewal")
@needs(policy.IMPORT)
def renew(slug: str, invitation_id: uuid.UUID) -> Any:
    """Send it again, with a new link."""
    program = program_of(slug)
    inviting.renew(writing(), program.id, invitation_id)
    flash(_("Sent again, with a new link. The old one no longer works."))
    return redirect(url_for(".invitations", slug=slug), 303)


@blueprint.post("/invitations/<id(inv):invitation_id>/deletion")
@needs(policy.IMPORT)
def revoke(slug: str, invitation_id: uuid.UUID) -> Any:
    program = program_of(slug)
    inviting.revoke(writing(), program.id, invitation_id)
    flash(_("Withdrawn: the link opens nothing any more."))
    return redirect(url_for(".invitations", slug=slug), 303)


@blueprint.route("/imports/new", methods=["GET", "POST"])
@needs(policy.IMPORT)
def import_file(slug: str) -> Any:
    program = program_of(slug)
    form = ImportForm()
    if form.validate_on_submit():
        with refusals(form, field="file"):
            record = importing.begin_import(
                writing(),
                program.id,
                title=form.file.data.filename or "",
                data=form.file.data.read(),
                target=State(form.target.data),
            )
            return redirect(url_for(".imported", slug=slug, import_id=record.id), 303)
    page = render_template(
        "enrollment/console/import.html",
        program=program,
        form=form,
        imports=queries.imports(reading(), program.id),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/imports/<id(imp):import_id>")
@needs(policy.READ)
def imported(slug: str, import_id: uuid.UUID) -> str:
    """Progress while it runs, then the report."""
    program = program_of(slug)
    record = queries.tester_import(reading(), program.id, import_id)
    return render_template("enrollment/console/imported.html", program=program, record=record)
