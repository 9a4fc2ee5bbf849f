"""Early access to a flag: offering it, promoting and demoting it, ending it."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.flags import policy, promotion, queries, service, stages
from betaops.flags.forms import FeatureForm, StageForm
from betaops.flags.models import Action, Feature, Flag, Stage
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, program_of
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import refusals


def early_access(flag: Flag, feature: Feature | None) -> dict[str, Any]:
    """What the card on a flag's page shows."""
    if feature is None:
        refusal = service.unfit(flag.key, flag.filters)
        return {"feature": None, "unfit": str(refusal.message) if refusal else None}
    following = stages.after(feature.stage)
    return {
        "feature": feature,
        "counts": queries.choice_counts(reading(), [feature.id])[feature.id],
        "steps": [_step(stage, feature.stage) for stage in stages.ORDER],
        "meaning": stages.MEANINGS[feature.stage],
        "following": following,
        "former": stages.before(feature.stage),
        "blocks": promotion.blocks(reading(), flag.product_id, flag, following) if following else [],
        "names": stages.NAMES,
    }


def _step(stage: Stage, current: Stage) -> dict[str, Any]:
    state = "current" if stage is current else "next" if stages.is_later(stage, current) else "done"
    return {"label": stages.NAMES[stage], "state": state}


@blueprint.route("/flags/<id(flg):flag_id>/feature", methods=["GET", "POST"])
@needs(policy.MANAGE)
def feature(slug: str, flag_id: uuid.UUID) -> Any:
    """Offer early access, or change what people read about it."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    present = queries.feature_of(reading(), flag.id)
    form = FeatureForm()
    form.offer()
    if not form.is_submitted() and present is not None:
        form.fill(present)
    elif present is not None:
        form.stage.data = present.stage.value
    conflict = None
    if form.validate_on_submit():
        with refusals(form):
            _save(form, flag, present)
            flash(_("Saved."))
            return redirect(_page(slug, flag), 303)
        if present is not None:
            saved = FeatureForm(formdata=None)
            saved.offer()
            saved.fill(present)
            conflict = conflict_with(
                form, saved, version=present.version, who=present.changed_by, when=present.changed_at
            )
    page = render_template(
        "flags/feature.html", program=program, flag=flag, feature=present, form=form, conflict_found=conflict
    )
    return page, 422 if form.errors else 200


def _save(form: FeatureForm, flag: Flag, present: Feature | None) -> None:
    if present is None:
        service.offer(writing(), flag.id, form.draft(), stage=Stage(form.stage.data))
    else:
        service.change_feature(writing(), present.id, form.draft(), version=number(form.version.data))


@blueprint.route("/flags/<id(flg):flag_id>/feature/stage", methods=["GET", "POST"])
@needs(policy.MANAGE)
def stage(slug: str, flag_id: uuid.UUID) -> Any:
    """Another stage: says first what changes for how many people."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    present = queries.feature_of(reading(), flag.id)
    wanted = request.args.get("to")
    if present is None or wanted not in list(Stage):
        raise NotFound
    to_stage = Stage(wanted)
    if present.stage is to_stage:
        return redirect(_page(slug, flag), 303)
    is_promotion = stages.is_later(to_stage, present.stage)
    form = StageForm(data={"for_everybody": True})
    is_release = to_stage is Stage.GENERAL_AVAILABILITY
    if form.validate_on_submit():
        done = _("“%(name)s” is now: %(stage)s.", name=present.name, stage=stages.NAMES[to_stage])
        with refusals(form):
            if not is_promotion:
                service.demote(writing(), present.id, to_stage)
                flash(done)
                return redirect(_page(slug, flag), 303)
            values = {"stage": to_stage, "for_everybody": is_release and bool(form.for_everybody.data)}
            asked = Wanted(Action.PROMOTE, flag.product_id, flag.id, values=values, note=form.note.data or "")
            return answered(program, service.make(writing(), asked), flag.id, done, anchor="early-access")
    now = clock.now()
    page = render_template(
        "flags/stage.html",
        program=program,
        flag=flag,
        feature=present,
        form=form,
        to_stage=to_stage,
        is_promotion=is_promotion,
        is_release=is_release,
        blocks=promotion.blocks(reading(), flag.product_id, flag, to_stage) if is_promotion else [],
        effect=queries.effect(reading(), flag, present, to_stage, now),
        effect_for_everybody=queries.effect(reading(), flag, present, to_stage, now, for_everybody=True)
        if is_release
        else None,
        names=stages.NAMES,
        meanings=stages.MEANINGS,
        is_waiting_needed=is_promotion and queries.approval_is_needed(reading(), program.product_id),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/flags/<id(flg):flag_id>/feature/deletion")
@needs(policy.MANAGE)
def withdraw_feature(slug: str, flag_id: uuid.UUID) -> Any:
    """The flag stays, without early access."""
    flag = flag_of(program_of(slug), flag_id)
    present = queries.feature_of(reading(), flag.id)
    if present is not None:
        service.withdraw_offer(writing(), present.id)
        flash(_("The early access to “%(key)s” has ended.", key=flag.key))
    return redirect(_page(slug, flag), 303)


def _page(slug: str, flag: Flag) -> str:
    return url_for(".show", slug=slug, flag_id=flag.id, _anchor="early-access")
