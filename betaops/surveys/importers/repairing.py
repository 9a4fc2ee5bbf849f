"""Conditions that came out wrong are taken away again and named, so that nothing imported hides questions by mistake."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.engine import conditions
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.importers.report import Report
from betaops.surveys.importers.words import items, mapping
from betaops.surveys.kinds.validators import pattern
from betaops.surveys.reading import read

#: Properties of pages and elements that hold an expression.
_EXPRESSIONS = (
    "visibleIf", "enableIf", "requiredIf", "setValueExpression", "defaultValueExpression", "choicesVisibleIf",
    "rowsVisibleIf", "expression",
)  # fmt: skip

Json = dict[str, Any]


def repaired(draft: Json, report: Report) -> Json:
    """`draft` (made by an importer, so it may be changed) without what could not be published."""
    known = conditions.known_names(read(draft))
    for owner in _owners(draft):
        name = str(owner.get("name", ""))
        for key in _EXPRESSIONS:
            if isinstance(owner.get(key), str) and (why := _wrong(owner[key], known)):
                report.drop(
                    name, _("its condition (%(condition)s): %(why)s", condition=owner.pop(key)[:80], why=why)
                )
        _choices(owner, name, known, report)
        _validators(owner, name, known, report)
    _without_empty_ones(draft)
    endings = items(draft.get("completedHtmlOnCondition"))
    if endings:
        draft["completedHtmlOnCondition"] = [
            each for each in endings if not _wrong(each["expression"], known)
        ]
    return draft


def _without_empty_ones(draft: Json) -> None:
    """Elements that calculate have nothing to show once their formula is gone; values of which others speak are empty."""
    for value in items(draft.get("calculatedValues")):
        value.setdefault("expression", "''")
    for owner in _owners(draft):
        for inner in ("elements", "templateElements"):
            if inner in owner:
                owner[inner] = [
                    each for each in owner[inner] if each.get("type") != "expression" or "expression" in each
                ]


def _choices(owner: Json, name: str, known: frozenset[str], report: Report) -> None:
    for choice in items(owner.get("choices")):
        condition = mapping(choice).get("visibleIf")
        if isinstance(condition, str) and (why := _wrong(condition, known)):
            del choice["visibleIf"]
            report.drop(name, _("its condition (%(condition)s): %(why)s", condition=condition[:80], why=why))


def _validators(owner: Json, name: str, known: frozenset[str], report: Report) -> None:
    kept = []
    for validator in items(owner.get("validators")):
        condition, regex = validator.get("expression"), validator.get("regex")
        why = _wrong(condition, known) if isinstance(condition, str) else ""
        if isinstance(regex, str) and pattern(regex, ignores_case=True) is None:
            why = _("the pattern cannot be used")
        if why:
            report.drop(
                name,
                _(
                    "its check (%(condition)s): %(why)s",
                    condition=str(condition or regex or "")[:80],
                    why=why,
                ),
            )
        else:
            kept.append(validator)
    if "validators" in owner:
        owner["validators"] = kept
        if not kept:
            del owner["validators"]


@lru_cache(maxsize=4096)
def _wrong(condition: str, known: frozenset[str]) -> str:
    """Why a condition cannot stand; empty where it can."""
    try:
        tree = parse(condition)
    except SyntaxProblem:
        return _("it cannot be read")
    if unknown := conditions.unknown_functions(tree):
        return _("%(name)s() has no counterpart here", name=unknown[0])
    for wanted in conditions.names(tree):
        if conditions.leads_nowhere(wanted, known):
            return _("%(name)s is not in the survey", name=wanted)
    return ""


def _owners(draft: Json) -> Iterator[Json]:
    """The pages, elements inside elements, items of text fields and calculated values."""
    waiting: list[Any] = [*items(draft.get("pages")), *items(draft.get("calculatedValues"))]
    while waiting:
        owner = waiting.pop(0)
        if isinstance(owner, dict):
            yield owner
            for inner in ("elements", "templateElements", "items"):
                waiting += items(owner.get(inner))
