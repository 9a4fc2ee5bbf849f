"""Qualtrics' question types as ours. Pure."""

import re
from collections.abc import Callable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import OWN
from betaops.surveys.importers import words
from betaops.surveys.importers.qsf.logic import Target
from betaops.surveys.importers.qsf.survey import Json, item, ordered
from betaops.surveys.importers.report import Report

Element = dict[str, Any]
#: Localises a text that may stand in another place in translations: `texts(path…)`.
Texts = Callable[..., Any]

_INPUTS = {
    "ValidEmail": "email", "ValidURL": "url", "ValidNumber": "number", "ValidDate": "date", "ValidPhone": "tel",
    "ValidUSPhone": "tel", "ValidZip": "text", "ValidTextOnly": "text", "ValidUSState": "text",
}  # fmt: skip


class Maker:
    """Makes the element of one question, and tells logic what its choices are called."""

    def __init__(self, source: Json, target: Target, texts: Texts, report: Report) -> None:
        self.source, self.target, self.texts, self.report = source, target, texts, report
        self.kind = words.plain(source.get("QuestionType"))
        self.selector = words.plain(source.get("Selector"))
        self.inner = words.plain(source.get("SubSelector"))
        self.settings = words.mapping(words.mapping(source.get("Validation")).get("Settings"))
        self.configuration = words.mapping(source.get("Configuration"))

    def element(self) -> Element | None:
        """None where the type has none here."""
        make = _MAKERS.get(self.kind)
        if make is None:
            return None
        element = make(self)
        if element is not None:
            self.target.kind = element["type"]
        return element

    def approximate(self, what: str) -> None:
        self.report.approximate(self.target.name, what)

    def drop(self, what: str) -> None:
        self.report.drop(self.target.name, what)

    def codes(self, keys: list[str], recoded: Any) -> dict[str, Any]:
        """What each choice is called in the answers: its recoded value, as exports have it, where all differ."""
        said = {key: words.plain(words.mapping(recoded).get(key)) or key for key in keys}
        if len(set(said.values())) < len(said):
            said = {key: key for key in keys}
        return {key: int(code) if re.fullmatch(r"-?\d{1,9}", code) else code for key, code in said.items()}

    def lines(self, name: str, recoded: Any, order: str) -> tuple[list[Element], dict[str, Any]]:
        source = self.source.get(name)
        keys = ordered(self.source.get(order), source)
        codes = self.codes(keys, recoded)
        return [
            {"value": codes[key], "text": self.texts(name, key, "Display") or str(codes[key])} for key in keys
        ], codes

    def choices(self) -> Element:
        """`choices`, and what goes with the one behind which one writes."""
        choices, codes = self.lines("Choices", self.source.get("RecodeValues"), "ChoiceOrder")
        self.target.choices = codes
        written = [key for key in codes if _has_text(item(self.source.get("Choices"), key))]
        element: Element = {}
        if written:
            self.target.other = written[-1]
            element = {
                "showOtherItem": True,
                "otherText": self.texts("Choices", written[-1], "Display") or "Other",
            }
            choices = [each for each in choices if each["value"] != codes[written[-1]]]
        if len(written) > 1:
            self.approximate(_("only one of the answers has a field to write in"))
        if any(item(self.source.get("Choices"), key).get("ExclusiveAnswer") for key in codes):
            self.drop(_("answers that exclude all others"))
        return element | {"choices": choices} | self.order()

    def order(self) -> Element:
        kind = words.plain(words.mapping(self.source.get("Randomization")).get("Type"))
        if kind in ("", "None"):
            return {}
        if kind != "All":
            self.approximate(_("all answers are shuffled"))
        return {"choicesOrder": "random"}


def _has_text(choice: Json) -> bool:
    return words.plain(choice.get("TextEntry")).lower() in ("true", "on", "1")


def _choosing(maker: Maker) -> Element:
    if maker.selector == "NPS" or "NPS" in maker.inner:
        return _nps(maker)
    element: Element = {"type": "radiogroup"}
    if maker.selector.startswith("MA") or maker.selector == "MSB":
        element = {"type": "checkbox"}
        for theirs, ours in (("MinChoices", "minSelectedChoices"), ("MaxChoices", "maxSelectedChoices")):
            if (limit := words.number(maker.settings.get(theirs))) is not None:
                element[ours] = int(limit)
    elif maker.selector in ("DL", "SB"):
        element = {"type": "dropdown"}
    return element | maker.choices()


def _nps(maker: Maker) -> Element:
    keys = ordered(maker.source.get("ChoiceOrder"), maker.source.get("Choices"))
    maker.target.choices = {key: number for number, key in enumerate(keys)} if len(keys) == 11 else {}
    labels = words.objects(maker.source.get("ColumnLabels"))
    ends = [words.title(each.get("Display")) for each in (labels[:1] + labels[-1:] if labels else [])]
    element: Element = {"type": "rating", "rateMin": 0, "rateMax": 10, OWN: {"instrument": "nps"}}
    if len(ends) == 2 and all(ends):
        element |= {"minRateDescription": ends[0], "maxRateDescription": ends[1]}
    return element


