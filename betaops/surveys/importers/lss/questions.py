"""LimeSurvey's question types as ours. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.importers import words
from betaops.surveys.importers.lss.logic import Names, Target
from betaops.surveys.importers.lss.tables import Item, Row, Tables
from betaops.surveys.importers.report import Report

Element = dict[str, Any]


@dataclass
class Context:
    """What making one question needs; `texts` localises words, with places for answers in our spelling."""

    tables: Tables
    report: Report
    texts: Callable[..., Any]
    names: dict[str, str] = field(default_factory=dict)

    def own(self, words_of_ours: Any) -> str:
        """What LimeSurvey says itself, in the survey's main language."""
        with i18n.speaking(self.tables.language):
            return str(words_of_ours)

    def choices(self, name: str, items: Iterable[Item], column: str, code: str) -> list[Any]:
        return [
            {"value": item.get(code), "text": self.texts(name, item.said(column)) or item.get(code)}
            for item in items
            if item.get(code)
        ]

    def answers(self, name: str, item: Item, scale: str = "0") -> list[Any]:
        return self.choices(name, self.tables.answers(item, scale), "answer", "code")

    def parts(self, name: str, item: Item, scale: str = "0") -> list[Any]:
        return self.choices(name, self.tables.parts(item, scale), "question", "title")


Make = Callable[[Context, str, Item, Row], Element]


def _listed(kind: str) -> Make:
    def make(context: Context, name: str, item: Item, attributes: Row) -> Element:
        element: Element = {"type": kind, "choices": context.answers(name, item)}
        if item.get("type") == "O":
            element["showCommentArea"] = True
        if attributes.get("category_separator"):
            context.report.approximate(name, _("groups of answers are one list"))
        return element

    return make


def _several(context: Context, name: str, item: Item, attributes: Row) -> Element:
    if item.get("type") == "P":
        context.report.approximate(name, _("one remark for the question instead of one for each answer"))
    element: Element = {"type": "checkbox", "choices": context.parts(name, item)}
    if item.get("type") == "P" and item.get("other") != "Y":
        element["showCommentArea"] = True
    for attribute, ours in (("min_answers", "minSelectedChoices"), ("max_answers", "maxSelectedChoices")):
        if (limit := words.number(attributes.get(attribute))) is not None:
            element[ours] = limit
    if attributes.get("exclude_all_others"):
        context.report.drop(
            name, _("answers that exclude all others (%(codes)s)", codes=attributes["exclude_all_others"])
        )
    return element


def _ranking(context: Context, name: str, item: Item, attributes: Row) -> Element:
    choices = context.answers(name, item) or context.parts(name, item)
    limit = words.number(attributes.get("max_subquestions") or attributes.get("max_answers"))
    return {"type": "ranking", "choices": choices, **({"maxSelectedChoices": limit} if limit else {})}


def _text(context: Context, name: str, item: Item, attributes: Row) -> Element:
    kind = item.get("type")
    element: Element = {"type": "text" if kind in ("S", "N") else "comment"}
    if kind == "N" or attributes.get("numbers_only") == "1":
        element = {"type": "text", "inputType": "number"}
        for attribute, ours in (("min_num_value_n", "min"), ("max_num_value_n", "max")):
            if (limit := words.number(attributes.get(attribute))) is not None:
                element[ours] = limit
        if attributes.get("num_value_int_only") == "1":
            element["step"] = 1
    length = words.number(attributes.get("maximum_chars"))
    if length and "inputType" not in element:
        element["maxLength"] = length
    rows = words.number(attributes.get("display_rows"))
    if rows and element["type"] == "comment":
        element["rows"] = rows
    return element


def _date(context: Context, name: str, item: Item, attributes: Row) -> Element:
    shape = attributes.get("date_format", "").lower()
    has_time, has_date = "h" in shape, not shape or "y" in shape or "d" in shape
    element: Element = {
        "type": "text", "inputType": "datetime-local" if has_time and has_date else "time" if has_time else "date"
    }  # fmt: skip
    for attribute, ours in (("date_min", "min"), ("date_max", "max")):
        value = attributes.get(attribute, "").strip()
        if len(value) >= 10 and value[:4].isdecimal() and value[4] == "-":
            element[ours] = value[:10]
        elif value:
            context.report.drop(name, _("the limit %(value)s of a date", value=value))
    return element


def _written_parts(context: Context, name: str, item: Item, attributes: Row) -> Element:
    is_number = item.get("type") == "K" or attributes.get("numbers_only") == "1"
    must = item.get("mandatory") == "Y"
    items = [
        {
            "name": part["value"], "title": part["text"],
            **({"inputType": "number"} if is_number else {}), **({"isRequired": True} if must else {}),
        }
        for part in context.parts(name, item)
    ]  # fmt: skip
    if attributes.get("slider_layout") == "1":
        context.report.approximate(name, _("sliders are fields for numbers"))
    return {"type": "multipletext", "items": items}


def _matrix(columns: list[Any] | None = None) -> Make:
    def make(context: Context, name: str, item: Item, attributes: Row) -> Element:
        if item.get("type") == "H":
            context.report.approximate(name, _("drawn row by row instead of column by column"))
        element: Element = {
            "type": "matrix",
            "columns": context.answers(name, item)
            if columns is None
            else [{**each, "text": context.own(each["text"])} for each in columns],
            "rows": context.parts(name, item),
        }
        return element | ({"eachRowRequired": True} if item.get("mandatory") == "Y" else {})

    return make


