"""Deciding: the gate, the signatures under it, what was decided before."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from betaops.accounts.permissions import Role
from betaops.accounts.viewers import is_proven
from betaops.kernel.i18n import gettext as _
from betaops.programs import queries as program_queries
from betaops.readiness import board, evidence, policy, queries, service
from betaops.readiness.forms import DecisionForm, SignatureForm, WithdrawalForm
from betaops.readiness.models import Stance
from betaops.readiness.recommendation import Choice
from betaops.readiness.views import blueprint
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import Form, refusals


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
    recommended = board.recommended(rows)
    seen = evidence.fingerprint([row.to_json() for row in rows])
    form = DecisionForm(data={"role": _role(), "seen": seen})
    if form.validate_on_submit() and _may_sign(form):
        with refusals(form):
            decision = service.propose(
                writing(),
                program,
                Choice(form.choice.data),
                role=form.role.data or "",
                seen=form.seen.data or "",
                reason=form.reason.data or "",
                conditions=form.stated_conditions(),
                next_look_on=form.next_look_on.data,
            )
            flash(
                _("Signed.")
                if decision.in_force_at
                else _("Signed. A second member's signature makes it count.")
            )
            return redirect(url_for(".decision", slug=slug, decision_id=decision.id), 303)
    if form.is_submitted():
        form.seen.data = seen
    page = render_template(
        "readiness/decide.html",
        program=program,
        form=form,
        rows=rows,
        recommended=recommended,
        missing=board.missing(rows),
        must_prove=not is_proven(),
    )
    return page, 422 if form.errors else 200


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
    return _page(
        slug, decision_id, SignatureForm(data={"role": _role()}), WithdrawalForm(prefix="withdrawal-")
    )[0]


@blueprint.post("/decisions/<id(dec):decision_id>/signatures")
@needs(policy.SIGN)
def sign(slug: str, decision_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = SignatureForm()
    if form.validate_on_submit() and _may_sign(form):
        with refusals(form):
            service.sign(
                writing(),
                program,
                decision_id,
                Stance(form.stance.data),
                role=form.role.data or "",
                reason=form.reason.data or "",
            )
            flash(_("Your signature stands."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return _page(slug, decision_id, form, WithdrawalForm(prefix="withdrawal-", formdata=None))


@blueprint.post("/decisions/<id(dec):decision_id>/withdrawal")
@needs(policy.SIGN)
def withdraw(slug: str, decision_id: UUID) -> Any:
    program = program_queries.program_by_slug(reading(), slug)
    form = WithdrawalForm(prefix="withdrawal-")
    if form.validate_on_submit() and _may_sign(form):
        with refusals(form):
            service.withdraw(writing(), program, decision_id, form.reason.data or "")
            flash(_("The decision is withdrawn. It stays to be read."))
            return redirect(url_for(".decision", slug=slug, decision_id=decision_id), 303)
    return _page(slug, decision_id, SignatureForm(formdata=None, data={"role": _role()}), form)


def _page(slug: str, decision_id: UUID, form: SignatureForm, withdrawal: WithdrawalForm) -> tuple[str, int]:
    program = program_queries.program_by_slug(reading(), slug)
    found = queries.decision(reading(), program.id, decision_id)
    signatures = queries.signatures(reading(), [found.id])[found.id]
    page = render_template(
        "readiness/decision.html",
        program=program,
        decision=found,
        signatures=signatures,
        rows=[board.of_snapshot(item) for item in found.snapshot["expectations"]],
        conditions=[each | {"due_on": date.fromisoformat(each["due_on"])} for each in found.conditions],
        is_whole=evidence.digest(found.snapshot) == found.digest,
        may_sign=policy.may_be_signed(found, signatures, viewer().id),
        form=form,
        withdrawal=withdrawal,
        must_prove=not is_proven(),
    )
    return page, 422 if form.errors or withdrawal.errors else 200


def _role() -> str:
    words = {
        Role.OWNER: _("Owner"),
        Role.MANAGER: _("Manager"),
        Role.ANALYST: _("Analyst"),
        Role.VIEWER: _("Viewer"),
    }
    return words.get(Role(viewer().role), "") if viewer().role else ""


def _may_sign(form: Form) -> bool:
    """Whether they proved lately who they are: only then does a signature bear their name.

    Else the form says so and keeps what was typed; the page leads to the proof in a tab of its own.
    """
    if is_proven():
        return True
    form.refuse(_("It is a while since you signed in. Confirm that it is you, then send this again."))
    return False
