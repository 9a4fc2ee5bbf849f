"""Rules that say who is in a cohort: trees of conditions over facts about one person. Pure.

A rule is JSON: `{"all": [rule, …]}`, `{"any": [rule, …]}`, `{"not": rule}`, or one condition
`{"fact": "attribute.plan", "operator": "is", "value": "pro"}`. A fact's name is its source (one of
`SOURCES`) and, behind a dot, its name there. Text is compared without regard to case; where a fact is a
list, one of its items is enough. An absent fact fails every operator but the negative ones.

Some sources have conditions of their own form:

- `usage.<event>`, `feedback.<kind>` and `task.<outcome>[.<task>]` ask how often and when (`doings`); beside a
  count, `"days": 7` looks at the last seven days only.
- `cohort.coh_…` takes `is_in` and `is_not_in`.
- `sample.<seed>` is a number from 0 to 100 drawn from the seed and the person, always the same: `at_most` 10
  is a random tenth, `more_than` 10 everybody else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.cohorts import doings, operators
from betaops.kernel.bucketing import share
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.ids import decode

Rule = dict[str, Any]
#: Facts by source, then by name: {"attribute": {"plan": "pro"}, "enrollment": {"state": "active"}}.
Facts = Mapping[str, Mapping[str, Any]]

SOURCES = (
    "attribute",
    "answer",
    "enrollment",
    "trait",
    "tester",
    "agreement",
    "usage",
    "feedback",
    "task",
    "cohort",
    "sample",
)
#: Where facts are `doings.Doings`.
COUNTED = frozenset({"usage", "feedback", "task"})
#: What to say where a source stands there without a name.
_MISSING: dict[str, Any] = {
    "attribute": _l("Name the attribute."),
    "usage": _l("Say what they did in the product."),
    "feedback": _l("Choose which feedback."),
    "task": _l("Choose what became of which task."),
    "cohort": _l("Choose a cohort."),
}
_SAMPLING = frozenset({"at_most", "more_than"})
MOST_CONDITIONS = 100
DEEPEST = 6
LONGEST_NAME = 200

_NOTHING: Mapping[str, Any] = {}
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
    #: How far a count looks back; None for ever.
    days: int | None = None

    @classmethod
    def of(cls, rule: Rule) -> "Condition":
        return cls(rule["fact"], rule["operator"], rule.get("value"), rule.get("days"))

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
        if self.operator not in operators.WITHOUT_VALUE:
            rule["value"] = self.value
        return rule if self.days is None else {**rule, "days": self.days}


_Explainer = Callable[[Facts, datetime], tuple[bool, list[Condition]]]


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
    return _leaf(Condition.of(rule))


def _leaf(leaf: Condition) -> _Check:
    source, name = leaf.source, leaf.name
    if source == "sample":
        return _sample(name, float(leaf.value), is_among=leaf.operator == "at_most")
    if source in COUNTED:
        test = doings.compiled(leaf.operator, leaf.value, leaf.days)
    else:
        test = operators.compiled(leaf.operator, leaf.value)
    return lambda facts, now: test(facts.get(source, _NOTHING).get(name), now)


def _sample(seed: str, percentage: float, *, is_among: bool) -> _Check:
    def passes(facts: Facts, now: datetime) -> bool:
        drawn = share(seed, str(facts.get("tester", {}).get("id", "")))
        return (drawn <= percentage / 100) is is_among

    return passes


def _all(parts: list[_Check]) -> _Check:
    def passes(facts: Facts, now: datetime) -> bool:
        for part in parts:  # noqa: SIM110  # a generator costs as much as a condition
            if not part(facts, now):
                return False
        return True

    return passes


def _any(parts: list[_Check]) -> _Check:
    def passes(facts: Facts, now: datetime) -> bool:
        for part in parts:  # noqa: SIM110  # as above
            if part(facts, now):
                return True
        return False

    return passes


def conditions(rule: Rule) -> Iterator[Condition]:
    """The leaves of a valid rule, from left to right."""
    return (leaf for _place, leaf in placed(rule))


def placed(rule: Rule, place: str = "") -> Iterator[tuple[str, Condition]]:
    """The leaves of a valid rule, each with its place (`all.0`)."""
    if "fact" in rule:
        yield place, Condition.of(rule)
    elif "not" in rule:
        yield from placed(rule["not"], _below(place, "not"))
    else:
        kind = "all" if "all" in rule else "any"
        for index, part in enumerate(rule[kind]):
            yield from placed(part, _below(place, f"{kind}.{index}"))


def reads(rule: Rule) -> frozenset[str]:
    """The facts that a change of can change who is in."""
    return frozenset(condition.fact for condition in conditions(rule))


def depends_on_time(rule: Rule) -> bool:
    """Whether people come in or drop out although nothing about them changes."""
    return any(
        condition.operator in operators.RELATIVE_TO_NOW or condition.days is not None
        for condition in conditions(rule)
    )


def deciding(rule: Rule, facts: Facts, now: datetime) -> list[Condition]:
    """The conditions that make the person in, or keep them out: what to name when somebody asks why."""
    return explained(rule)(facts, now)[1]


def explained(rule: Rule) -> _Explainer:
    """`rule` as a function that says whether somebody is in, and the conditions that decide it."""
    if "fact" in rule:
        leaf = Condition.of(rule)
        check = _leaf(leaf)
        return lambda facts, now: (check(facts, now), [leaf])
    if "not" in rule:
        inner = explained(rule["not"])
        return lambda facts, now: _turned_round(*inner(facts, now))
    is_all = "all" in rule
    parts = [explained(part) for part in rule["all" if is_all else "any"]]

    def explain(facts: Facts, now: datetime) -> tuple[bool, list[Condition]]:
        leaves: list[Condition] = []
        for part in parts:
            is_in, its_leaves = part(facts, now)
            if is_in is not is_all:  # one part is enough to pass "any" and to fail "all"
                return is_in, its_leaves
            leaves += its_leaves
        return is_all, leaves

    return explain


def _turned_round(is_in: bool, leaves: list[Condition]) -> tuple[bool, list[Condition]]:
    return not is_in, leaves


def seeded(rule: Any, seed: Callable[[], str], depth: int = 0) -> Any:
    """`rule` with a seed made for every sample that has none; what is no rule stays as it is."""
    if not isinstance(rule, dict) or depth > DEEPEST:
        return rule
    if rule.get("fact") in ("sample", "sample."):
        return {**rule, "fact": f"sample.{seed()}"}
    if "not" in rule:
        return {**rule, "not": seeded(rule["not"], seed, depth + 1)}
    return {
        key: [seeded(each, seed, depth + 1) for each in part] if isinstance(part, list) else part
        for key, part in rule.items()
    }


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
    if unknown := set(rule) - {"fact", "operator", "value", "days"}:
        yield Problem(place, _("A condition has no “%(name)s”.", name=min(map(str, unknown))))
    fact, operator = rule["fact"], rule.get("operator")
    source, _dot, name = fact.partition(".") if isinstance(fact, str) else ("", "", "")
    if source not in SOURCES or not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        missing = _MISSING.get(source) if not name.strip() else None
        yield Problem(_below(place, "fact"), str(missing or _("Choose what the condition looks at.")))
    elif source == "cohort" and not _is_cohort(name):
        yield Problem(_below(place, "fact"), _("Choose a cohort."))
    if not isinstance(operator, str) or operator not in _operators_of(source):
        yield Problem(_below(place, "operator"), _("Choose how to compare."))
    elif (sentence := _problem_of_value(source, operator, rule)) is not None:
        yield Problem(_below(place, "value"), sentence)


def _operators_of(source: str) -> Collection[str]:
    if source in COUNTED:
        return doings.OPERATORS
    return {"cohort": operators.MEMBERSHIP, "sample": _SAMPLING}.get(
        source, operators.ALL.keys() - operators.MEMBERSHIP
    )


def _problem_of_value(source: str, operator: str, rule: Rule) -> str | None:
    value, days = rule.get("value"), rule.get("days")
    if source in COUNTED and operator not in operators.WITHOUT_VALUE:
        return doings.problem(operator, value, days)
    if days is not None:
        return _("Only counts of usage, feedback and tasks look back over days.")
    sentence = operators.problem(operator, value)
    if sentence is None and source == "sample" and not 0 <= float(value) <= 100:  # type: ignore[arg-type]  # a number
        return _("Write a percentage from 0 to 100.")
    return sentence


def _is_cohort(name: str) -> bool:
    try:
        decode("coh", name)
    except NotFound:
        return False
    return True


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
