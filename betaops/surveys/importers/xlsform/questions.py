"""XLSForm's types as ours. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers import words
from betaops.surveys.importers.report import Report
from betaops.surveys.importers.xlsform.sheets import Row

Element = dict[str, Any]

_INPUTS: dict[str, Element] = {
    "integer": {"inputType": "number", "step": 1}, "int": {"inputType": "number", "step": 1},
    "decimal": {"inputType": "number"}, "date": {"inputType": "date"}, "time": {"inputType": "time"},
    "datetime": {"inputType": "datetime-local"}, "text": {}, "string": {}, "barcode": {}, "phonenumber": {},
}  # fmt: skip
_FILES = {"image": "image/*", "photo": "image/*", "audio": "audio/*", "video": "video/*", "file": ""}
_PLACES = ("geopoint", "geotrace", "geoshape", "location", "gps")
#: What phones write by themselves.
RECORDED = {
    "start", "end", "today", "deviceid", "phone_number", "subscriberid", "simserial", "username", "email", "audit",
    "start-geopoint", "background-audio", "background-geopoint", "imei", "end_time", "start_time", "xml-external",
    "csv-external",
}  # fmt: skip
CALCULATED = ("calculate", "hidden", "calculation")


def type_of(row: Row) -> tuple[str, str, bool]:
    """The type, the list it takes its choices from, and whether "other" may be added."""
    source = " ".join(row.get("type", "").split())
    has_other = bool(re.search(r"\bor[_ ](?:specify[_ ])?other$", source, re.IGNORECASE))
    source = re.sub(r"\s*\bor[_ ](?:specify[_ ])?other$", "", source, flags=re.IGNORECASE)
    found = re.fullmatch(
        r"(select[ _]one|select[ _]multiple|select1|select|rank|add select one prompt using|"
        r"add select multiple prompt using|select all that apply from|select_one_external)"
        r"(?:_from_file)?(?:\s+from)?\s+(\S+)", source, re.IGNORECASE,
    )  # fmt: skip
    if found is None:
        return source.lower().replace(" ", "_"), "", has_other
    word = found[1].lower()
    kind = (
        "rank"
        if word == "rank"
        else "select_multiple"
        if ("multiple" in word or "all" in word)
        else "select_one"
    )
    return kind, found[2], has_other


def made(name: str, row: Row, kind: str, choices: list[Any], report: Report) -> Element | None:
    """The element of one row, without its words and conditions; None where the type has none here."""
    appearance = row.get("appearance", "").lower().split()
    if kind in ("select_one", "select_multiple", "rank"):
        return _choosing(name, kind, choices, appearance, report)
    if kind in _INPUTS:
        return _typed(name, kind, appearance, report)
    if kind == "note":
        return {"type": "html"}
    if kind in ("acknowledge", "trigger"):
        return {"type": "boolean", "renderAs": "checkbox"}
    if kind == "range":
        return _range(name, row, report)
    if kind in _FILES:
        if kind == "image" and {"signature", "draw", "annotate"} & set(appearance):
            return {"type": "signaturepad"}
        return {"type": "file", **({"acceptedTypes": _FILES[kind]} if _FILES[kind] else {})}
    if kind in _PLACES:
        report.approximate(name, _("a place on the map is asked as text"))
        return {"type": "text"}
    return None


def _choosing(name: str, kind: str, choices: list[Any], appearance: list[str], report: Report) -> Element:
    if kind == "rank":
        return {"type": "ranking", "choices": choices}
    is_small = any(
        word in ("minimal", "autocomplete", "search") or word.startswith("minimal") for word in appearance
    )
    if kind == "select_multiple":
        return {"type": "tagbox" if is_small else "checkbox", "choices": choices}
    if "likert" in appearance:
        report.approximate(name, _("a scale is drawn as a list"))
    return {"type": "dropdown" if is_small else "radiogroup", "choices": choices}


def _typed(name: str, kind: str, appearance: list[str], report: Report) -> Element:
    if kind in ("text", "string") and "multiline" in appearance:
        return {"type": "comment"}
    if kind == "barcode":
        report.approximate(name, _("a barcode is typed"))
    if kind == "date" and {"month-year", "year"} & set(appearance):
        report.approximate(name, _("a whole date is asked"))
    return {"type": "text", **_INPUTS[kind]}


def _range(name: str, row: Row, report: Report) -> Element:
    given = parameters(row)
    start, end, step = (words.number(given.get(each)) for each in ("start", "end", "step"))
    low, high = 1 if start is None else start, 10 if end is None else end
    if low > high:
        report.approximate(name, _("the scale runs from low to high"))
        low, high = high, low
    return {"type": "slider", "min": low, "max": high, "step": abs(step or 1)}


def parameters(row: Row) -> Mapping[str, str]:
    """`start=0; end=10` and the like."""
    return dict(re.findall(r"([\w-]+)\s*=\s*([^\s;,]+)", row.get("parameters", "").lower()))
