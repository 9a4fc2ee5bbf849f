"""A rule as a form can hold it: groups of conditions, two levels deep. Pure.

Every rule that people build with the form has this shape; rules written through the API may be nested
deeper, and then only the API changes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from betaops.cohorts import operators
from betaops.cohorts.rules import Condition, Rule

Match = Literal["all", "any", "none"]
MATCHES: tuple[Match, ...] = ("all", "any", "none")


@dataclass(frozen=True)
class Group:
    """All, any or none of its conditions hold."""

    match: Match = "all"
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Draft:
    """All or any of its groups hold."""

    match: Literal["all", "any"] = "all"
    groups: tuple[Group, ...] = field(default_factory=lambda: (Group(),))

    def rule(self) -> Rule:
        """Groups without conditions are left out; with none left, an empty `all`, which no service takes."""
        parts = [_rule_of(group) for group in self.groups if group.conditions]
        if len(parts) == 1:
            return parts[0]
        return {self.match: parts}


def _rule_of(group: Group) -> Rule:
    conditions = [condition.to_json() for condition in group.conditions]
    return {"not": {"any": conditions}} if group.match == "none" else {group.match: conditions}


def draft_of(rule: Rule) -> Draft | None:
    """The form of a valid rule; None for one that is nested deeper than the form shows."""
    single = _group_of(rule)
    if single is not None:
        return Draft("all", (single,))
    for match in ("all", "any"):
        if match in rule:
            groups = [_group_of(part) for part in rule[match]]
            if None not in groups:
                return Draft(match, tuple(group for group in groups if group))
    return None


def _group_of(rule: Rule) -> Group | None:
    if "fact" in rule:
        return Group("all", (_condition(rule),))
    if "not" in rule:
        inner = _group_of(rule["not"])
        if inner is None or inner.match == "none" or (inner.match == "all" and len(inner.conditions) > 1):
            return None
        return Group("none", inner.conditions)
    match: Match = "all" if "all" in rule else "any"
    leaves = _leaves(rule[match])
    return None if leaves is None else Group(match, leaves)


def _leaves(parts: Sequence[Rule]) -> tuple[Condition, ...] | None:
    return tuple(_condition(part) for part in parts) if all("fact" in part for part in parts) else None


def _condition(rule: Rule) -> Condition:
    return Condition(rule["fact"], rule["operator"], rule.get("value"))


def typed(operator: str, text: str) -> Any:
    """What somebody typed behind an operator, as the rule keeps it: lists are separated by commas."""
    if operator in operators.WITHOUT_VALUE:
        return None
    if operator in operators.WITH_LIST:
        return [item.strip() for item in text.split(",") if item.strip()]
    return text.strip()


def shown(value: Any) -> str:
    """A kept value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
