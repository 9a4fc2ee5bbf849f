"""Qualtrics' logic (display, skip and branch) in our language. Pure."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers import words
from betaops.surveys.importers.conditions import Untranslatable, both, either, named, quoted
from betaops.surveys.importers.qsf.survey import Json, parts

DEEPEST = 10
_SIGNS = {
    "EqualTo": "=", "NotEqualTo": "<>", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "LessThan": "<",
    "LessThanOrEqual": "<=", "Contains": "contains", "DoesNotContain": "notcontains", "Is": "=", "IsNot": "<>",
}  # fmt: skip
_LOCATOR = re.compile(r"q://([^/]{1,60})/(\w+)(?:/(.*))?", re.DOTALL)


@dataclass
class Target:
    """A question as logic may speak of it: our name, our type, and what its choices are called here."""

    name: str
    kind: str
    choices: dict[str, Any] = field(default_factory=dict)
    #: Of matrices: rows and columns by their keys.
    rows: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    #: The choice behind which one writes.
    other: str = ""


class Logic:
    """Translates for one survey; `fields` are the names of fields that the flow sets."""

    def __init__(self, targets: dict[str, Target], fields: dict[str, str]) -> None:
        self._targets, self._fields = targets, fields

    def tree(self, source: Json, depth: int = 1) -> str:
        """A group, or one comparison. Each part says how it joins what stands before it; "and" binds more than "or"."""
        if depth > DEEPEST:
            raise Untranslatable(_("the condition would be too long"))
        inner = parts(source)
        if not inner:
            return self._one(source) if source.get("LogicType") or source.get("ChoiceLocator") else ""
        alternatives: list[list[str]] = [[]]
        for number, part in enumerate(inner):
            word = words.plain(part.get("Conjuction") or part.get("Conjunction") or part.get("Type"))
            if number and word in ("Or", "OrIf", "ElseIf"):
                alternatives.append([])
            alternatives[-1].append(self.tree(part, depth + 1))
        return either(*(both(*conditions) for conditions in alternatives))

    def skip(self, source: Json) -> str:
        """Of a jump, which says where and how in words of its own ("Selected", "Is Selected")."""
        condition = words.plain(source.get("Condition")).replace(" ", "").removeprefix("Is")
        return self._located(words.plain(source.get("ChoiceLocator") or source.get("Locator")),
                             condition, source.get("RightOperand"))  # fmt: skip

    def piped(self, text: str) -> tuple[str, list[str]]:
        """Text with answers in it named our way, and the places that have no counterpart."""
        lost: list[str] = []

        def place(found: re.Match[str]) -> str:
            inside = found[1]
            if locator := _LOCATOR.match(inside):
                target = self._targets.get(locator[1])
                if target is not None and target.kind != "html":
                    return named(target.name)
            if inside.startswith("e://Field/") and inside[10:] in self._fields:
                return named(self._fields[inside[10:]])
            lost.append(found[0])
            return ""

        return re.sub(r"\$\{([^{}]{1,300})\}", place, text), lost

    def _one(self, source: Json) -> str:
        kind, operator = words.plain(source.get("LogicType")), words.plain(source.get("Operator"))
        left = words.plain(source.get("LeftOperand"))
        if kind == "EmbeddedField":
            if left not in self._fields:
                raise Untranslatable(_("%(name)s is not in the survey", name=left))
            return _compared(named(self._fields[left]), operator, source.get("RightOperand"))
        if kind not in ("", "Question"):
            raise Untranslatable(_("%(name)s has no counterpart here", name=kind))
        return self._located(
            left or words.plain(source.get("ChoiceLocator")), operator, source.get("RightOperand")
        )

    def _located(self, locator: str, operator: str, right: Any) -> str:
        found = _LOCATOR.match(unquote(locator))
        target = self._targets.get(found[1]) if found else None
        if found is None or target is None:
            raise Untranslatable(_("%(name)s is not in the survey", name=locator[:60] or "?"))
        way, inside = found[2], [part for part in (found[3] or "").split("/") if part]
        if way in ("SelectableChoice", "SelectableAnswer"):
            return self._chosen(target, inside, operator, right, is_answer=way == "SelectableAnswer")
        if way == "SelectedChoicesCount":
            return _compared(named(f"{target.name}.length"), operator, right)
        if way in ("ChoiceTextEntryValue", "ChoiceNumericEntryValue", "EnteredText", "TextEntry", "DateTime"):
            return _compared(named(self._written(target, inside)), operator, right)
        if way == "QuestionDisplayed" or operator in ("Displayed", "NotDisplayed"):
            raise Untranslatable(_("whether a question was shown has no counterpart here"))
        raise Untranslatable(_("%(name)s has no counterpart here", name=way))

    def _written(self, target: Target, inside: list[str]) -> str:
        if not inside or target.kind in ("text", "comment", "slider", "rating"):
            return target.name
        if target.kind in ("radiogroup", "checkbox", "dropdown"):
            return f"{target.name}-Comment"
        row = target.rows.get(inside[0], target.choices.get(inside[0]))
        if row is None:
            raise Untranslatable(_("the answer %(answer)s is not there", answer=inside[0]))
        return f"{target.name}.{row}"

    def _chosen(
        self, target: Target, inside: list[str], operator: str, right: Any, *, is_answer: bool
    ) -> str:
        if not inside:
            return _compared(named(target.name), operator, right)
        is_chosen = operator in ("Selected", "Is", "EqualTo", "")
        if not is_chosen and operator not in ("NotSelected", "IsNot", "NotEqualTo"):
            return _compared(named(target.name), operator, right)
        if target.rows:
            return self._in_matrix(target, inside, is_chosen=is_chosen, is_answer=is_answer)
        if inside[0] == target.other:
            value: Any = "other"
        elif inside[0] in target.choices:
            value = target.choices[inside[0]]
        elif target.kind == "rating":
            value = words.code(words.number(inside[0]))
        else:
            raise Untranslatable(_("the answer %(answer)s is not there", answer=inside[0]))
        if target.kind in ("checkbox", "tagbox"):
            return f"{named(target.name)} {'contains' if is_chosen else 'notcontains'} {quoted(value)}"
        return f"{named(target.name)} {'=' if is_chosen else '<>'} {quoted(value)}"

    def _in_matrix(self, target: Target, inside: list[str], *, is_chosen: bool, is_answer: bool) -> str:
        if len(inside) < 2 or inside[0] not in target.rows or inside[1] not in target.columns:
            what = _("the column alone") if is_answer else _("the row alone")
            raise Untranslatable(_("%(name)s has no counterpart here", name=what))
        row, column = target.rows[inside[0]], target.columns[inside[1]]
        return f"{named(f'{target.name}.{row}')} {'=' if is_chosen else '<>'} {quoted(column)}"


def _compared(left: str, operator: str, right: Any) -> str:
    if operator in ("Empty", "IsEmpty"):
        return f"{left} empty"
    if operator in ("NotEmpty", "IsNotEmpty"):
        return f"{left} notempty"
    if operator not in _SIGNS:
        raise Untranslatable(_("comparing by %(method)s has no counterpart here", method=operator or "?"))
    value = words.number(right)
    return f"{left} {_SIGNS[operator]} {quoted(words.code(right) if value is None else value)}"
