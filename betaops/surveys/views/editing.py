"""What the builder's buttons do. Each is a POST that leads back to the builder, at the place it was about."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for

from betaops.kernel import i18n
from betaops.kernel.errors import NotFound, Stale
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.surveys import editing, json_lines, policy, queries, ready, service
from betaops.surveys.checking import check
from betaops.surveys.engine.arms import in_arm
from betaops.surveys.forms.building import (
    AddForm,
    AddMeasureForm,
    ElementForm,
    JsonForm,
    MeasureForm,
    PageForm,
    SurveyForm,
)
from betaops.surveys.forms.starting import BankForm
from betaops.surveys.instruments import INSTRUMENTS
from betaops.surveys.models import Survey
from betaops.surveys.reading import read, renamed
from betaops.surveys.ready import measures as ready_measures
from betaops.surveys.views import measures
from betaops.surveys.views.building import builder, flat
from betaops.surveys.views.frame import blueprint, draw, number, program_of, survey_of
from betaops.surveys.views.properties import changes_of, fitted, fitted_page, page_changes, survey_changes
from betaops.web.access import needs
from betaops.web.application import reading, writing
from betaops.web.forms import Form, refusals

Draft = dict[str, Any]


@blueprint.post("/<id(svy):survey_id>/build/elements")
@needs(policy.WRITE)
def add_element(slug: str, survey_id: UUID) -> Any:
    """A new element at the end of the page (or panel) that the form names."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = AddForm()
    spot = form.at.data or "0"
    new_spot = [spot]

    def change(draft: Draft) -> Draft:
        new, new_spot[0] = editing.add_element(draft, spot, form.kind.data or "", form.title.data or "")
        return new

    return _apply(program, survey, form, change, lambda: new_spot[0], at=spot)


@blueprint.post("/<id(svy):survey_id>/build/bank")
@needs(policy.WRITE)
def add_from_bank(slug: str, survey_id: UUID) -> Any:
    """A question of the bank at the end of the page (or panel) that the form names."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = BankForm()

    def element(draft: Draft) -> Draft:
        return ready.question(form.question.data or "", draft, i18n.language())

    return _add_ready(program, survey, form, element)


@blueprint.post("/<id(svy):survey_id>/build/measures")
@needs(policy.WRITE)
def add_measure(slug: str, survey_id: UUID) -> Any:
    """A published measure at the end of the page (or panel) that the form names."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = AddMeasureForm()
    if form.measure.data not in INSTRUMENTS:
        raise NotFound

    def element(draft: Draft) -> Draft:
        return ready_measures.element(form.measure.data or "", draft, i18n.language())

    return _add_ready(program, survey, form, element)


@blueprint.post("/<id(svy):survey_id>/build/pages")
@needs(policy.WRITE)
def add_page(slug: str, survey_id: UUID) -> Any:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    new_spot = [""]

    def change(draft: Draft) -> Draft:
        new, new_spot[0] = editing.add_page(draft)
        return new

    service.edit_draft(writing(), survey.id, change)
    return _back(program, survey, new_spot[0])


@blueprint.post("/<id(svy):survey_id>/build/element")
@needs(policy.WRITE)
def edit_element(slug: str, survey_id: UUID) -> Any:
    """The properties of what stands at `?at=`; without one, of the survey itself."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    at = request.args.get("at", "")
    if not at:
        form = SurveyForm()
        return _apply(
            program,
            survey,
            form,
            lambda draft: editing.change_survey(draft, survey_changes(form, draft)),
            lambda: "",
            name=form.title.data or None,
        )
    options = renamed(editing.element_at(survey.draft, at))
    kind = "page" if "." not in at else str(options.get("type") or "text")
    arm = next(iter(queries.arm_names(reading(), survey.id)), "")
    definition = in_arm(read(flat(survey.draft)), arm)
    measure = measures.measure_at(definition, at)
    if measure is not None:
        measured = measures.fitted_measure(MeasureForm(), options, measure, definition)
        return _apply(
            program,
            survey,
            measured,
            lambda draft: measures.changed_measure(measured, draft, at, options, measure, definition),
            lambda: at,
            at=at,
        )
    if kind in ("page", "panel"):
        page = fitted_page(PageForm(), options, definition)
        return _apply(
            program,
            survey,
            page,
            lambda draft: editing.change(draft, at, page_changes(page, options, definition)),
            lambda: at,
            at=at,
        )
    element = fitted(ElementForm(), kind, definition, str(options.get("name", "")))
    return _apply(
        program,
        survey,
        element,
        lambda draft: editing.change(draft, at, changes_of(element, options, definition)),
        lambda: at,
        at=at,
    )


@blueprint.post("/<id(svy):survey_id>/build/move")
@needs(policy.WRITE)
def move_element(slug: str, survey_id: UUID) -> Any:
    """One `step` up or down, or before what stands at `to`."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    at, to = request.form.get("at", ""), request.form.get("to", "")
    step = -1 if request.form.get("step") == "up" else 1
    new_spot = [at]

    def change(draft: Draft) -> Draft:
        new, new_spot[0] = editing.put(draft, at, to) if to else editing.move(draft, at, step)
        return new

    return _change_now(program, survey, change, lambda: new_spot[0], at)


