"""Decides flags: definitions in PostHog's format in, one outcome a flag out. Pure.

`FlagSet` compiles definitions once; `evaluate` then touches no definition again. The order within a
flag is PostHog's: inactive, settled or enrolled by choice, holdout, then the conditions in turn, of which the
first that matches decides; before all but the first comes ours, whether it is proved who is asking. Every
outcome that a flag can have exists before anybody asks, so whoever writes answers may keep the bytes of each
(`eq=False`: outcomes are compared by identity).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from betaops.flags.bucketing import Holdout, Variants, is_within
from betaops.flags.conditions import Compiler, Definitions, Person, Properties, Run
from betaops.flags.definitions import dependencies

Value = bool | str

# Codes of PostHog's reasons.
ENROLLED = "super_condition_value"
HELD_OUT = "holdout_condition_value"
MATCH = "condition_match"
OUT_OF_ROLLOUT = "out_of_rollout_bound"
NO_MATCH = "no_condition_match"
NO_GROUP = "no_group_type"
DISABLED = "flag_disabled"
MISSING_DEPENDENCY = "missing_dependency"
#: Ours: PostHog has no flags that want to know who is asking.
UNIDENTIFIED = "identity_not_verified"
_RANK = {OUT_OF_ROLLOUT: 3, NO_MATCH: 2, NO_GROUP: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one flag is for one person, and why. `condition` counts from 0; `payload` is JSON text."""

    key: str
    value: Value
    payload: str | None
    code: str
    condition: int | None = None


class FlagSet:
    """All flags of one product, ready to be evaluated."""

    def __init__(self, definitions: Definitions) -> None:
        self._compiler = Compiler(definitions, self)
        names = {str(flag.get("id")): flag["key"] for flag in definitions.flags}
        names |= {flag["key"]: flag["key"] for flag in definitions.flags}
        self._names = names
        broken = _with_broken_dependencies(definitions.flags, names)
        self._flags = {
            flag["key"]: _Flag(flag, self._compiler, flag["key"] in broken) for flag in definitions.flags
        }
        self.active = tuple(key for key, flag in self._flags.items() if flag.is_active)

    def evaluate(
        self, person: Person, now: datetime, keys: Iterable[str] | None = None
    ) -> dict[str, Outcome]:
        """The outcome of each of `keys` that exists; without `keys`, of every active flag."""
        run = Run(person, now)
        wanted = self.active if keys is None else [key for key in keys if key in self._flags]
        return {key: self._decided(run, key) for key in wanted}

    def _decided(self, run: Run, key: str) -> Outcome:
        outcome = run.decided.get(key)
        if outcome is None:
            flag = self._flags[key]
            # A flag that comes back to itself through a cohort finds itself unresolved.
            run.decided[key] = flag.unresolved
            outcome = run.decided[key] = flag.outcome(run)
        return outcome

    def value(self, run: Run, name: str) -> Value:
        """The value of the flag with this key or number, for a condition that depends on it."""
        return self._decided(run, self._names[name]).value

    def knows(self, name: str) -> bool:
        return name in self._names


