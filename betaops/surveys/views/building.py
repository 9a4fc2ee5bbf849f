"""The builder: outline, canvas, properties. Every change is a form of its own, so it works without JavaScript."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from betaops.kernel.errors import NotFound
from betaops.programs.models import Program
from betaops.surveys import editing, policy, queries
from betaops.surveys.checking import check
from betaops.surveys.definition import Choice, Definition, Panel, Question
from betaops.surveys.engine.arms import in_arm
from betaops.surveys.engine.conditions import in_words
from betaops.surveys.forms.building import AddForm, AddMeasureForm, ElementForm, PageForm, SurveyForm
from betaops.surveys.forms.starting import BankForm
from betaops.surveys.instruments import Instrument
from betaops.surveys.kinds.rating import scale
from betaops.surveys.linting import lint
from betaops.surveys.localised import text
from betaops.surveys.models import Survey
from betaops.surveys.reading import read, renamed
from betaops.surveys.ready import measures as ready_measures
from betaops.surveys.views import measures
from betaops.surveys.views.frame import blueprint, draw, program_of, survey_of
from betaops.surveys.views.properties import element_form, page_form, survey_form
from betaops.web.access import needs
from betaops.web.application import reading
from betaops.web.forms import Form


@blueprint.get("/<id(svy):survey_id>")
@needs(policy.READ)
def survey(slug: str, survey_id: UUID) -> Any:
    """Where there are answers to read, the results; else the builder."""
    found = survey_of(program_of(slug), survey_id)
    page = "build" if found.live_number is None else "results"
    return redirect(url_for(f".{page}", slug=slug, survey_id=survey_id), 303)


@blueprint.get("/<id(svy):survey_id>/build")
@needs(policy.READ)
def build(slug: str, survey_id: UUID) -> str:
    program = program_of(slug)
    return builder(program, survey_of(program, survey_id), request.args.get("at", ""))


#: Kinds that other elements stand in.
GROUPS = ("panel", "paneldynamic")
#: Forms that add something; any other one is about what is chosen.
ADDING = (AddForm, AddMeasureForm, BankForm)


def builder(program: Program, survey: Survey, at: str, *, sent: Form | None = None) -> str:
    """The builder with `at` chosen; `sent` is a form that was refused, shown with what was typed."""
    arms = queries.arm_names(reading(), survey.id)
    definition = in_arm(read(flat(survey.draft)), next(iter(arms), ""))
    chosen, kind = _chosen(survey, at)
    page = min(
        int(at.split(".", maxsplit=1)[0]) if chosen is not None else 0, max(0, len(definition.pages) - 1)
    )
    findings = check(definition, arms)
    measured = measures.by_spot(definition)
    return draw(
        "build",
        program,
        survey,
        "build",
        definition=definition,
        outline=[_entry(each, definition, measured) for each in definition.pages],
        page=page,
        at=at if chosen is not None else "",
        kind=kind,
        measure=measured.get(at),
        form=sent
        if sent is not None and not isinstance(sent, ADDING)
        else _form(survey, definition, chosen, kind, measured.get(at)),
        add=sent if isinstance(sent, AddForm) else AddForm(formdata=None, data={"kind": "radiogroup"}),
        add_at=at if kind in GROUPS and at not in measured else str(page),
        findings=findings,
        hints=[(hint, editing.spot_of(element_place(hint.place))) for hint in lint(definition)],
        bank=sent if isinstance(sent, BankForm) else BankForm(formdata=None),
        offered=ready_measures.offered(),
        add_measure=sent if isinstance(sent, AddMeasureForm) else AddMeasureForm(formdata=None),
        spots={finding: editing.spot_of(element_place(finding.place)) for finding in findings},
    )


def flat(draft: dict[str, Any]) -> dict[str, Any]:
    """Without the arrangement of pages that answering would use: the builder shows the JSON as it stands."""
    return {
        name: value for name, value in draft.items() if name not in ("questionsOnPageMode", "isSinglePage")
    }


def _chosen(survey: Survey, at: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON at a spot, and what it is: page, panel, or a question's kind. Links to spots grow old."""
    if not at:
        return None, "survey"
    try:
        found = editing.element_at(survey.draft, at)
    except NotFound:
        return None, "survey"
    kind = "page" if "." not in at else str(found.get("type") or "text")
    return renamed(found), kind


def _form(
    survey: Survey,
    definition: Definition,
    chosen: dict[str, Any] | None,
    kind: str,
    measure: Instrument | None,
) -> Form:
    if chosen is None:
        form: SurveyForm | PageForm | ElementForm = survey_form(survey)
    elif measure is not None:
        form = measures.measure_form(chosen, measure, definition)
    elif kind in ("page", "panel"):
        form = page_form(chosen, definition)
    else:
        form = element_form(chosen, kind, definition)
    form.version.data = str(survey.version)
    return form


def _entry(element: Any, definition: Definition, measured: Mapping[str, Instrument]) -> dict[str, Any]:
    """One line of outline and canvas."""
    spot = editing.spot_of(element.place)
    measure = measured.get(spot)
    entry = {
        "spot": spot,
        "name": element.name,
        "title": text(element.title),
        "description": text(element.description),
        "condition": in_words(element.visible_if, definition) if element.visible_if else "",
        "children": [],
        "kind": "page",
        "measure": measure.title if measure else "",
    }
    if isinstance(element, Question):
        entry |= {
            "kind": element.kind,
            "title": _title(element),
            "is_required": element.is_required,
            "is_asked": element.is_drawn,
            "choices": [text(choice.text) or str(choice.value) for choice in _offered(element)],
            "children": _children(element, definition, measured),
            "rows": [text(row.text) or str(row.value) for row in element.rows],
            "ends": (element.option_text("minRateDescription"), element.option_text("maxRateDescription")),
        }
    else:
        entry["kind"] = "panel" if isinstance(element, Panel) else "page"
        entry["children"] = [_entry(child, definition, measured) for child in element.elements]
    return entry


def _title(question: Question) -> str:
    if question.kind == "html":
        return text(question.options.get("html"))[:120]
    return question.label()


def _children(
    question: Question, definition: Definition, measured: Mapping[str, Instrument]
) -> list[dict[str, Any]]:
    """Questions that repeat are edited like those of a group; columns and lines are properties."""
    if question.kind != "paneldynamic" or question.inner is None:
        return []
    return [_entry(child, definition, measured) for page in question.inner.pages for child in page.elements]


def _offered(question: Question) -> Any:
    if question.kind == "rating":
        return scale(question)
    if question.inner is not None and question.kind != "paneldynamic":
        return [Choice(inner.name, inner.title or inner.name) for inner in question.inner.asked]
    return question.columns if question.kind == "matrix" else question.choices


def element_place(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place of the element that a finding is in: up to its last number."""
    # Columns of a table and lines of a text are no elements of their own: their table is.
    place = place[
        : next((index for index, part in enumerate(place) if part in ("columns", "items")), len(place))
    ]
    last = max((index for index, part in enumerate(place) if isinstance(part, int)), default=-1)
    return place[: last + 1]
