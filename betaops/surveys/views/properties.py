"""JSON of one element to its form, and back. What the form does not know stays as it is."""

import math
from typing import Any, TypeVar

from betaops.surveys import editing
from betaops.surveys.definition import OWN, Definition
from betaops.surveys.expressions.values import written_number
from betaops.surveys.forms.building import ElementForm, PageForm, SurveyForm
from betaops.surveys.localised import changed, text
from betaops.surveys.models import Survey
from betaops.surveys.views import conditions
from betaops.surveys.views.conditions import condition_of

Fitted = TypeVar("Fitted", bound=ElementForm)

#: Fields of the form that only some kinds have.
ONLY = {
    "choices": ("radiogroup", "checkbox", "dropdown", "tagbox", "buttongroup", "ranking"),
    "pictures": ("imagepicker",),
    "items": ("multipletext",),
    "cells": ("matrixdropdown", "matrixdynamic"),
    "cell_type": ("matrixdropdown", "matrixdynamic"),
    "cell_choices": ("matrixdropdown", "matrixdynamic"),
    "takes_several": ("imagepicker", "file", "matrix"),
    "every_row": ("matrix",),
    "image_link": ("image",),
    "alt_text": ("image",),
    "calculation": ("expression",),
    "value_format": ("expression",),
    "display_style": ("expression",),
    "rate_type": ("rating",),
    "step": ("slider",),
    "fewest": ("checkbox", "tagbox", "paneldynamic", "matrixdynamic"),
    "most": ("checkbox", "tagbox", "paneldynamic", "matrixdynamic", "file"),
    "accepted": ("file",),
    "has_other": ("radiogroup", "checkbox", "dropdown", "tagbox"),
    "has_none": ("radiogroup", "checkbox", "dropdown", "tagbox"),
    "has_dont_know": ("radiogroup", "checkbox", "dropdown", "tagbox"),
    "rows": ("matrix", "matrixdropdown"),
    "columns": ("matrix",),
    "rate_min": ("rating",),
    "rate_max": ("rating",),
    "low_label": ("rating",),
    "high_label": ("rating",),
    "input_type": ("text",),
    "minimum": ("text", "slider"),
    "maximum": ("text", "slider"),
    "html": ("html",),
}
#: Fields that only questions with an answer have.
NOT_OF_SHOWN = ("is_required", "trait")
NOT_OF_HTML = ("title", "description", *NOT_OF_SHOWN)
#: Form field and JSON property of plain text.
_TEXTS = {
    "title": "title",
    "description": "description",
    "html": "html",
    "low_label": "minRateDescription",
    "high_label": "maxRateDescription",
    "image_link": "imageLink",
    "alt_text": "altText",
    "value_format": "format",
}
#: The same of text that has no languages.
_LINES = {"calculation": "expression", "accepted": "acceptedTypes"}
_SELECTS = {"rate_type": "rateType", "cell_type": "cellType", "display_style": "displayStyle"}
#: Numbers whose property is called otherwise from kind to kind.
_COUNTS = {
    "fewest": {"paneldynamic": "minPanelCount", "matrixdynamic": "minRowCount", "": "minSelectedChoices"},
    "most": {
        "paneldynamic": "maxPanelCount", "matrixdynamic": "maxRowCount", "file": "maxFiles", "": "maxSelectedChoices",
    },
}  # fmt: skip
#: (property, value) that say that several may be chosen.
_SEVERAL: dict[str, tuple[str, Any]] = {
    "imagepicker": ("multiSelect", True), "file": ("allowMultiple", True), "matrix": ("cellType", "checkbox"),
}  # fmt: skip
_SWITCHES = {
    "is_required": "isRequired",
    "has_other": "showOtherItem",
    "has_none": "showNoneItem",
    "has_dont_know": "showDontKnowItem",
    "every_row": "eachRowRequired",
}
_NUMBERS = {"rate_min": "rateMin", "rate_max": "rateMax", "minimum": "min", "maximum": "max", "step": "step"}
_LISTS = {"choices": "choices", "rows": "rows", "columns": "columns", "cell_choices": "choices"}
_NAMED = {"items": "items", "cells": "columns"}


def element_form(options: dict[str, Any], kind: str, definition: Definition) -> ElementForm:
    """Filled with what the element has."""
    form = ElementForm(formdata=None, data=element_data(options, kind, definition))
    return fitted(form, kind, definition, str(options.get("name", "")))


def element_data(options: dict[str, Any], kind: str, definition: Definition) -> dict[str, Any]:
    """By the names of the form's fields."""
    own = options.get(OWN)
    data: dict[str, Any] = {field: text(options.get(name)) for field, name in _TEXTS.items()}
    data |= {field: options.get(name) is True for field, name in _SWITCHES.items()}
    data |= {field: _shown(options.get(name)) for field, name in _NUMBERS.items()}
    data |= {field: editing.choices_as_lines(options.get(name)) for field, name in _LISTS.items()}
    data |= {field: editing.names_as_lines(options.get(name)) for field, name in _NAMED.items()}
    data |= {field: _shown(options.get(name)) for field, name in (_LINES | _SELECTS).items()}
    data |= {field: _shown(options.get(_count_name(field, kind))) for field in _COUNTS}
    data["pictures"] = editing.pictures_as_lines(options.get("choices"))
    several = _SEVERAL.get(kind)
    data["takes_several"] = several is not None and options.get(several[0]) == several[1]
    data |= {
        "title": text(options.get("title")) or str(options.get("name", "")),
        "input_type": str(options.get("inputType") or "text"),
        "trait": str(own.get("trait") or "") if isinstance(own, dict) else "",
    }
    return data | conditions.fields_of(str(options.get("visibleIf") or ""), definition)