class _Flag:
    def __init__(self, definition: dict[str, Any], compiler: Compiler, is_broken: bool) -> None:
        filters = definition.get("filters") or {}
        self.key: str = definition["key"]
        self.is_active = bool(definition.get("active", True))
        self._is_broken = is_broken
        self._identified_only = bool(definition.get("identified_only"))
        self._by_device = (
            definition.get("bucketing_identifier") or filters.get("bucketing_identifier")
        ) == "device_id"
        self._group_type = compiler.group_type(filters)
        self._payloads = {
            str(name): _payload(value) for name, value in (filters.get("payloads") or {}).items()
        }
        self._variants = Variants.parse((filters.get("multivariate") or {}).get("variants") or [])
        self._holdout = Holdout.parse(filters.get("holdout"))
        self._enrollment = (
            f"$feature_enrollment/{self.key}"
            if filters.get("feature_enrollment") or filters.get("super_groups")
            else None
        )
        self._early_exit = bool(filters.get("early_exit"))
        self._conditions = [
            _Condition(index, group, self, compiler, filters)
            for index, group in enumerate(filters.get("groups") or [])
        ]
        self._fixed = {
            code: self.makes(value=False, code=code)
            for code in (ENROLLED, NO_MATCH, NO_GROUP, DISABLED, MISSING_DEPENDENCY, UNIDENTIFIED)
        }
        self.unresolved = self._fixed[MISSING_DEPENDENCY]
        self._enrolled = self.makes(value=True, code=ENROLLED)
        self._settled = {True: self._enrolled, False: self._fixed[ENROLLED]} | {
            key: self.makes(key, ENROLLED) for key in self._variants.keys
        }
        self._held_out = self.makes(self._holdout.name, HELD_OUT) if self._holdout else self._fixed[NO_MATCH]

    def makes(self, value: Value, code: str, condition: int | None = None) -> Outcome:
        name = "true" if value is True else value
        payload = self._payloads.get(name) if isinstance(name, str) else None
        return Outcome(self.key, value, payload, code, condition)

    @property
    def variants(self) -> Variants:
        return self._variants

    def outcome(self, run: Run) -> Outcome:
        if not self.is_active:
            return self._fixed[DISABLED]
        if self._is_broken:
            return self.unresolved
        person = run.person
        if self._identified_only and not person.is_identified:
            return self._fixed[UNIDENTIFIED]
        settled = person.settled.get(self.key) if person.settled else None
        if settled is not None:
            return self._settled.get(settled, self._fixed[ENROLLED])
        properties = person.properties
        identifier = person.device_id if self._by_device else person.distinct_id
        if self._group_type is not None:
            group = person.groups.get(self._group_type)
            if group is None:
                return self._fixed[NO_GROUP]
            properties, identifier = (
                person.group_properties.get(self._group_type, {}),
                group,
            )
        elif self._enrollment is not None and self._enrollment in properties:
            chosen = properties[self._enrollment]
            return self._enrolled if chosen is True or chosen == "true" else self._fixed[ENROLLED]
        if self._holdout is not None and self._holdout.takes(identifier):
            return self._held_out
        return self._by_conditions(run, properties, identifier)

    def _by_conditions(self, run: Run, properties: Properties, identifier: str) -> Outcome:
        failure = self._fixed[NO_MATCH]
        for condition in self._conditions:
            outcome = condition.outcome(run, properties, identifier)
            if outcome.code == MATCH:
                return outcome
            if failure.condition is None or _RANK[outcome.code] >= _RANK[failure.code]:
                failure = outcome
            if self._early_exit and outcome.code == OUT_OF_ROLLOUT:
                return outcome
        return failure


class _Condition:
    def __init__(
        self,
        index: int,
        group: dict[str, Any],
        flag: _Flag,
        compiler: Compiler,
        filters: dict[str, Any],
    ) -> None:
        own = group.get("aggregation_group_type_index", filters.get("aggregation_group_type_index"))
        #: Set where this condition alone looks at a group ("" for one that nobody named).
        self._group_type: str | None = None
        if own is not None and own != filters.get("aggregation_group_type_index"):
            self._group_type = compiler.group_type(group) or ""
        self._key = flag.key
        asked = compiler.group_type({"aggregation_group_type_index": own})
        self._checks = [compiler.check(each, asked) for each in group.get("properties") or []]
        self._percentage: float | None = group.get("rollout_percentage")
        self._variants = flag.variants
        self._override = group.get("variant") if group.get("variant") in flag.variants.keys else None
        self._matches: dict[str | None, Outcome] = {None: flag.makes(value=True, code=MATCH, condition=index)}
        self._matches |= {key: flag.makes(key, MATCH, index) for key in flag.variants.keys}
        self._failures = {code: flag.makes(value=False, code=code, condition=index) for code in _RANK}

    def outcome(self, run: Run, properties: Properties, identifier: str) -> Outcome:
        if self._group_type is not None:
            group = run.person.groups.get(self._group_type)
            if group is None:
                return self._failures[NO_GROUP]
            properties, identifier = (
                run.person.group_properties.get(self._group_type, {}),
                group,
            )
        for check in self._checks:
            if not check(run, properties):
                return self._failures[NO_MATCH]
        if not is_within(self._key, identifier, self._percentage):
            return self._failures[OUT_OF_ROLLOUT]
        return self._matches[self._override or self._variants.chosen(self._key, identifier)]


def _payload(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _with_broken_dependencies(flags: Sequence[dict[str, Any]], names: Mapping[str, str]) -> set[str]:
    """Keys of flags that depend, however far, on a flag that does not exist or on themselves."""
    wanted = {flag["key"]: {names.get(name) for name in dependencies(flag)} for flag in flags}
    sound: set[str] = set()
    # What rests only on sound flags is sound; whatever never becomes so is broken.
    while found := {key for key, needs in wanted.items() if key not in sound and needs <= sound}:
        sound |= found
    return wanted.keys() - sound
