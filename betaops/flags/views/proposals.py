"""Changes that wait for a second person, and whether a product's do."""

import uuid
from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, url_for

from betaops.flags import planned, policy, queries, service, stages, wording
from betaops.flags.differences import differences
from betaops.flags.forms import ApprovalForm, RejectionForm
from betaops.flags.models import Action, FlagProposal, ProposalState
from betaops.flags.views.frame import blueprint, program_of
from betaops.flags.views.rollouts import preview_of
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, viewer, writing
from betaops.web.forms import refusals
from betaops.web.templating import moment


@blueprint.get("/flags/proposals")
@needs(policy.SEE)
def proposals(slug: str) -> str:
    """What waits, and what became of the rest."""
    program = program_of(slug)
    approval = queries.approval(reading(), program.product_id)
    return render_template(
        "flags/proposals.html",
        program=program,
        waiting=approval.waiting,
        decided=queries.decided_proposals(reading(), program.product_id),
        actions=wording.ACTIONS,
        is_needed=approval.is_needed,
    )


@blueprint.get("/flags/proposals/<id(fpr):proposal_id>")
@needs(policy.SEE)
def proposal(slug: str, proposal_id: uuid.UUID) -> str:
    program = program_of(slug)
    return _page(program, _of(program, proposal_id), RejectionForm(formdata=None))


@blueprint.post("/flags/proposals/<id(fpr):proposal_id>/approval")
@needs(policy.MANAGE)
def approve(slug: str, proposal_id: uuid.UUID) -> Any:
    """Made at this moment."""
    program = program_of(slug)
    form = RejectionForm(formdata=None)
    with refusals(form):
        decided = service.approve(writing(), _of(program, proposal_id).id)
        flash(
            _("Approved and made. The product gets it within a second.")
            if decided.plan is None
            else _("Approved. From here it goes on by itself.")
        )
        if decided.flag_id is None:
            return redirect(url_for(".index", slug=slug), 303)
        return redirect(url_for(".show", slug=slug, flag_id=decided.flag_id), 303)
    return _page(program, _of(program, proposal_id), form), 409


@blueprint.post("/flags/proposals/<id(fpr):proposal_id>/rejection")
@needs(policy.MANAGE)
def reject(slug: str, proposal_id: uuid.UUID) -> Any:
    program = program_of(slug)
    found = _of(program, proposal_id)
    form = RejectionForm()
    if form.validate_on_submit():
        with refusals(form):
            service.reject(writing(), found.id, reason=form.reason.data or "")
            flash(_("Rejected. %(who)s can read why.", who=found.proposed_by))
            return redirect(url_for(".proposals", slug=slug), 303)
    return _page(program, _of(program, proposal_id), form), 422


@blueprint.post("/flags/proposals/<id(fpr):proposal_id>/withdrawal")
@needs(policy.MANAGE)
def withdraw(slug: str, proposal_id: uuid.UUID) -> Any:
    program = program_of(slug)
    service.withdraw(writing(), _of(program, proposal_id).id)
    flash(_("Taken back. Nothing was changed."))
    return redirect(url_for(".proposals", slug=slug), 303)


@blueprint.get("/flags/approval")
@needs(policy.SEE)
def approval(slug: str) -> str:
    """Whether the product's changes wait for a second person."""
    program = program_of(slug)
    form = ApprovalForm(formdata=None)
    form.is_on.data = queries.approval_is_needed(reading(), program.product_id)
    return _rule_page(program, form)


@blueprint.post("/flags/approval")
@needs(policy.RULE)
def switch_approval(slug: str) -> Any:
    program = program_of(slug)
    form = ApprovalForm()
    if form.validate_on_submit():
        with refusals(form, "is_on"):
            service.switch_approval(writing(), program.product_id, is_on=bool(form.is_on.data))
            flash(_("Saved."))
            return redirect(url_for(".index", slug=slug), 303)
    return _rule_page(program, form), 422


