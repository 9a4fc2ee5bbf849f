"""Formbricks' question types as ours. Pure."""

from collections.abc import Callable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.definition import OWN
from betaops.surveys.importers import words
from betaops.surveys.importers.report import Report

Element = dict[str, Any]
#: Localises words: `texts({"default": "Hello", "de": "Hallo"})`.
Texts = Callable[[Any], Any]

_CONTACT = (
    ("firstName", _l("First name"), ""), ("lastName", _l("Last name"), ""), ("email", _l("Mail address"), "email"),
    ("phone", _l("Telephone number"), "tel"), ("company", _l("Company"), ""),
)  # fmt: skip
_ADDRESS = (
    ("addressLine1", _l("Address"), ""), ("addressLine2", _l("Address, second line"), ""), ("city", _l("City"), ""),
    ("state", _l("State"), ""), ("zip", _l("Postal code"), ""), ("country", _l("Country"), ""),
)  # fmt: skip
_INPUTS = {"email": "email", "url": "url", "number": "number", "phone": "tel"}


def made(kind: str, name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element | None:
    """The element, without its title and conditions; None where the type has none here."""
    make = _MAKERS.get(kind)
    return None if make is None else make(name, source, texts, report)


def choices_of(source: dict[str, Any], texts: Texts) -> list[Element]:
    found = []
    for choice in words.objects(source.get("choices")):
        value = words.plain(choice.get("id")) or words.title(
            words.mapping(choice.get("label")).get("default")
        )
        if value and value not in ("other", "none"):
            found.append({"value": value, "text": texts(choice.get("label")) or value})
    return found


def _open(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    kind = _INPUTS.get(words.plain(source.get("inputType")))
    element: Element = {
        "type": "comment" if source.get("longAnswer") is not False and kind is None else "text"
    }
    if kind:
        element["inputType"] = kind
    if placeholder := texts(source.get("placeholder")):
        element["placeholder"] = placeholder
    limits = words.mapping(source.get("charLimit"))
    bounds = {
        ours: words.number(limits.get(theirs))
        for theirs, ours in (("min", "minLength"), ("max", "maxLength"))
    }
    said = {ours: int(value) for ours, value in bounds.items() if value is not None and value >= 0}
    if limits.get("enabled") is not False and said:
        element["validators"] = [{"type": "text", **said}]
    return element


def _choosing(kind: str) -> Callable[[str, dict[str, Any], Texts, Report], Element]:
    def make(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
        element: Element = {"type": kind, "choices": choices_of(source, texts)}
        for choice in words.objects(source.get("choices")):
            special = {"other": "Other", "none": "None"}.get(words.plain(choice.get("id")))
            if special:
                element[f"show{special}Item"] = True
                element[f"{special.lower()}Text"] = texts(choice.get("label")) or special
        if placeholder := texts(source.get("otherOptionPlaceholder")):
            element["otherPlaceholder"] = placeholder
        if source.get("shuffleOption") in ("all", "exceptLast", "reverseOrderOccasionally"):
            element["choicesOrder"] = "random"
            if source["shuffleOption"] != "all":
                report.approximate(name, _("all answers are shuffled"))
        return element

    return make


def _rating(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    size = words.number(source.get("range")) or 5
    element: Element = {"type": "rating", "rateMin": 1, "rateMax": max(2, min(int(size), 20))}
    if source.get("scale") in ("star", "smiley"):
        element["rateType"] = {"star": "stars", "smiley": "smileys"}[source["scale"]]
    return element | _ends(source, texts)


def _nps(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    return {"type": "rating", "rateMin": 0, "rateMax": 10, OWN: {"instrument": "nps"}, **_ends(source, texts)}


def _measured(instrument: str, *steps: int) -> Callable[[str, dict[str, Any], Texts, Report], Element]:
    def make(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
        element = _rating(name, source, texts, report)
        if element["rateMax"] in steps:
            element[OWN] = {"instrument": instrument}
        return element

    return make


def _ends(source: dict[str, Any], texts: Texts) -> Element:
    ends = (("lowerLabel", "minRateDescription"), ("upperLabel", "maxRateDescription"))
    return {ours: said for theirs, ours in ends if (said := texts(source.get(theirs)))}


def _text_only(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    report.approximate(name, _("a card with a button is a text; nobody learns whether the button was used"))
    return {"type": "html"}


def _consent(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    return {
        "type": "boolean",
        "renderAs": "checkbox",
        "label": texts(source.get("label")),
        "valueTrue": "accepted",
    }


def _pictures(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    choices = [
        {"value": words.plain(each.get("id")), "imageLink": words.plain(each.get("imageUrl"))}
        for each in words.objects(source.get("choices"))
        if each.get("id")
    ]
    report.approximate(name, _("pictures stay where they are, at another address"))
    return {"type": "imagepicker", "choices": choices, "multiSelect": source.get("allowMulti") is True}


def _matrix(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    def lines(key: str) -> list[Element]:
        found = []
        for number, item in enumerate(words.items(source.get(key))[:200]):
            label = words.mapping(item).get("label", item)
            value = words.plain(words.mapping(item).get("id")) or str(number)
            found.append({"value": value, "text": texts(label) or value})
        return found

    element: Element = {"type": "matrix", "rows": lines("rows"), "columns": lines("columns")}
    if source.get("required") is True:
        element["eachRowRequired"] = True
    if words.plain(source.get("shuffleOption")) not in ("", "none"):
        element["rowOrder"] = "random"
    return element


def _file(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    kinds = [words.plain(each) for each in words.items(source.get("allowedFileExtensions"))]
    element: Element = {"type": "file", "allowMultiple": source.get("allowMultipleFiles") is True}
    if size := words.number(source.get("maxSizeInMB")):
        element["maxSize"] = int(size * 1024 * 1024)
    return element | ({"acceptedTypes": ",".join(f".{each}" for each in kinds if each)} if kinds else {})


def _date(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
    return {"type": "text", "inputType": "date"}


def _fields(
    parts: tuple[tuple[str, Any, str], ...],
) -> Callable[[str, dict[str, Any], Texts, Report], Element]:
    def make(name: str, source: dict[str, Any], texts: Texts, report: Report) -> Element:
        found = []
        for key, title, kind in parts:
            told = words.mapping(source.get(key))
            if told.get("show") is False:
                continue
            item: Element = {"name": key, "title": texts(told.get("placeholder")) or str(title)}
            item |= {"inputType": kind} if kind else {}
            found.append(item | ({"isRequired": True} if told.get("required") is True else {}))
        return {"type": "multipletext", "items": found}

    return make


_MAKERS: dict[str, Callable[[str, dict[str, Any], Texts, Report], Element]] = {
    "openText": _open, "multipleChoiceSingle": _choosing("radiogroup"), "multipleChoiceMulti": _choosing("checkbox"),
    "nps": _nps, "csat": _measured("csat", 5, 7), "ces": _measured("ces", 7), "cta": _text_only, "rating": _rating,
    "consent": _consent, "pictureSelection": _pictures, "fileUpload": _file, "date": _date, "matrix": _matrix,
    "address": _fields(_ADDRESS), "contactInfo": _fields(_CONTACT), "ranking": _choosing("ranking"),
}  # fmt: skip
KINDS = (*_MAKERS, "cal")
