"""XLSForms (.xlsx, as ODK, KoboToolbox and SurveyCTO read them): outer groups are pages, repeats dynamic panels. Pure."""

from dataclasses import dataclass, field
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers import words
from betaops.surveys.importers.conditions import Untranslatable
from betaops.surveys.importers.naming import Naming
from betaops.surveys.importers.report import Report
from betaops.surveys.importers.xlsform import sheets
from betaops.surveys.importers.xlsform.logic import Logic, Names
from betaops.surveys.importers.xlsform.questions import CALCULATED, RECORDED, made, parameters, type_of
from betaops.surveys.importers.xlsform.sheets import Row, Workbook
from betaops.surveys.importers.xlsform.translations import Translations

FORMAT = "XLSForm"

MOST_ROWS = 2_000
DEEPEST = 8
#: Columns that are acted on, or that say nothing about asking.
_TAKEN = {
    "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "choice_filter", "appearance", "default", "readonly", "read_only", "parameters", "repeat_count",
    "relevance", "disabled", "$kuid", "$xpath", "_isrepeat", "note", "notes", "comment", "comments", "guidance_hint",
    "skip", "required_logic", "media",
}  # fmt: skip
_SAID_YES = ("yes", "true", "true()", "1", "y")


@dataclass
class Group:
    """A group, a repeat or the whole form while its rows are read."""

    kind: str
    row: Row
    name: str = ""
    elements: list[dict[str, Any]] = field(default_factory=list)


def read(parts: dict[str, bytes], report: Report) -> dict[str, Any]:
    """The definition in the unpacked parts of a workbook; `Invalid` where it is no form."""
    book = sheets.read(parts)
    if not any("type" in row for row in book.rows("survey")):
        raise Invalid(
            "not_a_survey",
            _("This workbook is no XLSForm: a sheet “survey” with a column “type” is expected."),
        )
    return _Form(book, report).definition()