def _of(program: Program, proposal_id: uuid.UUID) -> FlagProposal:
    """One of the program's product."""
    found = queries.proposal(reading(), proposal_id)
    if found.product_id != program.product_id:
        raise NotFound
    return found


def _page(program: Program, found: FlagProposal, form: RejectionForm) -> str:
    """A roll-out shows whom it reaches step by step, a promotion whom its stage changes, all else a dry run."""
    loaded = queries.load(reading(), program.product_id)
    is_open = found.state is ProposalState.OPEN
    at = _values(found).get("at")
    wanted = None if found.action in (Action.ARCHIVE, Action.DELETE) else found.definition
    return render_template(
        "flags/proposal.html",
        program=program,
        found=found,
        form=form,
        action=wording.ACTIONS[found.action],
        sentences=[*_of_plan(found), *_sentences(found, loaded)],
        preview=_preview(found) if is_open else None,
        stage_effect=_stage_effect(found) if is_open else None,
        tried=queries.dry_run(reading(), program.product_id, found.key, wanted, clock.now(), loaded=loaded)
        if is_open and found.action not in (Action.ROLL_OUT, Action.PROMOTE)
        else None,
        is_late=is_open and at is not None and at <= clock.now(),
        effect=wording.effect,
        reason=wording.reason,
        is_own=viewer().id == found.proposer_id,
    )


def _values(found: FlagProposal) -> dict[str, Any]:
    return planned.read(found.action, found.plan) if found.plan is not None else {}


def _of_plan(found: FlagProposal) -> list[str]:
    """What is beside the flag itself: moments, and the stage of its early access. Of one that is open, the steps
    stand in a table with whom they reach."""
    values = _values(found)
    said = []
    if at := values.get("at"):
        said.append(_("On %(when)s", when=moment(at, "EEEE d MMMM, HH:mm")))
    elif found.action is Action.ROLL_OUT:
        said.append(_("Begins as soon as it is approved"))
    if found.action is Action.ROLL_OUT and found.state is not ProposalState.OPEN:
        steps = [
            _("%(share)s %% for %(hours)s h", share=f"{step.share:g}", hours=step.hours)
            for step in values["steps"]
        ]
        said.append(_("In steps: %(steps)s", steps=", ".join(steps)))
    if found.action is Action.PROMOTE:
        said.append(_("Early access goes on to: %(stage)s", stage=str(stages.NAMES[values["stage"]]).lower()))
    return said


def _preview(found: FlagProposal) -> dict[str, Any] | None:
    """How many people each step of a proposed roll-out reaches."""
    if found.action is not Action.ROLL_OUT or found.flag_id is None:
        return None
    values = _values(found)
    flag = queries.flag(reading(), found.flag_id)
    return preview_of(flag, values["steps"], values["condition"], values["at"])


def _stage_effect(found: FlagProposal) -> queries.StageEffect | None:
    """Whom a proposed promotion changes; None as well where there is nothing to promote any more."""
    if found.action is not Action.PROMOTE or found.flag_id is None:
        return None
    feature = queries.feature_of(reading(), found.flag_id)
    if feature is None:
        return None
    values = _values(found)
    return queries.effect(
        reading(),
        queries.flag(reading(), found.flag_id),
        feature,
        values["stage"],
        clock.now(),
        for_everybody=values["for_everybody"],
    )


def _sentences(found: FlagProposal, loaded: queries.Loaded) -> list[str]:
    """What it changes of that on which it was proposed; nothing where that is gone with its flag."""
    names = loaded.names()
    if found.action is Action.CREATE:
        return differences(None, found.definition, names)
    if found.flag_id is None or found.base_version is None:
        return []
    with suppress(NotFound):
        base = queries.revision(reading(), found.flag_id, found.base_version)
        return differences(base.definition, found.definition, names)
    return []


def _rule_page(program: Program, form: ApprovalForm) -> str:
    return render_template(
        "flags/approval.html", program=program, form=form, approvers=queries.approvers(reading())
    )
