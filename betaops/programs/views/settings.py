"""A program's settings: checklist and phase, and a tab for each part."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.programs import policy, queries, service
from betaops.programs.checklist import is_blocked
from betaops.programs.forms import GoalsForm, PhaseForm, ScheduleForm, ScreenerForm, StoryForm
from betaops.programs.models import FOLLOWING, Phase, Program
from betaops.programs.wording import PHASE_CHANGES, TABS
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.conflicts import conflict_with, number
from betaops.web.forms import Form, refusals

blueprint = Blueprint("program_settings", __name__, url_prefix="/console/programs/<slug>/settings")


@blueprint.get("")
@needs(policy.READ)
def show(slug: str) -> str:
    program = queries.program_by_slug(reading(), slug)
    items = queries.checklist_of(reading(), program, clock.now().date())
    return render_template(
        "programs/settings.html",
        program=program,
        tabs=tabs(program, "show"),
        items=items,
        blocked=is_blocked(items),
        phases=queries.phases(reading(), program.id),
        following=[(phase, PHASE_CHANGES[program.phase, phase]) for phase in FOLLOWING[program.phase]],
    )


@blueprint.route("/phase/<wanted>", methods=["GET", "POST"])
@needs(policy.WRITE)
def phase(slug: str, wanted: str) -> Any:
    """GET says what will happen, POST does it."""
    program = queries.program_by_slug(reading(), slug)
    then = next((phase for phase in Phase if phase == wanted), None)
    if then is None:
        raise NotFound
    form = PhaseForm(data={"phase": then.value})
    if form.validate_on_submit():
        with refusals(form):
            service.change_phase(writing(), program.id, then, note=form.note.data or "")
            flash(_("The program is in its new phase."))
            return redirect(url_for(".show", slug=slug), 303)
    if not program.may_become(then) and not form.errors:
        return redirect(url_for(".show", slug=slug), 303)
    words = PHASE_CHANGES.get((program.phase, then))
    page = render_template(
        "programs/phase.html", program=program, tabs=tabs(program, "show"), form=form, phase=then, words=words
    )
    return page, 422 if form.errors else 200


@blueprint.route("/story", methods=["GET", "POST"])
@needs(policy.WRITE)
def story(slug: str) -> Any:
    return _edit(
        slug,
        StoryForm,
        "story",
        lambda program, form: service.change_story(
            writing(),
            program.id,
            version=number(form.version.data),
            name=form.name.data,
            codename=form.codename.data or "",
            story=form.story(),
        ),
    )


@blueprint.route("/goals", methods=["GET", "POST"])
@needs(policy.WRITE)
def goals(slug: str) -> Any:
    return _edit(
        slug,
        GoalsForm,
        "goals",
        lambda program, form: service.change_goals(
            writing(),
            program.id,
            version=number(form.version.data),
            goals=form.goals.data or "",
            charter=form.charter(),
        ),
    )


@blueprint.route("/schedule", methods=["GET", "POST"])
@needs(policy.WRITE)
def schedule(slug: str) -> Any:
    return _edit(
        slug,
        ScheduleForm,
        "schedule",
        lambda program, form: service.change_schedule(
            writing(),
            program.id,
            version=number(form.version.data),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            capacity=form.capacity.data,
            accepts_automatically=form.accepts_automatically.data,
            recruits_while_running=form.recruits_while_running.data,
        ),
    )


@blueprint.route("/screener", methods=["GET", "POST"])
@needs(policy.WRITE)
def screener(slug: str) -> Any:
    """The editor works by submit buttons: `act` changes the form, without one it is saved."""
    program = queries.program_by_slug(reading(), slug)
    form = ScreenerForm()
    conflict = None
    if not form.is_submitted():
        form.fill(program)
    elif "act" in request.form:
        form.act(request.form["act"])
        return _screener_page(program, form, unsaved=True), 200
    elif form.validate() and form.is_sound():
        with refusals(form):
            service.change_screener(
                writing(), program.id, version=number(form.version.data), asked=form.asked()
            )
            flash(_("Saved."))
            return redirect(url_for(".screener", slug=slug), 303)
        saved = ScreenerForm(formdata=None)
        saved.fill(program)
        conflict = conflict_with(
            form, saved, version=program.version, who=program.changed_by, when=program.changed_at
        )
    page = _screener_page(program, form, conflict=conflict)
    return page, 422 if form.is_submitted() else 200


def _screener_page(
    program: Program, form: ScreenerForm, *, unsaved: bool = False, conflict: Any = None
) -> str:
    return render_template(
        "programs/screener.html",
        program=program,
        tabs=tabs(program, "screener"),
        form=form,
        unsaved=unsaved,
        conflict_found=conflict,
    )


def _edit(slug: str, make: Callable[..., Any], tab: str, save: Callable[[Program, Any], Any]) -> Any:
    """One tab: show, save, or show again with what is wrong or what somebody else saved."""
    program = queries.program_by_slug(reading(), slug)
    form: Form = make()
    saved = make(formdata=None)
    saved.fill(program)
    conflict = None
    if form.validate_on_submit():
        with refusals(form):
            save(program, form)
            flash(_("Saved."))
            return redirect(url_for(f".{tab}", slug=slug), 303)
        conflict = conflict_with(
            form, saved, version=program.version, who=program.changed_by, when=program.changed_at
        )
    page = render_template(
        f"programs/{tab}.html",
        program=program,
        tabs=tabs(program, tab),
        form=form if form.is_submitted() else saved,
        conflict_found=conflict,
    )
    return page, 422 if form.errors else 200


def tabs(program: Program, current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": str(label),
            "url": url_for(
                "program_agreements.edit" if name == "agreement" else f"program_settings.{name}",
                slug=program.slug,
            ),
            "current": name == current,
        }
        for name, label in TABS
    ]
