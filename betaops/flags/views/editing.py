"""Making and changing flags, and seeing beforehand whom that changes."""

import uuid
from typing import Any

from flask import render_template, request

from betaops.flags import forms, policy, queries, service, wording
from betaops.flags.builder import CohortRow, Condition, Draft, draft_of
from betaops.flags.forms import FlagForm
from betaops.flags.models import Action, Flag, FlagProposal, Runtime
from betaops.flags.service import Wanted
from betaops.flags.views.frame import answered, blueprint, flag_of, program_of
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import decode
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
    proposed = _proposed(program)
    form = _asked(
        draft_of(proposed.definition["filters"]) if proposed else Draft((Condition(cohorts=(CohortRow(0),)),))
    )
    if proposed and not form.is_submitted():
        form.key.data = proposed.key
        _fill(form, proposed)
    _offer(form, loaded)
    tried = None
    if _is_complete(form) and _is_sound(form, program.product_id):
        if _is_tried():
            flag = _meant(
                Flag(product_id=program.product_id, key=form.key.data or "", number=0, version=1), form
            )
            tried = _tried(flag, loaded)
        else:
            with refusals(form):
                outcome = service.make(
                    writing(),
                    Wanted(
                        Action.CREATE,
                        program.product_id,
                        values={"key": form.key.data or "", **_values(form)},
                        note=form.note.data or "",
                    ),
                )
                key = form.key.data or ""
                return answered(program, outcome, None, _("The flag “%(key)s” is there.", key=key))
    return _page(program, form, names, tried=tried), 422 if form.errors else 200


@blueprint.route("/flags/<id(flg):flag_id>/edit", methods=["GET", "POST"])
@needs(policy.MANAGE)
def edit(slug: str, flag_id: uuid.UUID) -> Any:
    program = program_of(slug)
    flag = flag_of(program, flag_id)
    loaded = queries.load(reading(), program.product_id)
    names = loaded.names_of_cohorts()
    proposed = _proposed(program, flag)
    former = proposed.definition["filters"] if proposed else flag.filters
    form = _asked(draft_of(former))
    if not form.is_submitted():
        form.fill(flag)
        if proposed:
            _fill(form, proposed)
    # The key stays as it is, whatever a page sends.
    form.key.data = flag.key
    _offer(form, loaded, flag)
    conflict = tried = None
    if _is_complete(form) and _is_sound(form, program.product_id, former):
        if _is_tried():
            tried = _tried(_meant(queries.as_defined(flag, queries.definition(flag)), form, former), loaded)
        else:
            with refusals(form):
                wanted = Wanted(
                    Action.EDIT,
                    program.product_id,
                    flag.id,
                    number(form.version.data),
                    _values(form, former),
                    form.note.data or "",
                )
                outcome = service.make(writing(), wanted)
                return answered(program, outcome, flag.id, _("Saved. The product gets it within a second."))
            conflict = _conflict(form, flag)
    return _page(program, form, names, flag, conflict, tried), 422 if form.errors else 200


def _proposed(program: Program, flag: Flag | None = None) -> FlagProposal | None:
    """What the form is opened with instead (`?proposal=`): the values of a proposal for this flag, or for a new one."""
    try:
        found = queries.proposal(reading(), decode("fpr", request.args.get("proposal", "")))
    except NotFound:
        return None
    is_its = found.product_id == program.product_id and (flag is None or found.key == flag.key)
    return found if is_its else None


def _fill(form: FlagForm, proposed: FlagProposal) -> None:
    values = queries.columns(proposed.definition)
    version = form.version.data
    form.fill(Flag(key=proposed.key, version=0, **values))
    form.version.data = version
    form.note.data = proposed.note


def _values(form: FlagForm, former: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the form says, as the service takes it."""
    return {
        "description": form.description.data or "",
        "filters": form.draft().filters(former),
        "runtime": Runtime(form.runtime.data),
        "contexts": form.places(),
        "by_device": form.bucketing.data == forms.DEVICE,
        "identified_only": bool(form.identified_only.data),
    }


def _meant(flag: Flag, form: FlagForm, former: dict[str, Any] | None = None) -> Flag:
    """`flag`, in no session, as the form has it."""
    values = _values(form, former)
    unit = "device_id" if values.pop("by_device") else None
    for name, value in {**values, "other": {**(flag.other or {}), "bucketing_identifier": unit}}.items():
        setattr(flag, name, value)
    return flag


def _tried(flag: Flag, loaded: queries.Loaded) -> queries.DryRun:
    return queries.dry_run(
        reading(), flag.product_id, flag.key, queries.definition(flag), clock.now(), loaded=loaded
    )


def _is_tried() -> bool:
    """Whom it changes was asked for: nothing is saved."""
    return request.form.get("do") == "dry-run"


def _is_complete(form: FlagForm) -> bool:
    """Sent to be saved or tried, not by one of the buttons that add and remove rows."""
    return bool(form.is_submitted() and (_is_saving(form) or _is_tried()))


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
    tried: queries.DryRun | None = None,
) -> str:
    return render_template(
        "flags/edit.html",
        program=program,
        form=form,
        flag=flag,
        names=names,
        conflict_found=conflict,
        tried=tried,
        effect=wording.effect,
        reason=wording.reason,
        is_waiting_needed=queries.approval_is_needed(reading(), program.product_id),
    )
