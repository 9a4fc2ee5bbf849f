"""Guardrails on the console, and the signature that it takes to go on after one broke."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.accounts.viewers import is_proven
from betaops.flags import guardrails, policy, queries, service
from betaops.flags.forms import GuardrailForm, ResumeForm
from betaops.flags.models import Guardrail, Reaction
from betaops.flags.views.frame import blueprint, flag_of, program_of
from betaops.flags.views.rollouts import Rail
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import number
from betaops.web.forms import refusals


@blueprint.route("/flags/<id(flg):flag_id>/guardrails/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new_guardrail(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    form = GuardrailForm()
    form.offer()
    if form.validate_on_submit():
        with refusals(form):
            service.set_guardrail(
                writing(),
                flag.id,
                form.measure.data,
                event=form.event.data or "",
                limit=form.limit.data or 0,
                window_hours=form.window_hours.data or 0,
                reaction=Reaction(form.reaction.data),
            )
            flash(_("The guardrail stands. It is read each minute."))
            return _to_flag(slug, flag_id)
    page = render_template("flags/guardrail.html", program=program, flag=flag, form=form, guardrail=None)
    return page, 422 if form.errors else 200


@blueprint.route("/flags/<id(flg):flag_id>/guardrails/<id(grd):guardrail_id>/edit", methods=["GET", "POST"])
@needs(policy.MANAGE)
def edit_guardrail(slug: str, flag_id: uuid.UUID, guardrail_id: uuid.UUID) -> Any:
    """Its limit, window and reaction; what is measured stays."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    guardrail = _of(flag.id, guardrail_id)
    form = GuardrailForm()
    form.offer()
    form.measure.data, form.event.data = guardrail.measure, guardrail.event
    if not form.is_submitted():
        form.fill(guardrail)
    if form.validate_on_submit():
        with refusals(form):
            service.change_guardrail(
                writing(),
                guardrail.id,
                version=number(form.version.data),
                limit=form.limit.data or 0,
                window_hours=form.window_hours.data or 0,
                reaction=Reaction(form.reaction.data),
            )
            flash(_("The guardrail is changed."))
            return _to_flag(slug, flag_id)
    page = render_template(
        "flags/guardrail.html",
        program=program,
        flag=flag,
        form=form,
        guardrail=guardrail,
        label=guardrails.label(guardrail.measure, guardrail.event),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/flags/<id(flg):flag_id>/guardrails/<id(grd):guardrail_id>/deletion")
@needs(policy.MANAGE)
def drop_guardrail(slug: str, flag_id: uuid.UUID, guardrail_id: uuid.UUID) -> Any:
    flag = flag_of(program_of(slug), flag_id)
    service.drop_guardrail(writing(), _of(flag.id, guardrail_id).id)
    flash(_("The guardrail is gone."))
    return _to_flag(slug, flag_id)


@blueprint.route("/flags/<id(flg):flag_id>/resume", methods=["GET", "POST"])
@needs(policy.MANAGE)
def resume(slug: str, flag_id: uuid.UUID) -> Any:
    """Signed: by a member who proved lately who they are, with a reason."""
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    if request.method == "GET" and not is_proven():
        return redirect(url_for("accounts.prove", next=request.path), 303)
    rows = queries.guardrails_of(reading(), flag.id)
    broken = [Rail.of(row) for row in rows if row.broken_at is not None]
    if request.method == "GET" and not broken:
        return _to_flag(slug, flag_id)
    form = ResumeForm()
    if form.validate_on_submit() and _may_sign(form):
        with refusals(form):
            service.sign_resume(writing(), flag.id, form.reason.data or "")
            flash(_("Signed. Guardrails count from now on."))
            return _to_flag(slug, flag_id)
    page = render_template(
        "flags/resume.html",
        program=program,
        flag=flag,
        form=form,
        broken=broken,
        rollout=queries.last_rollout(reading(), flag.id),
        must_prove=not is_proven(),
    )
    return page, 422 if form.errors else 200


def _may_sign(form: ResumeForm) -> bool:
    if is_proven():
        return True
    form.refuse(_("It is a while since you signed in. Confirm that it is you, then send this again."))
    return False


def _of(flag_id: uuid.UUID, guardrail_id: uuid.UUID) -> Guardrail:
    guardrail = queries.guardrail(reading(), guardrail_id)
    if guardrail.flag_id != flag_id:
        raise NotFound
    return guardrail


def _to_flag(slug: str, flag_id: uuid.UUID) -> Any:
    return redirect(url_for(".show", slug=slug, flag_id=flag_id, _anchor="rollout"), 303)
