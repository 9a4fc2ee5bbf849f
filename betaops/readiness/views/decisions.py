"""Deciding: the gate review, the signatures under it, what was decided before."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from betaops.accounts.viewers import is_proven
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.readiness import board, evidence, policy, queries, service
from betaops.readiness.board import Row
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.forms import DecisionForm, SignatureForm, WithdrawalForm
from betaops.readiness.models import Stance
from betaops.readiness.views import blueprint
from betaops.readiness.views.decision_page import capacity, may_sign, offer_roles, page
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import refusals


@blueprint.route("/decisions/new", methods=["GET", "POST"])
@needs(policy.SIGN)
def decide(slug: str) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    standing = queries.decision_that_stands(reading(), program.id)
    if standing is not None and request.method == "GET":
        return redirect(url_for(".decision", slug=slug, decision_id=standing.id), 303)
    if request.method == "GET" and not is_proven():
        return redirect(url_for("accounts.prove", next=request.path), 303)
    rows = queries.board(reading(), program.id)
    missing, roles = board.missing(rows), queries.roles_to_sign(reading(), program.id)
    seen = evidence.fingerprint([row.to_json() for row in rows])
    form = DecisionForm(data={"role": capacity(), "seen": seen})
    offer_roles(form, roles)
    if form.validate_on_submit() and may_sign(form):
        with refusals(form):
            return redirect(
                url_for(".decision", slug=slug, decision_id=_proposed(form, program, missing)), 303
            )
    if form.is_submitted():
        form.seen.data = seen
    refused = list(form.waivers.errors)
    form.offer_waivers(missing)
    form.waivers.errors = refused
    rendered = render_template(
        "readiness/decide.html",
        program=program,
        form=form,
        rows=rows,
        recommended=board.recommended(rows),
        missing=missing,
        far=board.far(rows),
        gate=queries.gate(reading(), program, rows),
        roles=roles,
        must_prove=not is_proven(),
    )
    return rendered, 422 if form.errors else 200


def _proposed(form: DecisionForm, program: Program, missing: list[Row]) -> UUID:
    """The decision's id; a second press of the button leads to what the first made."""
    try:
        decision = service.propose(
            writing(),
            program,
            Choice(form.choice.data),
            role=form.capacity(),
            fills=form.filled(),
            seen=form.seen.data or "",
            reason=form.reason.data or "",
            conditions=form.stated_conditions(),
            waivers=form.stated_waivers(missing),
            next_look_on=form.next_look_on.data,
        )
    except service.ProposedAlready as already:
        flash(already.message)
        return already.decision_id
    flash(_("Signed.") if decision.in_force_at else _("Signed. It waits for further signatures."))
    return decision.id


@blueprint.get("/decisions")
@needs(policy.SEE)
def decisions(slug: str) -> str:
    program = program_queries.program_by_slug(reading(), slug)
    found = queries.decisions(reading(), program.id)
    return render_template(
        "readiness/decisions.html",
        program=program,
        decisions=found,
        signatures=queries.signatures(reading(), [each.id for each in found]),
    )


@blueprint.get("/decisions/<id(dec):decision_id>")
@needs(policy.SEE)
def decision(slug: str, decision_id: UUID) -> str:
    return page(slug, decision_id)[0]


@blueprint.post("/decisions/<id(dec):decision_id>/signatures")
@needs(policy.SIGN)
def sign(slug: str, decision_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = SignatureForm()
    found = queries.decision(reading(), program.id, decision_id)
    given = queries.signatures(reading(), [found.id])[found.id]
    offer_roles(form, queries.quorum_of(found, given).open_roles)
    if form.validate_on_submit() and may_sign(form):
        with refusals(form):
            service.sign(
                writing(),
                program,
                decision_id,
                Stance(form.stance.data),
                role=form.capacity(),
                fills=form.filled(),
                reason=form.reason.data or "",
            )
            flash(_("Your signature stands."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form)


@blueprint.post("/decisions/<id(dec):decision_id>/withdrawal")
@needs(policy.SIGN)
def withdraw(slug: str, decision_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = WithdrawalForm(prefix="withdrawal-")
    if form.validate_on_submit() and may_sign(form):
        with refusals(form):
            service.withdraw(writing(), program, decision_id, form.reason.data or "")
            flash(_("The decision is withdrawn. It stays to be read."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return page(slug, decision_id, form)