class _Form:
    def __init__(self, book: Workbook, report: Report) -> None:
        self.book, self.report = book, report
        self.settings: Row = next(iter(book.rows("settings")), {})
        self.naming, self.names = Naming(), Names()
        report.cut(len(book.rows("survey")), MOST_ROWS)
        self.rows = book.rows("survey")[:MOST_ROWS]
        self.own_names: list[str] = []
        self._name_all()
        self.logic = Logic(self.names)
        self.translations = Translations(
            self.settings.get("default_language", ""), [*self.rows, *book.rows("choices")]
        )
        self.calculated: list[dict[str, Any]] = []

    def _name_all(self) -> None:
        """Ours for every row, before any formula is read: formulas may name what comes later."""
        repeats: list[str] = []
        for row in self.rows:
            kind, theirs = type_of(row)[0], row.get("name", "")
            if _ends(kind):
                if repeats:
                    repeats.pop()
                self.own_names.append("")
                continue
            ours = self.naming.name(theirs, kind or "question")
            self.own_names.append(ours)
            if _begins(kind):
                is_repeat = kind.endswith("repeat")
                if is_repeat:
                    self.names.groups.setdefault(theirs, ours)
                repeats.append(ours if is_repeat else (repeats[-1] if repeats else ""))
                continue
            self.names.ours.setdefault(theirs, ours)
            self.names.repeats.setdefault(theirs, repeats[-1] if repeats else "")
            if kind == "select_multiple":
                self.names.several.add(ours)

    def definition(self) -> dict[str, Any]:
        title = words.plain(self.settings.get("form_title") or self.settings.get("form_id"))
        draft: dict[str, Any] = {"title": title, "pages": self._pages()}
        if self.calculated:
            draft["calculatedValues"] = self.calculated
        if self.translations.main:
            draft["locale"] = self.translations.main
        for setting in ("instance_name", "public_key", "submission_url", "auto_send", "auto_delete"):
            if self.settings.get(setting):
                self.report.drop("", _("the setting %(name)s", name=setting))
        for name in self.book.sheets:
            if name in ("entities", "osm", "external_choices"):
                self.report.drop("", _("the sheet %(name)s", name=name))
        return draft

    def _pages(self) -> list[dict[str, Any]]:
        """Outer groups are pages of their own, and so are the questions between them."""
        pages: list[dict[str, Any]] = []
        loose: list[dict[str, Any]] = []
        for element in self._elements():
            if element.get("type") != "panel":
                loose.append(element)
                continue
            self._page_of(loose, pages)
            loose = []
            pages.append({name: value for name, value in element.items() if name != "type"})
        self._page_of(loose, pages)
        return pages

    def _page_of(self, elements: list[dict[str, Any]], pages: list[dict[str, Any]]) -> None:
        if elements:
            pages.append({"name": self.naming.name(f"page{len(pages) + 1}"), "elements": elements})

    def _elements(self) -> list[dict[str, Any]]:
        groups = [Group("form", {})]
        for row, name in zip(self.rows, self.own_names, strict=True):
            kind = type_of(row)[0]
            if _begins(kind) and len(groups) <= DEEPEST:
                groups.append(Group("repeat" if kind.endswith("repeat") else "group", row, name))
            elif _begins(kind):
                self.report.approximate(name, _("groups are not nested any deeper"))
                groups.append(Group("flat", row, name))
            elif _ends(kind):
                if len(groups) > 1:
                    self._close(groups)
            elif (element := self._element(row, name, _repeat_around(groups))) is not None:
                groups[-1].elements.append(element)
        while len(groups) > 1:
            self.report.approximate(groups[-1].name, _("the group is not closed in the form"))
            self._close(groups)
        return groups[0].elements

    def _close(self, groups: list[Group]) -> None:
        group = groups.pop()
        inside = _repeat_around(groups)
        if group.kind == "flat":
            groups[-1].elements += group.elements
            return
        key = "templateElements" if group.kind == "repeat" else "elements"
        element: dict[str, Any] = {
            "type": "paneldynamic" if group.kind == "repeat" else "panel", "name": group.name, key: group.elements,
        }  # fmt: skip
        self._describe(element, group.row, group.name, inside)
        self._visible(element, group.row, group.name, inside)
        if group.kind == "repeat":
            self._count(element, group)
            if inside:
                self.report.approximate(group.name, _("a repeated group inside another one"))
        groups[-1].elements.append(element)

    def _count(self, element: dict[str, Any], group: Group) -> None:
        count = group.row.get("repeat_count", "")
        if (number := words.number(count)) is not None:
            element |= {"panelCount": int(number), "minPanelCount": int(number), "maxPanelCount": int(number)}
        elif count:
            self.report.drop(
                group.name,
                _("how often it is asked (%(formula)s): one may add as many as one likes", formula=count),
            )

    def _element(self, row: Row, name: str, inside: str) -> dict[str, Any] | None:
        kind, list_name, has_other = type_of(row)
        if row.get("disabled", "").lower() in _SAID_YES or not kind:
            return None
        if kind in RECORDED:
            self.report.drop(name, _("what a phone records by itself (%(type)s)", type=kind))
            return None
        if kind in CALCULATED:
            return self._calculate(row, name, inside)
        element = made(name, row, kind, self._choices(row, name, list_name, inside), self.report)
        if element is None:
            self.report.drop(name, _("questions of type %(type)s", type=kind))
            return None
        element = {**element, "name": name}
        if kind == "note":
            element["html"] = self.translations.text(
                row, "label", lambda said: self.logic.piped(said, inside=inside)
            )
        else:
            self._describe(element, row, name, inside)
        if has_other:
            element["showOtherItem"] = True
        if parameters(row).get("randomize") == "true" and "choices" in element:
            element["choicesOrder"] = "random"
        self._visible(element, row, name, inside)
        self._answered(element, row, name, inside)
        self._leftover(row, name)
        return element

    def _describe(self, element: dict[str, Any], row: Row, name: str, inside: str) -> None:
        def piped(said: str) -> str:
            return words.title(self.logic.piped(said, inside=inside))

        if title := self.translations.text(row, "label", piped):
            element["title"] = title
        hint = self.translations.text(row, "hint", piped) or self.translations.text(
            row, "guidance_hint", piped
        )
        if hint:
            element["description"] = hint

    def _choices(self, row: Row, name: str, list_name: str, inside: str) -> list[dict[str, Any]]:
        if not list_name:
            return []
        offered = [each for each in self.book.rows("choices")
                   if each.get("list_name") == list_name]  # fmt: skip
        if not offered:
            self.report.drop(name, _("its answers: there is no list %(name)s", name=list_name))
        found = []
        for choice in offered:
            value = choice.get("name") or choice.get("value", "")
            if value:
                said = self.translations.text(choice, "label", words.title)
                found.append(
                    {"value": value, "text": said or value, **self._filtered(row, name, choice, inside)}
                )
        return found

    def _filtered(self, row: Row, name: str, choice: Row, inside: str) -> dict[str, str]:
        source = row.get("choice_filter", "")
        if not source:
            return {}
        try:
            return {"visibleIf": self.logic.choice(source, choice, inside=inside)}
        except Untranslatable as reason:
            self.report.drop(
                name, _("which answers are offered (%(formula)s): %(why)s", formula=source[:80], why=reason)
            )
            return {}

    def _visible(self, element: dict[str, Any], row: Row, name: str, inside: str) -> None:
        source = row.get("relevant") or row.get("relevance", "")
        if not source:
            return
        try:
            element["visibleIf"] = self.logic.condition(source, own=row.get("name", ""), inside=inside)
        except Untranslatable as reason:
            self.report.drop(
                name, _("its condition (%(condition)s): %(why)s", condition=source[:80], why=reason)
            )

    def _answered(self, element: dict[str, Any], row: Row, name: str, inside: str) -> None:
        """Whether it must be answered, what the answer may be, and what it begins with."""
        own = row.get("name", "")
        required = row.get("required", "").strip()
        try:
            if required.lower() in _SAID_YES:
                element["isRequired"] = True
            elif required and required.lower() not in ("no", "false", "false()", "0", "n"):
                element["requiredIf"] = self.logic.condition(required, own=own, inside=inside)
        except Untranslatable as reason:
            self.report.drop(
                name, _("when it must be answered (%(formula)s): %(why)s", formula=required[:80], why=reason)
            )
        if told := self.translations.text(row, "required_message", words.title):
            element["requiredErrorText"] = told
        if row.get("readonly", row.get("read_only", "")).lower() in _SAID_YES:
            element["readOnly"] = True
        self._constrain(element, row, name, inside)
        self._begin_with(element, row, name, inside)

    def _constrain(self, element: dict[str, Any], row: Row, name: str, inside: str) -> None:
        source = row.get("constraint", "")
        if not source:
            return
        try:
            validator: dict[str, Any] = {
                **self.logic.constraint(source, own=row.get("name", ""), inside=inside)
            }
        except Untranslatable as reason:
            self.report.drop(name, _("its check (%(condition)s): %(why)s", condition=source[:80], why=reason))
            return
        if told := self.translations.text(row, "constraint_message", words.title):
            validator["text"] = told
        element["validators"] = [validator]

    def _begin_with(self, element: dict[str, Any], row: Row, name: str, inside: str) -> None:
        value, formula = row.get("default", ""), row.get("calculation", "")
        try:
            if formula:
                element["setValueExpression"] = self.logic.value(formula, inside=inside)
            elif "${" in value or "(" in value:
                element["defaultValueExpression"] = self.logic.value(value, inside=inside)
            elif value:
                element["defaultValue"] = (
                    value.split() if element["type"] in ("checkbox", "tagbox") else value
                )
        except Untranslatable as reason:
            self.report.drop(
                name,
                _("what it begins with (%(formula)s): %(why)s", formula=(formula or value)[:80], why=reason),
            )

    def _calculate(self, row: Row, name: str, inside: str) -> dict[str, Any] | None:
        source = row.get("calculation") or row.get("default", "")
        try:
            expression = self.logic.value(source, inside=inside) if source else "''"
        except Untranslatable as reason:
            self.report.drop(
                name, _("what it calculates (%(formula)s): %(why)s", formula=source[:80], why=reason)
            )
            expression = "''"
        if row.get("relevant"):
            self.report.approximate(name, _("it is calculated always, not only under its condition"))
        if inside:
            return {"type": "expression", "name": name, "expression": expression, "visible": False}
        self.calculated.append({"name": name, "expression": expression, "includeIntoResult": True})
        return None

    def _leftover(self, row: Row, name: str) -> None:
        for column in row:
            plain = column.partition("::")[0]
            if plain not in _TAKEN and not plain.startswith("_"):
                self.report.drop(name, _("the column %(name)s", name=column))
            elif plain == "media":
                self.report.drop(name, _("a picture, film or sound in its text"))


def _begins(kind: str) -> bool:
    return kind in ("begin_group", "begin_repeat", "begingroup", "beginrepeat")


def _ends(kind: str) -> bool:
    return kind in ("end_group", "end_repeat", "endgroup", "endrepeat")


def _repeat_around(groups: list[Group]) -> str:
    return next((group.name for group in reversed(groups) if group.kind == "repeat"), "")
