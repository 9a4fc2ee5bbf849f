"""Rules in words, for pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from betaops.cohorts import builder, operators, vocabulary
from betaops.cohorts.models import PRODUCT_SAID, Cause, CohortChange
from betaops.cohorts.rules import COUNTED, Condition, Rule
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext

MATCHES: dict[str, Any] = {
    "all": _l("All of these hold"),
    "any": _l("At least one of these holds"),
    "none": _l("None of these holds"),
    "not_all": _l("At least one of these does not hold"),
}

CAUSES: dict[Cause, Any] = {
    Cause.HAND: _l("By hand"),
    Cause.FACTS: _l("Something about them changed"),
    Cause.RULE: _l("The rule was worked out"),
    Cause.EXCEPTION: _l("Made an exception"),
    Cause.EXCEPTION_ENDED: _l("No exception any more"),
    Cause.COMPANY: _l("Because of their company"),
}

#: Operators that do not simply stand between fact and value.
SENTENCES: dict[str, Any] = {
    "in_last_days": _l("%(fact)s is within the last %(value)s days"),
    "not_in_last_days": _l("%(fact)s is more than %(value)s days ago"),
    "version_at_least": _l("%(fact)s is version “%(value)s” or later"),
}

_TIMES: dict[str, Any] = {
    "at_least": _l("at least %(times)s"),
    "more_than": _l("more than %(times)s"),
    "at_most": _l("at most %(times)s"),
    "less_than": _l("less than %(times)s"),
    "is": _l("exactly %(times)s"),
}


class Line(NamedTuple):
    """A sentence, and what stands under it."""

    text: str
    below: "list[Line]"


def fact(name: str, labels: Mapping[str, str] | None = None) -> str:
    """A fact as people call it; `labels` are those of this program (its questions, its cohorts)."""
    if labels and name in labels:
        return labels[name]
    if name in vocabulary.KNOWN:
        return str(vocabulary.KNOWN[name])
    source, _dot, rest = name.partition(".")
    match source:
        case "trait" if rest.startswith(PRODUCT_SAID):
            return _("%(name)s (the product says)", name=rest.removeprefix(PRODUCT_SAID).replace("_", " "))
        case "attribute":
            return rest.replace("_", " ")
        case "feedback":
            return str(vocabulary.FEEDBACK.get(rest, rest))
        case "task":
            outcome = rest.partition(".")[0]
            return str(vocabulary.TASK.get(outcome, outcome))
        case "sample":
            return _("random sample “%(seed)s”", seed=rest)
    return rest


def condition(leaf: Condition, labels: Mapping[str, str] | None = None) -> str:
    """`platform is “iOS”`."""
    name = fact(leaf.fact, labels)
    if leaf.source in COUNTED:
        return _counted(leaf, name)
    if leaf.source == "cohort":
        return (
            _("is in “%(name)s”", name=name)
            if leaf.operator == "is_in"
            else _("is not in “%(name)s”", name=name)
        )
    if leaf.source == "sample":
        return _sampled(leaf)
    words = str(operators.ALL[leaf.operator])
    if leaf.operator in operators.WITHOUT_VALUE:
        return _("%(fact)s %(comparison)s", fact=name, comparison=words)
    if leaf.operator in SENTENCES:
        return str(SENTENCES[leaf.operator]) % {"fact": name, "value": builder.shown(leaf.value)}
    choices = vocabulary.CHOICES.get(leaf.fact, {})
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    spelled = [str(choices.get(builder.shown(value), builder.shown(value))) for value in values]
    return _(
        "%(fact)s %(comparison)s %(value)s",
        fact=name,
        comparison=words,
        value=_(" or ").join(_("“%(value)s”", value=each) for each in spelled),
    )


def _counted(leaf: Condition, name: str) -> str:
    """`did “export opened” at least 2 times in the last 7 days`."""
    deed = _deed(leaf.source, name)
    match leaf.operator:
        case "is_set":
            return _("%(deed)s at some time", deed=deed)
        case "is_not_set":
            return _("never %(deed)s", deed=deed)
        case "in_last_days":
            return _("last %(deed)s within %(days)s", deed=deed, days=_days(leaf.value))
        case "not_in_last_days":
            return _("last %(deed)s more than %(days)s ago", deed=deed, days=_days(leaf.value))
    number = int(leaf.value)
    words = str(_TIMES[leaf.operator]) % {"times": ngettext("%(num)s time", "%(num)s times", number)}
    if leaf.days is None:
        return _("%(deed)s %(times)s", deed=deed, times=words)
    return _("%(deed)s %(times)s in the last %(days)s", deed=deed, times=words, days=_days(leaf.days))


def _deed(source: str, name: str) -> str:
    match source:
        case "usage":
            return _("did “%(name)s”", name=name)
        case "feedback":
            return _("sent %(what)s", what=name)
    return name


def _days(value: Any) -> str:
    return ngettext("%(num)s day", "%(num)s days", int(value))


def _sampled(leaf: Condition) -> str:
    share, seed = f"{float(leaf.value):g}", leaf.name
    if leaf.operator == "at_most":
        return _("is among a random %(share)s %% (drawn by “%(seed)s”)", share=share, seed=seed)
    return _("is not among a random %(share)s %% (drawn by “%(seed)s”)", share=share, seed=seed)


def lines(rule: Rule, labels: Mapping[str, str] | None = None) -> Line:
    """The whole rule as nested sentences."""
    return _group(builder.group_of(rule), labels)


def _group(group: builder.Group, labels: Mapping[str, str] | None) -> Line:
    below = [
        Line(condition(part, labels), []) if isinstance(part, Condition) else _group(part, labels)
        for part in group.parts
    ]
    if len(below) == 1 and group.match in ("all", "any"):
        return below[0]
    text = _("This does not hold") if len(below) == 1 else str(MATCHES[group.match])
    return Line(text, below)


def in_short(rule: Rule, labels: Mapping[str, str] | None = None, *, is_inner: bool = False) -> str:
    """The whole rule in one line."""
    if "fact" in rule:
        return condition(Condition.of(rule), labels)
    if "not" in rule:
        return _("not (%(rule)s)", rule=in_short(rule["not"], labels))
    parts = rule.get("all") or rule["any"]
    joined = (_(" and ") if "all" in rule else _(" or ")).join(
        in_short(part, labels, is_inner=len(parts) > 1) for part in parts
    )
    return f"({joined})" if is_inner and len(parts) > 1 else joined


def why(change: CohortChange, labels: Mapping[str, str] | None = None) -> str:
    """`Something about them changed: plan, Status` or `Made an exception: …`."""
    cause = str(CAUSES[change.cause])
    detail = change.note or ", ".join(fact(name, labels) for name in change.facts)
    return _("%(cause)s: %(detail)s", cause=cause, detail=detail) if detail else cause


class Move(NamedTuple):
    """People who came or went together."""

    at: datetime
    text: str
    is_in: bool
    why: str
    who: str


def moves(
    changes: Sequence[CohortChange], labels: Mapping[str, str] | None = None, *, most: int = 12
) -> list[Move]:
    """Single entries and exits, the newest first, as sentences: those of one moment in one."""
    found: list[Move] = []
    for (at, is_in, reason, who), together in groupby(
        changes, lambda each: (each.at, each.is_in, why(each, labels), each.who)
    ):
        names = [each.tester.name for each in together]
        if len(names) > 2:
            people = _("%(name)s and %(others)s others", name=names[0], others=len(names) - 1)
        else:
            people = _(" and ").join(names)
        text = _("%(people)s came in", people=people) if is_in else _("%(people)s went out", people=people)
        found.append(Move(at, text, is_in, reason, who))
    return found[:most]