def fitted(form: Fitted, kind: str, definition: Definition, name: str) -> Fitted:
    """Without the fields that the kind does not have."""
    for field, kinds in ONLY.items():
        if kind not in kinds:
            delattr(form, field)
    gone = {"html": NOT_OF_HTML, "image": NOT_OF_SHOWN, "expression": NOT_OF_SHOWN}
    for field in gone.get(kind, ()):
        delattr(form, field)
    conditions.offer(form, definition, {name})
    return form


def changes_of(form: ElementForm, options: dict[str, Any], definition: Definition) -> dict[str, Any]:
    """Properties to set, None to take away. Emptied text goes; texts in other languages stay."""
    found: dict[str, Any] = {}
    for field, name in _TEXTS.items():
        if field in form:
            words = (form[field].data or "").strip()
            former = options.get(name)
            found[name] = changed(former, words) if words or isinstance(former, dict) else None
    for field, name in _SWITCHES.items():
        if field in form:
            found[name] = True if form[field].data else None
    for field, name in _NUMBERS.items():
        if field in form:
            found[name] = _stored(form[field].data or "")
    found |= _own_changes(form, options)
    for field, name in _LISTS.items():
        if field in form:
            found[name] = editing.choices_from_lines(form[field].data or "", options.get(name))
    if "input_type" in form:
        found["inputType"] = form.input_type.data if form.input_type.data != "text" else None
    if "trait" in form:
        own = options.get(OWN)
        kept = {**(own if isinstance(own, dict) else {}), "trait": form.trait.data or None}
        found[OWN] = {name: value for name, value in kept.items() if value} or None
    found["visibleIf"] = condition_of(form, str(options.get("visibleIf") or ""), definition) or None
    return found


def _own_changes(form: ElementForm, options: dict[str, Any]) -> dict[str, Any]:
    """Of properties that only single kinds have."""
    kind = str(options.get("type") or "text")
    found: dict[str, Any] = {}
    for field, name in (_LINES | _SELECTS).items():
        if field in form:
            found[name] = form[field].data or None
    for field in _COUNTS:
        if field in form:
            found[_count_name(field, kind)] = _stored(form[field].data or "")
    for field, name in _NAMED.items():
        if field in form:
            found[name] = editing.names_from_lines(form[field].data or "", options.get(name))
    if "pictures" in form:
        found["choices"] = editing.pictures_from_lines(form.pictures.data or "", options.get("choices"))
    if "takes_several" in form:
        name, value = _SEVERAL[kind]
        found[name] = value if form.takes_several.data else None
    return found


def _count_name(field: str, kind: str) -> str:
    names = _COUNTS[field]
    return names.get(kind, names[""])


def page_form(options: dict[str, Any], definition: Definition) -> PageForm:
    """Of a page or a panel."""
    form = PageForm(
        formdata=None,
        data={
            "title": text(options.get("title")),
            "description": text(options.get("description")),
            **conditions.fields_of(str(options.get("visibleIf") or ""), definition),
        },
    )
    return fitted_page(form, options, definition)


def fitted_page(form: PageForm, options: dict[str, Any], definition: Definition) -> PageForm:
    conditions.offer(form, definition, names_inside(options))
    return form


def names_inside(options: dict[str, Any]) -> set[str]:
    """Of everything that stands in a page or panel, however deep."""
    found: set[str] = set()
    waiting = [options]
    while waiting:
        elements = waiting.pop().get("elements")
        inside = [each for each in elements if isinstance(each, dict)] if isinstance(elements, list) else []
        found |= {str(each.get("name")) for each in inside}
        waiting += inside
    return found


def page_changes(form: PageForm, options: dict[str, Any], definition: Definition) -> dict[str, Any]:
    return {
        "title": changed(options.get("title"), form.title.data or "") or None,
        "description": changed(options.get("description"), form.description.data or "") or None,
        "visibleIf": condition_of(form, str(options.get("visibleIf") or ""), definition) or None,
    }


def survey_form(survey: Survey) -> SurveyForm:
    draft = survey.draft
    return SurveyForm(
        formdata=None,
        data={
            "title": text(draft.get("title")) or survey.name,
            "description": text(draft.get("description")),
            "completed": text(draft.get("completedHtml")),
        },
    )


def survey_changes(form: SurveyForm, draft: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": changed(draft.get("title"), form.title.data or ""),
        "description": changed(draft.get("description"), form.description.data or "") or None,
        "completedHtml": changed(draft.get("completedHtml"), form.completed.data or "") or None,
    }


def _shown(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value)


def _stored(line: str) -> float | int | str | None:
    number = written_number(line)
    # What is no number stays as it was written: a date, or a mistake that the list of problems names.
    return line.strip() or None if math.isnan(number) else number