@blueprint.post("/<id(svy):survey_id>/build/removal")
@needs(policy.WRITE)
def remove_element(slug: str, survey_id: UUID) -> Any:
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    at = request.form.get("at", "")
    page = at.rpartition(".")[0] or "0"
    answer = _change_now(program, survey, lambda draft: editing.remove(draft, at), lambda: page, at)
    flash(_("Taken out of the draft. Answers that were given stay in the results."))
    return answer


@blueprint.route("/<id(svy):survey_id>/build/json", methods=["GET", "POST"])
@needs(policy.WRITE)
def json(slug: str, survey_id: UUID) -> Any:
    """The draft as JSON, with everything that the builder has no field for."""
    program = program_of(slug)
    survey = survey_of(program, survey_id)
    form = JsonForm()
    if form.validate_on_submit():
        with refusals(form, field="json"):
            service.edit_draft(
                writing(), survey.id, lambda _draft: form.definition, version=number(form.version.data)
            )
            flash(_("The draft is saved."))
            return redirect(url_for(".json", slug=slug, survey_id=survey.id), 303)
    if not form.is_submitted():
        form.json.data = json_lines.written(survey.draft)
        form.version.data = str(survey.version)
    found = check(read(survey.draft), queries.arm_names(reading(), survey.id))
    findings = [(each, json_lines.line_of(survey.draft, each.place)) for each in found]
    page = draw("json", program, survey, "build", form=form, findings=findings)
    return page, 422 if form.errors else 200


def _add_ready(
    program: Program, survey: Survey, form: BankForm | AddMeasureForm, element: Callable[[Draft], Draft]
) -> Any:
    """What `element` makes for the draft, at the end of the page (or panel) that the form names."""
    spot = form.at.data or "0"
    new_spot = [spot]

    def change(draft: Draft) -> Draft:
        new, new_spot[0] = editing.add_ready(draft, spot, element(draft))
        return new

    return _apply(program, survey, form, change, lambda: new_spot[0], at=spot)


def _apply(
    program: Program,
    survey: Survey,
    form: Form,
    change: Callable[[Draft], Draft],
    spot: Callable[[], str],
    *,
    at: str = "",
    name: str | None = None,
) -> Any:
    """Change the draft by a form; refused, the builder shows again with what was typed."""
    if form.validate_on_submit():
        with refusals(form):
            service.edit_draft(writing(), survey.id, change, version=number(form["version"].data), name=name)
            return _back(program, survey, spot())
    return builder(program, survey, at, sent=form), 422


def _change_now(
    program: Program, survey: Survey, change: Callable[[Draft], Draft], spot: Callable[[], str], at: str
) -> Any:
    """For buttons: what they are about may have moved since the page was drawn."""
    try:
        service.edit_draft(writing(), survey.id, change, version=number(request.form.get("version")))
    except (NotFound, Stale):
        flash(_("The survey has changed since you opened it. Nothing was done; look again."), "danger")
        return _back(program, survey, at)
    return _back(program, survey, spot())


def _back(program: Program, survey: Survey, at: str) -> Any:
    """To what it was about, which may stand far down the page."""
    anchor = f"at-{at.replace('.', '-')}" if "." in at else None
    address = url_for(".build", slug=program.slug, survey_id=survey.id, at=at or None, _anchor=anchor)
    return redirect(address, 303)
