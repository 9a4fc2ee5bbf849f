"""Decides flags one by one, condition by condition, as the rules read: slow, plain, and what `evaluation` is
tested against. Nothing that serves uses it. Pure.
"""

from collections.abc import Iterable
from datetime import datetime

from betaops.flags import operators
from betaops.flags.bucketing import is_within
from betaops.flags.conditions import (
    Asked,
    Condition,
    Definitions,
    Every,
    FlagIs,
    Inside,
    Node,
    Not,
    Person,
    Properties,
    Rule,
    Some,
    read,
)
from betaops.flags.outcomes import MATCH, NO_GROUP, NO_MATCH, OUT_OF_ROLLOUT, RANK, Outcome


class Interpreter:
    """All flags of one product. The order within a flag is PostHog's: inactive, settled or enrolled by choice,
    holdout, then the conditions in turn, of which the first that matches decides; before all but the first comes
    ours, whether it is proved who is asking."""

    def __init__(self, definitions: Definitions) -> None:
        self._rules = {rule.key: rule for rule in read(definitions)}
        self._keys = tuple(flag["key"] for flag in definitions.flags)
        self._matching_version = definitions.matching_version

    def evaluate(
        self, person: Person, now: datetime, keys: Iterable[str] | None = None
    ) -> dict[str, Outcome]:
        """The outcome of each of `keys` that exists; without `keys`, of every active flag."""
        if keys is None:
            keys = [key for key in self._keys if self._rules[key].is_active]
        run = _Run(self._rules, self._matching_version, person, now)
        return {key: run.outcome(key) for key in keys if key in self._rules}


class _Run:
    """One evaluation."""

    def __init__(self, rules: dict[str, Rule], matching_version: int, person: Person, now: datetime) -> None:
        self._rules, self._matching_version = rules, matching_version
        self._person, self._now = person, now

    def outcome(self, key: str) -> Outcome:
        rule, person = self._rules[key], self._person
        if not rule.is_active:
            return rule.answers.disabled
        if rule.is_broken:
            return rule.answers.unresolved
        if rule.identified_only and not person.is_identified:
            return rule.answers.unidentified
        settled = person.settled.get(key)
        if settled is not None:
            return rule.answers.settled(settled)
        properties, identifier = person.properties, person.device_id if rule.by_device else person.distinct_id
        if rule.group_type is not None:
            group = person.groups.get(rule.group_type)
            if group is None:
                return rule.answers.no_group
            properties, identifier = person.group_properties.get(rule.group_type, {}), group
        elif rule.enrollment is not None and rule.enrollment in properties:
            return rule.answers.chosen(properties[rule.enrollment])
        if rule.holdout is not None and rule.holdout.takes(identifier):
            return rule.answers.held_out
        return self._by_conditions(rule, properties, identifier)

    def _by_conditions(self, rule: Rule, properties: Properties, identifier: str) -> Outcome:
        failure = rule.answers.no_match
        for index, condition in enumerate(rule.conditions):
            outcome = self._of_condition(rule, index, condition, properties, identifier)
            if outcome.code == MATCH or (rule.has_early_exit and outcome.code == OUT_OF_ROLLOUT):
                return outcome
            if failure.condition is None or RANK[outcome.code] >= RANK[failure.code]:
                failure = outcome
        return failure

    def _of_condition(
        self, rule: Rule, index: int, condition: Condition, properties: Properties, identifier: str
    ) -> Outcome:
        answers = rule.answers
        if condition.group_type is not None:
            group = self._person.groups.get(condition.group_type)
            if group is None:
                return answers.failures[index][NO_GROUP]
            properties, identifier = self._person.group_properties.get(condition.group_type, {}), group
        if not all(self._holds(node, properties) for node in condition.nodes):
            return answers.failures[index][NO_MATCH]
        if not is_within(rule.key, identifier, condition.percentage):
            return answers.failures[index][OUT_OF_ROLLOUT]
        return answers.matches[index][condition.variant or rule.variants.chosen(rule.key, identifier)]

    def _holds(self, node: Node, properties: Properties) -> bool:
        match node:
            case Asked(name, operator, wanted):
                test = operators.compiled(operator, wanted, self._matching_version)
                return test(properties.get(name, operators.MISSING), self._now)
            case Inside(place):
                return self._person.cohorts & place != 0
            case FlagIs(key):
                return node.holds(self.outcome(key).value)
            case Not(inner):
                return not self._holds(inner, properties)
            case Every(nodes):
                return all(self._holds(each, properties) for each in nodes)
            case Some(nodes):
                return any(self._holds(each, properties) for each in nodes)
