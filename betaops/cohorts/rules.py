"""Rules that say who is in a cohort: trees of conditions over facts about one person. Pure.

A rule is JSON: `{"all": [rule, …]}`, `{"any": [rule, …]}`, `{"not": rule}`, or one condition
`{"fact": "attribute.plan", "operator": "is", "value": "pro"}`. A fact's name is its source (one of
`SOURCES`) and, behind a dot, its name there. Text is compared without regard to case; where a fact is a
list, one of its items is enough. An absent fact fails every operator but the negative ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.cohorts import operators
from betaops.kernel.i18n import gettext as _

Rule = dict[str, Any]
#: Facts by source, then by name: {"attribute": {"plan": "pro"}, "enrollment": {"state": "active"}}.
Facts = Mapping[str, Mapping[str, Any]]

SOURCES = ("attribute", "answer", "enrollment", "trait", "tester")
MOST_CONDITIONS = 100
DEEPEST = 6
LONGEST_NAME = 120

_Check = Callable[[Facts, datetime], bool]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a rule and where (`all.0.value`; empty for the whole), as a sentence."""

    place: str
    sentence: str


@dataclass(frozen=True)
class Condition:
    """One leaf of a rule."""

    fact: str
    operator: str
    value: Any = None

    @property
    def source(self) -> str:
        return self.fact.partition(".")[0]

    @property
    def name(self) -> str:
        return self.fact.partition(".")[2]

    def holds(self, facts: Facts, now: datetime) -> bool:
        return evaluate(self.to_json(), facts, now)

    def to_json(self) -> Rule:
        rule: Rule = {"fact": self.fact, "operator": self.operator}
        return rule if self.operator in operators.WITHOUT_VALUE else {**rule, "value": self.value}


def evaluate(rule: Rule, facts: Facts, now: datetime) -> bool:
    """Whether the person behind `facts` is in. `now` is what "in the last days" counts from."""
    return compiled(rule)(facts, now)


def compiled(rule: Rule) -> _Check:
    """`rule` as a function, for asking about many people. The rule must be valid (`validate`)."""
    if "all" in rule:
        return _all([compiled(part) for part in rule["all"]])
    if "any" in rule:
        return _any([compiled(part) for part in rule["any"]])
    if "not" in rule:
        inner = compiled(rule["not"])
        return lambda facts, now: not inner(facts, now)
    source, _dot, name = rule["fact"].partition(".")
    test = operators.compiled(rule["operator"], rule.get("value"))
    return lambda facts, now: test(facts.get(source, {}).get(name), now)


def _all(parts: list[_Check]) -> _Check:
    return lambda facts, now: all(part(facts, now) for part in parts)


def _any(parts: list[_Check]) -> _Check:
    return lambda facts, now: any(part(facts, now) for part in parts)


def conditions(rule: Rule) -> Iterator[Condition]:
    """The leaves of a valid rule, from left to right."""
    if "fact" in rule:
        yield Condition(rule["fact"], rule["operator"], rule.get("value"))
        return
    inner = rule.get("all") or rule.get("any") or ([rule["not"]] if "not" in rule else [])
    for part in inner:
        yield from conditions(part)


def reads(rule: Rule) -> frozenset[str]:
    """The facts that a change of can change who is in."""
    return frozenset(condition.fact for condition in conditions(rule))


def depends_on_time(rule: Rule) -> bool:
    """Whether people come in or drop out although nothing about them changes."""
    return any(condition.operator in operators.RELATIVE_TO_NOW for condition in conditions(rule))


def validate(rule: Any) -> list[Problem]:
    """Everything that is wrong with `rule`; nothing means that it can be evaluated."""
    problems = list(_problems(rule, "", 0))
    if not problems and sum(1 for _each in conditions(rule)) > MOST_CONDITIONS:
        problems.append(Problem("", _("A rule has at most %(most)s conditions.", most=MOST_CONDITIONS)))
    return problems


def _problems(rule: Any, place: str, depth: int) -> Iterable[Problem]:
    if depth > DEEPEST:
        yield Problem(place, _("A rule is nested at most %(most)s levels deep.", most=DEEPEST))
        return
    if not isinstance(rule, dict):
        yield Problem(place, _("A rule is an object with “all”, “any”, “not” or “fact”."))
        return
    kinds = [kind for kind in ("all", "any", "not", "fact") if kind in rule]
    if len(kinds) != 1:
        yield Problem(place, _("A rule has exactly one of “all”, “any”, “not” and “fact”."))
        return
    kind = kinds[0]
    if kind == "fact":
        yield from _problems_of_condition(rule, place)
        return
    if set(rule) != {kind}:
        yield Problem(place, _("Beside “%(kind)s” nothing else may stand.", kind=kind))
    if kind == "not":
        yield from _problems(rule["not"], _below(place, "not"), depth + 1)
        return
    parts = rule[kind]
    if not isinstance(parts, list) or not parts:
        yield Problem(_below(place, kind), _("Add at least one condition."))
        return
    if len(parts) > MOST_CONDITIONS:
        yield Problem(place, _("A rule has at most %(most)s conditions.", most=MOST_CONDITIONS))
        return
    for index, part in enumerate(parts):
        yield from _problems(part, _below(place, f"{kind}.{index}"), depth + 1)


def _problems_of_condition(rule: Rule, place: str) -> Iterable[Problem]:
    if unknown := set(rule) - {"fact", "operator", "value"}:
        yield Problem(place, _("A condition has no “%(name)s”.", name=min(map(str, unknown))))
    fact, operator = rule["fact"], rule.get("operator")
    source, _dot, name = fact.partition(".") if isinstance(fact, str) else ("", "", "")
    if source not in SOURCES or not name or len(name) > LONGEST_NAME:
        yield Problem(_below(place, "fact"), _("Choose what the condition looks at."))
    if not isinstance(operator, str) or operator not in operators.ALL:
        yield Problem(_below(place, "operator"), _("Choose how to compare."))
    elif (sentence := operators.problem(operator, rule.get("value"))) is not None:
        yield Problem(_below(place, "value"), sentence)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
