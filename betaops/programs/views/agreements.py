"""Drafting, publishing and reading the agreement."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import policy, queries, service
from betaops.programs.forms import AgreementForm
from betaops.programs.views.settings import tabs
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import EmptyForm, refusals

blueprint = Blueprint("program_agreements", __name__, url_prefix="/console/programs/<slug>/settings")


@blueprint.route("/agreement", methods=["GET", "POST"])
@needs(policy.WRITE)
def edit(slug: str) -> Any:
    """The draft if there is one, else what a new draft would start from."""
    program = queries.program_by_slug(reading(), slug)
    numbers = queries.agreements(reading(), program.id)
    draft = numbers[0] if numbers and numbers[0].published_at is None else None
    start = draft or (numbers[0] if numbers else None)
    saved = AgreementForm(formdata=None)
    saved.markdown.data = start.markdown if start else ""
    saved.version.data = str(draft.version) if draft else "0"
    form = AgreementForm()
    conflict = None
    if form.validate_on_submit():
        with refusals(form):
            service.save_draft(
                writing(), program.id, version=number(form.version.data), markdown=form.markdown.data or ""
            )
            flash(_("The draft is saved. Testers see it once it is published."))
            return redirect(url_for(".edit", slug=slug), 303)
        if start is not None:
            conflict = conflict_with(
                form,
                saved,
                version=draft.version if draft else 0,
                who=start.changed_by,
                when=start.changed_at,
            )
    page = render_template(
        "programs/agreement.html",
        program=program,
        tabs=tabs(program, "agreement"),
        form=form if form.is_submitted() else saved,
        draft=draft,
        published=[row for row in numbers if row.published_at is not None],
        button_form=EmptyForm(),
        conflict_found=conflict,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/agreement/publication")
@needs(policy.WRITE)
def publish(slug: str) -> Any:
    program = queries.program_by_slug(reading(), slug)
    agreement = service.publish_agreement(writing(), program.id)
    flash(_("Agreement %(number)s is in force. It never changes any more.", number=agreement.number))
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.post("/agreement/draft/deletion")
@needs(policy.WRITE)
def discard(slug: str) -> Any:
    program = queries.program_by_slug(reading(), slug)
    service.discard_draft(writing(), program.id)
    flash(_("The draft is gone. What is published stays."))
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.get("/agreement/<int:agreement_number>")
@needs(policy.READ)
def show(slug: str, agreement_number: int) -> str:
    program = queries.program_by_slug(reading(), slug)
    agreement = queries.agreement(reading(), program.id, agreement_number)
    if agreement.published_at is None:
        raise NotFound
    return render_template(
        "programs/agreement_show.html",
        program=program,
        tabs=tabs(program, "agreement"),
        agreement=agreement,
    )