def _dual(context: Context, name: str, item: Item, attributes: Row) -> Element:
    columns = [
        {
            "name": f"scale{scale}", "cellType": "dropdown", "choices": context.answers(name, item, scale),
            "title": attributes.get(f"dualscale_header{letter}") or _("Scale %(number)s", number=int(scale) + 1),
        }
        for scale, letter in (("0", "A"), ("1", "B"))
    ]  # fmt: skip
    context.report.approximate(name, _("two scales are two columns of a table"))
    return {"type": "matrixdropdown", "columns": columns, "rows": context.parts(name, item)}


def _cells(context: Context, name: str, item: Item, attributes: Row) -> Element:
    cell: Element = {"cellType": "text"}
    if item.get("type") == ":":
        cell = {"cellType": "text", "inputType": "number"}
        if attributes.get("multiflexible_checkbox") == "1":
            cell = {"cellType": "boolean"}
        for attribute, ours in (("multiflexible_min", "min"), ("multiflexible_max", "max")):
            if (limit := words.number(attributes.get(attribute))) is not None and cell["cellType"] == "text":
                cell[ours] = limit
    columns = [
        {"name": part["value"], "title": part["text"], **cell} for part in context.parts(name, item, "1")
    ]
    return {"type": "matrixdropdown", "columns": columns, "rows": context.parts(name, item)}


def _five(context: Context, name: str, item: Item, attributes: Row) -> Element:
    return {"type": "rating", "rateMin": 1, "rateMax": 5}


def _yes(context: Context, name: str, item: Item, attributes: Row) -> Element:
    return {"type": "boolean", "valueTrue": "Y", "valueFalse": "N"}


def _gender(context: Context, name: str, item: Item, attributes: Row) -> Element:
    choices = [
        {"value": code, "text": context.own(said)} for code, said in (("F", _l("Female")), ("M", _l("Male")))
    ]
    return {"type": "radiogroup", "choices": choices}


def _display(context: Context, name: str, item: Item, attributes: Row) -> Element:
    return {"type": "html", "html": context.texts(name, item.said("question"), is_html=True)}


def _file(context: Context, name: str, item: Item, attributes: Row) -> Element:
    element: Element = {"type": "file", "allowMultiple": attributes.get("max_num_of_files", "1") != "1"}
    if size := words.number(attributes.get("max_filesize")):
        element["maxSize"] = int(size * 1024)
    kinds = [each.strip() for each in attributes.get("allowed_filetypes", "").split(",") if each.strip()]
    return element | ({"acceptedTypes": ",".join(f".{each}" for each in kinds)} if kinds else {})


def _steps(codes: Iterable[Any], texts: Iterable[Any] | None = None) -> list[Any]:
    codes = list(codes)
    said = codes if texts is None else list(texts)
    return [{"value": code, "text": text} for code, text in zip(codes, said, strict=True)]


MAKERS: dict[str, Make] = {
    "L": _listed("radiogroup"), "!": _listed("dropdown"), "O": _listed("radiogroup"), "M": _several, "P": _several,
    "R": _ranking, "S": _text, "T": _text, "U": _text, "N": _text, "D": _date, "Q": _written_parts,
    "K": _written_parts, "F": _matrix(), "H": _matrix(), "A": _matrix(_steps(range(1, 6))),
    "B": _matrix(_steps(range(1, 11))), "C": _matrix(_steps("YUN", (_l("Yes"), _l("Uncertain"), _l("No")))),
    "E": _matrix(_steps("ISD", (_l("Increase"), _l("Same"), _l("Decrease")))), "1": _dual, ":": _cells, ";": _cells, "5": _five,
    "Y": _yes, "G": _gender, "X": _display, "|": _file,
}  # fmt: skip

#: What other parts of LimeSurvey call each question's answers.
_WITH_BOXES = ("M", "P")


def known(tables: Tables, names: dict[str, str]) -> Names:
    """Every name that expressions may use; `names` are ours by `qid`."""
    found = Names()
    for item in tables.questions:
        name, code = names[item.get("qid")], item.get("title")
        found.codes[item.get("qid")] = code
        found.targets.setdefault(code.lower(), Target(name))
        if item.get("type") in _WITH_BOXES:
            found.several.add(name)
        for written, target in _inner(tables, item, name):
            found.targets.setdefault(f"{code}_{written}".lower(), target)
    return found


def _inner(tables: Tables, item: Item, name: str) -> Iterable[tuple[str, Target]]:
    kind = item.get("type")
    yield "other", Target(f"{name}-Comment")
    yield "comment", Target(f"{name}-Comment")
    if kind == "R":
        for number in range(len(tables.answers(item) or tables.parts(item))):
            yield str(number + 1), Target(f"{name}[{number}]")
        return
    for part in tables.parts(item):
        code = part.get("title")
        yield code, Target(name, code) if kind in _WITH_BOXES else Target(f"{name}.{code}")
        for column in tables.parts(item, "1"):
            yield f"{code}_{column.get('title')}", Target(f"{name}.{code}.{column.get('title')}")
        if kind == "1":
            for scale in ("0", "1"):
                yield f"{code}_{scale}", Target(f"{name}.{code}.scale{scale}")