def _written(maker: Maker) -> Element:
    if maker.selector == "FORM":
        lines, codes = maker.lines("Choices", None, "ChoiceOrder")
        maker.target.choices = codes
        return {"type": "multipletext", "items": [
            {"name": str(each["value"]), "title": each["text"]} for each in lines
        ]}  # fmt: skip
    if maker.selector == "PW":
        maker.approximate(_("what is written can be seen"))
    element: Element = {"type": "comment" if maker.selector in ("ML", "ESTB") else "text"}
    content = words.plain(maker.settings.get("ContentType"))
    if maker.settings.get("Type") == "ContentType" and content:
        element = _of_content(maker, content)
    validator: Element = {}
    for theirs, ours in (("MinChars", "minLength"), ("MaxChars", "maxLength"), ("TotalChars", "maxLength")):
        if limit := words.number(maker.settings.get(theirs)):
            validator[ours] = int(limit)
    return element | ({"validators": [{"type": "text", **validator}]} if validator else {})


def _of_content(maker: Maker, content: str) -> Element:
    if content not in _INPUTS:
        maker.drop(_("the rule %(rule)s", rule=content))
        return {"type": "text"}
    element: Element = {"type": "text", "inputType": _INPUTS[content]}
    limits = words.mapping(maker.settings.get("ValidNumber"))
    for theirs, ours in (("Min", "min"), ("Max", "max")):
        if content == "ValidNumber" and (limit := words.number(limits.get(theirs))) is not None:
            element[ours] = limit
    if element["inputType"] == "text":
        maker.approximate(_("any text is taken"))
    return element


def _matrix(maker: Maker) -> Element | None:
    rows, codes = maker.lines("Choices", None, "ChoiceOrder")
    columns, answers = maker.lines("Answers", maker.source.get("RecodeValues"), "AnswerOrder")
    maker.target.rows, maker.target.columns = codes, answers
    if maker.selector in ("TE", "CS"):
        cell = {"cellType": "text", **({"inputType": "number"} if maker.selector == "CS" else {})}
        made = [{"name": str(each["value"]), "title": each["text"], **cell} for each in columns]
        return {"type": "matrixdropdown", "rows": rows, "columns": made}
    if maker.selector == "MaxDiff":
        maker.approximate(_("the best and the worst are two columns; all is shown at once"))
        maker.target.rows = {}
        choices = [{"name": name, "title": title, "cellType": "radiogroup"}
                   for name, title in (("best", _("Best")), ("worst", _("Worst")))]  # fmt: skip
        return {
            "type": "matrixdropdown",
            "transposeData": True,
            "choices": rows,
            "columns": choices,
            "rows": ["choice"],
        }
    if maker.selector in ("Profile", "RO"):
        maker.approximate(_("drawn as a scale for several rows"))
    element: Element = {"type": "matrix", "rows": rows, "columns": columns}
    if maker.inner == "MultipleAnswer":
        element["cellType"] = "checkbox"
    if maker.selector == "Bipolar":
        maker.approximate(_("both ends stand before the scale"))
    if maker.order():
        element["rowOrder"] = "random"
    return element


def _slider(maker: Maker) -> Element:
    lines, codes = maker.lines("Choices", None, "ChoiceOrder")
    maker.target.choices = codes
    low = words.number(maker.configuration.get("CSSliderMin"))
    high = words.number(maker.configuration.get("CSSliderMax"))
    step = words.number(maker.configuration.get("SnapToGrid")) or 1
    low, high = 0 if low is None else low, 100 if high is None else high
    if maker.selector == "STAR":
        count = words.number(maker.configuration.get("StarCount")) or 5
        scale: Element = {
            "type": "rating",
            "rateMin": 1,
            "rateMax": max(2, min(int(count), 20)),
            "rateType": "stars",
        }
    else:
        scale = {"type": "slider", "min": min(low, high), "max": max(low, high), "step": abs(step)}
    if len(lines) < 2:
        return scale
    maker.approximate(_("several sliders are fields for numbers"))
    maker.target.rows = codes
    limits = {"min": scale.get("min", 1), "max": scale.get("max", scale.get("rateMax"))}
    return {"type": "multipletext", "items": [
        {"name": str(each["value"]), "title": each["text"], "inputType": "number", **limits} for each in lines
    ]}  # fmt: skip


def _ranking(maker: Maker) -> Element:
    element = {"type": "ranking", **maker.choices()}
    if element.pop("showOtherItem", None):
        maker.drop(_("a field to write in beside an answer"))
        element.pop("otherText", None)
    return element


def _sum(maker: Maker) -> Element:
    lines, codes = maker.lines("Choices", None, "ChoiceOrder")
    maker.target.choices = maker.target.rows = codes
    name = maker.target.name
    items = [
        {"name": str(each["value"]), "title": each["text"], "inputType": "number", "min": 0} for each in lines
    ]
    element: Element = {"type": "multipletext", "items": items}
    total = words.number(maker.settings.get("ChoiceTotal"))
    if total is not None and items:
        parts = ", ".join(f"{{{name}.{each['name']}}}" for each in items)
        text = _("Together it must be %(total)s.", total=total)
        element["validators"] = [
            {"type": "expression", "expression": f"sum({parts}) = {total}", "text": text}
        ]
    return element


def _text_only(maker: Maker) -> Element:
    if maker.selector == "GRB":
        maker.drop(_("a picture, film or sound in its text"))
    return {"type": "html"}


def _file(maker: Maker) -> Element:
    return {"type": "file"}


def _signature(maker: Maker) -> Element:
    return {"type": "signaturepad"}


def _nested(maker: Maker) -> Element:
    maker.approximate(_("a list that opens level by level is one list"))
    return {"type": "dropdown", **maker.choices()}


_MAKERS: dict[str, Callable[[Maker], Element | None]] = {
    "MC": _choosing, "TE": _written, "Matrix": _matrix, "Slider": _slider, "RO": _ranking, "CS": _sum,
    "DB": _text_only, "FileUpload": _file, "Draw": _signature, "DD": _nested, "NPS": _nps,
}  # fmt: skip
