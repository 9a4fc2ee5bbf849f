"""Rules in words, for pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from betaops.cohorts import builder, operators
from betaops.cohorts.models import PRODUCT_SAID, Cause, CohortChange
from betaops.cohorts.rules import Condition, Rule
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l

SOURCES: dict[str, Any] = {
    "attribute": _l("Attributes"),
    "answer": _l("Signup answers"),
    "enrollment": _l("Place in the program"),
    "trait": _l("Activity and survey answers"),
    "tester": _l("Person"),
}

#: Facts that everybody has, by their whole name.
KNOWN: dict[str, Any] = {
    "enrollment.state": _l("Status"),
    "enrollment.source": _l("Came by"),
    "enrollment.applied_at": _l("Applied"),
    "enrollment.accepted_at": _l("Accepted"),
    "enrollment.activated_at": _l("Became active"),
    "tester.mail": _l("Mail address"),
    "tester.name": _l("Name"),
    "tester.locale": _l("Language"),
    "tester.seen_at": _l("Last seen"),
    "trait.usage.active_days": _l("Active days in the last 14"),
    "trait.usage.last_day": _l("Last active day"),
    "trait.person.$os": _l("Operating system"),
    "trait.person.$os_version": _l("Version of the operating system"),
    "trait.person.$browser": _l("Browser"),
    "trait.person.$browser_version": _l("Version of the browser"),
    "trait.person.$device_type": _l("Kind of device"),
    "trait.person.$app_version": _l("App version"),
    "trait.person.$app_build": _l("App build"),
}

MATCHES: dict[str, Any] = {
    "all": _l("All of these hold"),
    "any": _l("At least one of these holds"),
    "none": _l("None of these holds"),
}

CAUSES: dict[Cause, Any] = {
    Cause.HAND: _l("by hand"),
    Cause.FACTS: _l("facts changed"),
    Cause.RULE: _l("rule worked out"),
}

#: Operators as the form groups them.
OPERATORS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "text": (
        _l("Text and choices"),
        ("is", "is_not", "one_of", "none_of", "contains", "not_contains", "starts_with", "ends_with"),
    ),
    "number": (_l("Numbers"), ("at_least", "more_than", "at_most", "less_than")),
    "date": (_l("Dates"), ("in_last_days", "not_in_last_days", "before", "after")),
    "version": (_l("Versions"), ("version_at_least", "version_below")),
    "known": (_l("Known or not"), ("is_set", "is_not_set")),
}


#: Operators that do not simply stand between fact and value.
SENTENCES: dict[str, Any] = {
    "in_last_days": _l("%(fact)s is within the last %(value)s days"),
    "not_in_last_days": _l("%(fact)s is more than %(value)s days ago"),
    "version_at_least": _l("%(fact)s is version “%(value)s” or later"),
}


class Line(NamedTuple):
    """A sentence, and what stands under it."""

    text: str
    below: "list[Line]"


def fact(name: str, labels: Mapping[str, str] | None = None) -> str:
    """A fact as people call it; `labels` are those of this program (its signup questions)."""
    if labels and name in labels:
        return labels[name]
    if name in KNOWN:
        return str(KNOWN[name])
    source, _dot, rest = name.partition(".")
    if source == "trait" and rest.startswith(PRODUCT_SAID):
        return _("%(name)s (the product says)", name=rest.removeprefix(PRODUCT_SAID).replace("_", " "))
    return rest.replace("_", " ") if source == "attribute" else rest


def condition(leaf: Condition, labels: Mapping[str, str] | None = None) -> str:
    """`platform is “iOS”`."""
    words = str(operators.ALL[leaf.operator])
    if leaf.operator in operators.WITHOUT_VALUE:
        return _("%(fact)s %(comparison)s", fact=fact(leaf.fact, labels), comparison=words)
    if leaf.operator in SENTENCES:
        return str(SENTENCES[leaf.operator]) % {
            "fact": fact(leaf.fact, labels),
            "value": builder.shown(leaf.value),
        }
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    return _(
        "%(fact)s %(comparison)s %(value)s",
        fact=fact(leaf.fact, labels),
        comparison=words,
        value=_(" or ").join(_("“%(value)s”", value=builder.shown(value)) for value in values),
    )


def lines(rule: Rule, labels: Mapping[str, str] | None = None) -> Line:
    """The whole rule as nested sentences."""
    if "fact" in rule:
        return Line(condition(Condition(rule["fact"], rule["operator"], rule.get("value")), labels), [])
    if "not" in rule:
        inner = rule["not"]
        if "any" in inner:
            return Line(str(MATCHES["none"]), [lines(part, labels) for part in inner["any"]])
        return Line(_("This does not hold"), [lines(inner, labels)])
    match = "all" if "all" in rule else "any"
    return Line(str(MATCHES[match]), [lines(part, labels) for part in rule[match]])


def in_short(rule: Rule, labels: Mapping[str, str] | None = None, *, is_inner: bool = False) -> str:
    """The whole rule in one line."""
    if "fact" in rule:
        return condition(Condition(rule["fact"], rule["operator"], rule.get("value")), labels)
    if "not" in rule:
        return _("not (%(rule)s)", rule=in_short(rule["not"], labels))
    parts = rule.get("all") or rule["any"]
    joined = (_(" and ") if "all" in rule else _(" or ")).join(
        in_short(part, labels, is_inner=len(parts) > 1) for part in parts
    )
    return f"({joined})" if is_inner and len(parts) > 1 else joined


class Move(NamedTuple):
    """People who came or went together."""

    at: datetime
    text: str
    is_in: bool
    cause: Cause
    who: str


def moves(changes: Sequence[CohortChange], *, most: int = 12) -> list[Move]:
    """Single entries and exits, the newest first, as sentences: those of one moment in one."""
    found: list[Move] = []
    for (at, is_in, cause, who), together in groupby(
        changes, lambda each: (each.at, each.is_in, each.cause, each.who)
    ):
        names = [each.tester.name for each in together]
        if len(names) > 2:
            people = _("%(name)s and %(others)s others", name=names[0], others=len(names) - 1)
        else:
            people = _(" and ").join(names)
        text = _("%(people)s came in", people=people) if is_in else _("%(people)s went out", people=people)
        found.append(Move(at, text, is_in, cause, who))
    return found[:most]
