"""Making and changing flags."""

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from betaops.flags import forms, policy, queries, service
from betaops.flags.builder import CohortRow, Condition, Draft, draft_of
from betaops.flags.forms import FlagForm
from betaops.flags.models import Flag, Runtime
from betaops.flags.views.frame import blueprint, flag_of, program_of
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import Conflict, conflict_with, number
from betaops.web.forms import refusals


@blueprint.route("/flags/new", methods=["GET", "POST"])
@needs(policy.MANAGE)
def new(slug: str) -> Any:
    program = program_of(slug)
    loaded = queries.load(reading(), program.product_id)
    names = loaded.names_of_cohorts()
    form = _asked(Draft((Condition(cohorts=(CohortRow(0),)),)))
    _offer(form, loaded)
    if _is_saving(form) and _is_sound(form, program.product_id):
        with refusals(form):
            flag = service.create_flag(
                writing(),
                program.product_id,
                key=form.key.data or "",
                description=form.description.data or "",
                filters=form.draft().filters(),
                runtime=Runtime(form.runtime.data),
                contexts=form.places(),
                by_device=form.bucketing.data == forms.DEVICE,
                identified_only=bool(form.identified_only.data),
            )
            flash(_("The flag “%(key)s” is there.", key=flag.key))
            return redirect(url_for(".show", slug=slug, flag_id=flag.id), 303)
    return _page(program, form, names), 422 if form.errors else 200


@blueprint.route("/flags/<id(flg):flag_id>/edit", methods=["GET", "POST"])
@needs(policy.MANAGE)
def edit(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    loaded = queries.load(reading(), program.product_id)
    names = loaded.names_of_cohorts()
    form = _asked(draft_of(flag.filters))
    if not form.is_submitted():
        form.fill(flag)
    # The key stays as it is, whatever a page sends.
    form.key.data = flag.key
    _offer(form, loaded, flag)
    conflict = None
    if _is_saving(form) and _is_sound(form, program.product_id, flag.filters):
        with refusals(form):
            service.change_flag(
                writing(),
                flag.id,
                version=number(form.version.data),
                description=form.description.data or "",
                filters=form.draft().filters(flag.filters),
                runtime=Runtime(form.runtime.data),
                contexts=form.places(),
                by_device=form.bucketing.data == forms.DEVICE,
                identified_only=bool(form.identified_only.data),
            )
            flash(_("Saved. The product gets it within a second."))
            return redirect(url_for(".show", slug=slug, flag_id=flag.id), 303)
        conflict = _conflict(form, flag)
    return _page(program, form, names, flag, conflict), 422 if form.errors else 200


@blueprint.post("/flags/<id(flg):flag_id>/deletion")
@needs(policy.MANAGE)
def delete(slug: str, flag_id: uuid.UUID) -> Any:
    flag = flag_of(program_of(slug), flag_id)
    service.delete_flag(writing(), flag.id)
    flash(_("The flag “%(key)s” is gone.", key=flag.key))
    return redirect(url_for(".index", slug=slug), 303)


@blueprint.post("/flags/<id(flg):flag_id>/kill")
@needs(policy.KILL)
def kill(slug: str, flag_id: uuid.UUID) -> Any:
    """Off for everybody."""
    flag = service.kill(
        writing(), flag_of(program_of(slug), flag_id).id, note=request.form.get("note", "").strip()[:2000]
    )
    flash(_("“%(key)s” is off for everybody.", key=flag.key))
    return redirect(url_for(".show", slug=slug, flag_id=flag.id), 303)


@blueprint.post("/flags/<id(flg):flag_id>/kill/deletion")
@needs(policy.KILL)
def revive(slug: str, flag_id: uuid.UUID) -> Any:
    """On again for whom its conditions name."""
    flag = service.revive(writing(), flag_of(program_of(slug), flag_id).id)
    flash(_("“%(key)s” is on again for whom its conditions name.", key=flag.key))
    return redirect(url_for(".show", slug=slug, flag_id=flag.id), 303)


def _offer(form: FlagForm, loaded: queries.Loaded, flag: Flag | None = None) -> None:
    """What can be chosen; a flag cannot depend on itself."""
    others = {
        key: variants
        for key, variants in loaded.variants_by_flag().items()
        if flag is None or key != flag.key
    }
    form.offer(loaded.names_of_cohorts(), others, loaded.offered_group_types())


def _asked(start: Draft) -> FlagForm:
    """The form as it was sent, after the button that was pressed; `start` before."""
    form = FlagForm()
    if not form.is_submitted():
        form.put(start)
    elif not _is_saving(form):
        draft = forms.changed(form.draft(), request.form.get("do", ""))
        if draft is not None:
            form.put(draft)
    return form


def _is_saving(form: FlagForm) -> bool:
    return bool(form.is_submitted() and request.form.get("do", "save") == "save")


def _is_sound(form: FlagForm, product_id: uuid.UUID, former: dict[str, Any] | None = None) -> bool:
    """Fields and conditions, everything that is wrong said at once."""
    is_valid = form.validate()
    problems = queries.problems(reading(), product_id, form.key.data or "", form.draft().filters(former))
    form.point_out([problem for problem in problems if problem.place != "key" or form.key.data])
    return bool(is_valid and not problems)


def _conflict(form: FlagForm, flag: Flag) -> Conflict | None:
    saved = FlagForm(formdata=None)
    saved.fill(flag)
    saved.put(draft_of(flag.filters))
    return conflict_with(form, saved, version=flag.version, who=flag.changed_by, when=flag.changed_at)


def _page(
    program: Program,
    form: FlagForm,
    names: dict[int, str],
    flag: Flag | None = None,
    conflict: Conflict | None = None,
) -> str:
    return render_template(
        "flags/edit.html", program=program, form=form, flag=flag, names=names, conflict_found=conflict
    )
