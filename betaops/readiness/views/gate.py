"""The gate of a program: criteria of entry, exit, suspension and resumption, and who has to sign."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from betaops.accounts import queries as account_queries
from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import policy, queries, service
from betaops.readiness.forms import KINDS, CriterionForm, ResumptionForm, RoleForm
from betaops.readiness.models import CriterionKind
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import EmptyForm, Form, refusals


@blueprint.get("/gate")
@needs(policy.SEE)
def gate(slug: str) -> str:
    return _page(slug)[0]


@blueprint.post("/gate/criteria")
@needs(policy.CHANGE)
def add_criterion(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = CriterionForm(prefix="criterion-")
    form.offer()
    if form.validate_on_submit():
        with refusals(form):
            service.add_criterion(
                writing(),
                program,
                CriterionKind(form.kind.data),
                text=form.text.data or "",
                looked_up=form.check(),
            )
            flash(_("The criterion is there."))
            return redirect(url_for(".gate", slug=slug), 303)
    return _page(slug, criterion=form)


@blueprint.post("/gate/usual")
@needs(policy.CHANGE)
def add_usual(slug: str) -> Any:
    """What most programs begin with."""
    program = program_queries.program_by_slug(reading(), slug)
    service.add_usual_criteria(writing(), program)
    return redirect(url_for(".gate", slug=slug), 303)


@blueprint.post("/gate/criteria/<id(gcr):criterion_id>/tick")
@needs(policy.CHANGE)
def tick(slug: str, criterion_id: UUID) -> Any:
    """`so` says whether it is so; else it no longer is."""
    program = program_queries.program_by_slug(reading(), slug)
    form = EmptyForm()
    with refusals(form):
        service.tick(writing(), program, criterion_id, is_so=bool(request.form.get("so")))
        return redirect(url_for(".gate", slug=slug), 303)
    return _page(slug, refused=form)


@blueprint.post("/gate/criteria/<id(gcr):criterion_id>/removal")
@needs(policy.CHANGE)
def remove_criterion(slug: str, criterion_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    service.remove_criterion(writing(), program, criterion_id)
    flash(_("The criterion is gone."))
    return redirect(url_for(".gate", slug=slug), 303)


@blueprint.post("/gate/signers")
@needs(policy.GATE)
def add_role(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = RoleForm(prefix="role-")
    form.offer(queries.able_to_sign(reading()))
    if form.validate_on_submit():
        with refusals(form):
            member_id = ids.decode("usr", form.member.data) if form.member.data else None
            service.add_role(writing(), program, form.name.data or "", member_id)
            flash(_("From the next decision on, this role has to sign."))
            return redirect(url_for(".gate", slug=slug), 303)
    return _page(slug, role=form)


@blueprint.post("/gate/signers/<id(sgr):role_id>/removal")
@needs(policy.GATE)
def remove_role(slug: str, role_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    service.remove_role(writing(), program, role_id)
    flash(_("From the next decision on, this role need not sign."))
    return redirect(url_for(".gate", slug=slug), 303)


@blueprint.post("/gate/resumption")
@needs(policy.SIGN)
def resume(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = ResumptionForm(prefix="resumption-")
    if form.validate_on_submit():
        with refusals(form):
            service.resume(writing(), program, form.note.data or "")
            flash(_("Releases may go on."))
            return redirect(url_for(".gate", slug=slug), 303)
    return _page(slug, resumption=form)


def _page(slug: str, **forms: Form) -> tuple[str, int]:
    """`forms` are those that were sent, by name; the others are fresh."""
    program = program_queries.program_by_slug(reading(), slug)
    criterion: Any = forms.get("criterion") or CriterionForm(prefix="criterion-", formdata=None)
    criterion.offer()
    role: Any = forms.get("role") or RoleForm(prefix="role-", formdata=None)
    role.offer(queries.able_to_sign(reading()))
    standings = queries.gate(reading(), program)
    suspension = queries.suspension(reading(), program.id)
    roles = queries.signer_roles(reading(), program.id)
    rendered = render_template(
        "readiness/gate.html",
        program=program,
        kinds=KINDS,
        standings=standings,
        suspension=suspension,
        past=[each for each in queries.suspensions(reading(), program.id) if each.resumed_at is not None],
        roles=roles,
        holders=account_queries.names(reading(), {each.user_id for each in roles if each.user_id}),
        criterion=criterion,
        role=role,
        resumption=forms.get("resumption") or ResumptionForm(prefix="resumption-", formdata=None),
        # Where nothing is suspended any more, its form is not on the page.
        refused=forms.get("refused") or (forms.get("resumption") if suspension is None else None),
    )
    return rendered, 422 if any(each.errors for each in forms.values()) else 200
