"""Formbricks' conditions in our language: trees of its newer surveys, lines of its older ones. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.importers import words
from betaops.surveys.importers.conditions import Untranslatable, both, either, listed, named, quoted, unless

DEEPEST = 10
_SIGNS = {
    "equals": "=", "doesNotEqual": "<>", "notEquals": "<>", "isGreaterThan": ">", "isLessThan": "<", "greaterThan": ">",
    "lessThan": "<", "isGreaterThanOrEqual": ">=", "isLessThanOrEqual": "<=", "greaterEqual": ">=", "lessEqual": "<=",
    "contains": "contains", "doesNotContain": "notcontains", "isBefore": "<", "isAfter": ">",
}  # fmt: skip
_LISTS = {
    "equalsOneOf": "anyof", "includesOneOf": "anyof", "includesOne": "anyof", "isAnyOf": "anyof",
    "includesAllOf": "allof", "includesAll": "allof", "doesNotIncludeOneOf": "noneof",
}  # fmt: skip
_GIVEN = ("isSubmitted", "submitted", "isSet", "isNotEmpty", "isCompletelySubmitted", "isPartiallySubmitted")
_MISSING = ("isSkipped", "skipped", "isNotSet", "isEmpty")


@dataclass
class Names:
    """Our names by their ids, and what the answers of choices are called."""

    ours: dict[str, str]
    #: Of questions with choices, the value by the label in any language.
    values: dict[str, dict[str, str]]
    consents: set[str]
    several: set[str]


def tree(source: Any, names: Names, depth: int = 1) -> str:
    """A group of conditions, or one."""
    group = words.mapping(source)
    if depth > DEEPEST:
        raise Untranslatable(_("the condition would be too long"))
    if isinstance(group.get("conditions"), list):
        parts = [tree(each, names, depth + 1) for each in words.objects(group["conditions"])]
        return either(*parts) if group.get("connector") == "or" else both(*parts)
    left, right = words.mapping(group.get("leftOperand")), words.mapping(group.get("rightOperand"))
    name = _name(words.plain(left.get("value")), names)
    row = words.plain(words.mapping(left.get("meta")).get("row"))
    if row:
        name = f"{name}.{row}"
    value = right.get("value")
    if words.plain(right.get("type")) in ("question", "element", "variable", "hiddenField"):
        return _compared(words.plain(group.get("operator")), name, named(_name(words.plain(value), names)))
    return one(words.plain(group.get("operator")), words.plain(left.get("value")), name, value, names)


def line(source: dict[str, Any], own: str, names: Names) -> str:
    """A rule as surveys had it before there were trees: about the question that it stands at."""
    return one(words.plain(source.get("condition")), own, _name(own, names), source.get("value"), names)


def one(operator: str, theirs: str, name: str, value: Any, names: Names) -> str:
    if theirs in names.consents and operator in ("isAccepted", "accepted", "isSkipped", "skipped"):
        return f"{named(name)} {'=' if 'ccepted' in operator else '<>'} 'accepted'"
    if operator in _GIVEN:
        return f"{named(name)} notempty"
    if operator in _MISSING:
        return f"{named(name)} empty"
    if operator in _LISTS:
        return f"{named(name)} {_LISTS[operator]} {listed(_meant(value, theirs, names))}"
    if operator == "doesNotIncludeAllOf":
        return unless(f"{named(name)} allof {listed(_meant(value, theirs, names))}")
    if operator in ("startsWith", "doesNotStartWith"):
        start = words.plain(value)
        sign = "=" if operator == "startsWith" else "<>"
        return f"substring({named(name)}, 0, {len(start)}) {sign} {quoted(start)}"
    meant = next(iter(_meant(value, theirs, names)), "")
    if theirs in names.several and operator in ("equals", "doesNotEqual"):
        return f"{named(name)} {_SIGNS[operator]} {listed(_meant(value, theirs, names))}"
    return _compared(operator, name, quoted(meant))


def _compared(operator: str, name: str, right: str) -> str:
    if operator not in _SIGNS:
        raise Untranslatable(_("comparing by %(method)s has no counterpart here", method=operator or "?"))
    return f"{named(name)} {_SIGNS[operator]} {right}"


def _meant(value: Any, theirs: str, names: Names) -> list[Any]:
    """Values as ours: choices may be named by their text."""
    given: Iterable[Any] = value if isinstance(value, list) else [value]
    known = names.values.get(theirs, {})
    return [known.get(words.plain(each), words.code(each)) for each in given]


def _name(theirs: str, names: Names) -> str:
    found = names.ours.get(theirs)
    if found is None:
        raise Untranslatable(_("%(name)s is not in the survey", name=theirs[:60] or "?"))
    return found
