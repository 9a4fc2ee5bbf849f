"""Published measures in the builder: JSON of one to its form, and back."""

from typing import Any

from betaops.kernel import i18n
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import editing, instruments
from betaops.surveys.definition import OWN, Definition
from betaops.surveys.forms.building import MeasureForm
from betaops.surveys.instruments import Instrument
from betaops.surveys.localised import text
from betaops.surveys.ready import measures
from betaops.surveys.views import conditions
from betaops.surveys.views.properties import changes_of, element_data, fitted, names_inside

Draft = dict[str, Any]

#: Besides the parameters, fields that each measure leaves to its author; all others are what its score hangs on.
_FREE: dict[str, tuple[str, ...]] = {
    "nps": ("is_required", "low_label", "high_label", "trait"),
    "csat": ("is_required", "low_label", "high_label", "choices", "trait"),
    "ces": ("is_required", "low_label", "high_label", "choices", "trait"),
    "pmf": ("is_required", "choices", "trait"),
    "sus": ("is_required",),
    "umux_lite": ("is_required", "rows"),
}
_ALWAYS = (
    "csrf_token", "version", "title", "description", "is_scored", "condition_question", "condition_operator", "condition_value",
    "visible_if",
)  # fmt: skip
#: What the part of the wording is called that is the author's; elsewhere it is the product's name.
_SUBJECTS = {
    "ces": _l("What it was easy to do"),
    "van_westendorp": _l("For what, and in which currency"),
}
_HINTS = {
    "ces": _l("The statement goes on: “The product made it easy for me to …”."),
    "van_westendorp": _l("Like “Per month and team, in euros”. It stands above the four prices."),
}


def measure_at(definition: Definition, at: str) -> Instrument | None:
    """The measure that stands at a spot and can be scored."""
    return by_spot(definition).get(at)


def by_spot(definition: Definition) -> dict[str, Instrument]:
    return {editing.spot_of(each.element.place): each.instrument for each in instruments.placed(definition)}


def measure_form(options: Draft, instrument: Instrument, definition: Definition) -> MeasureForm:
    """Filled with what the measure has."""
    kind = str(options.get("type") or "text")
    data = element_data(options, kind, definition)
    data |= {
        "title": text(options.get("title")),
        "is_scored": True,
        **measures.parameters(options, instrument.name),
    }
    return fitted_measure(MeasureForm(formdata=None, data=data), options, instrument, definition)


def fitted_measure(
    form: MeasureForm, options: Draft, instrument: Instrument, definition: Definition
) -> MeasureForm:
    """Without the fields that the measure does not have."""
    kept = {
        *_ALWAYS,
        *_FREE.get(instrument.name, ()),
        *measures.parameters(options, instrument.name),
    }
    fitted(form, str(options.get("type") or "text"), definition, str(options.get("name", "")))
    for field in [name for name in form._fields if name not in kept]:
        delattr(form, field)
    conditions.offer(form, definition, {str(options.get("name", "")), *names_inside(options)})
    if "subject" in form and instrument.name in _SUBJECTS:
        form.subject.label.text = str(_SUBJECTS[instrument.name])
        form.subject.description = str(_HINTS[instrument.name])
    if instrument.name == "kano":
        form.title.label.text = str(_l("Feature"))
    return form


def changed_measure(
    form: MeasureForm, draft: Draft, at: str, options: Draft, instrument: Instrument, definition: Definition
) -> Draft:
    """The draft with what the form says."""
    found = changes_of(form, options, definition)
    said = {name: form[name].data for name in measures.parameters(options, instrument.name)}
    for name, value in measures.changes(options, instrument.name, said, draft, i18n.language()).items():
        # Words that were typed anew as a whole go before a part of the former ones.
        if found.get(name) in (None, options.get(name)):
            found[name] = value
    if not form.is_scored.data:
        found[OWN] = _unscored(found.get(OWN, options.get(OWN)))
    new = editing.change(draft, at, found)
    if lines := (said.get("more_features") or "").strip():
        new = editing.add_after(new, at, measures.further(editing.element_at(new, at), lines, new))
    return new


def _unscored(own: Any) -> Draft | None:
    kept = (
        {name: value for name, value in own.items() if name != "instrument"} if isinstance(own, dict) else {}
    )
    return kept or None
