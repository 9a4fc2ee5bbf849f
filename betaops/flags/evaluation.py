"""Decides flags: definitions in PostHog's format in, one outcome a flag out. Pure.

`FlagSet` compiles definitions once, to an index in which every condition is a bit (`index`); `evaluate` then finds
all conditions that a person passes by a few look-ups, and hashes only where a share of those who pass is wanted.
Most flags are decided by that alone; a flag that looks at groups or devices, has a holdout, or rests on other flags
or on a person's own choice goes its way through `_Flag.outcome`. `interpreter` says the same, flag by flag.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from betaops.flags.bucketing import digest, limit, started
from betaops.flags.conditions import Condition, Definitions, Person, Rule, flags_in, read
from betaops.flags.definitions import GROUP_KEY
from betaops.flags.index import Builder, Index
from betaops.flags.outcomes import (
    DISABLED,
    ENROLLED,
    HELD_OUT,
    MATCH,
    MISSING_DEPENDENCY,
    NO_GROUP,
    NO_MATCH,
    OUT_OF_ROLLOUT,
    RANK,
    UNIDENTIFIED,
    Outcome,
)

__all__ = [
    "DISABLED",
    "ENROLLED",
    "HELD_OUT",
    "MATCH",
    "MISSING_DEPENDENCY",
    "NO_GROUP",
    "NO_MATCH",
    "OUT_OF_ROLLOUT",
    "UNIDENTIFIED",
    "Choice",
    "FlagSet",
    "Outcome",
]

_HOLDOUT = started("holdout", "-")
_WON, _STOPPED = frozenset({MATCH}), frozenset({MATCH, OUT_OF_ROLLOUT})


class Choice(NamedTuple):
    """Some flags, prepared for being evaluated together again and again."""

    keys: tuple[str, ...]
    #: What they are for somebody who passes nothing.
    base: dict[str, Outcome]
    #: The conditions of flags that are decided by their bits.
    straight: int
    winding: tuple["_Flag", ...]
    #: All flags that anything has to be decided of.
    flags: tuple["_Flag", ...]
    #: Flags that were not asked for, but that others rest on.
    beside: tuple[str, ...]


class FlagSet:
    """All flags of one product, ready to be evaluated."""

    def __init__(self, definitions: Definitions) -> None:
        rules = read(definitions)
        self._places = definitions.places()
        builders: dict[str | None, Builder] = {None: Builder(definitions.matching_version)}
        for name in {name for rule in rules for name in _group_types(rule)}:
            builders[name] = Builder(definitions.matching_version)
        # Flags that are decided by their bits alone come first, so that these lie close together.
        ordered = sorted(rules, key=lambda rule: not _is_straight(rule))
        made = {rule.key: _Flag(rule, builders) for rule in ordered}
        self._flags = {rule.key: made[rule.key] for rule in rules}
        self._indexes = {name: builder.index() for name, builder in builders.items()}
        self._person = self._indexes[None]
        self._bytes = _Bytes([flag for flag in made.values() if flag.is_straight])
        self.active = tuple(
            flag["key"] for flag in definitions.flags if self._flags[flag["key"]].rule.is_active
        )

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The properties of persons that can make a difference."""
        chosen = (flag.rule.enrollment for flag in self._flags.values())
        return tuple(sorted({*self._person.names, *(name for name in chosen if name)}))

    @cached_property
    def _active(self) -> Choice:
        return self.choice(self.active)

    def cohort_bits(self, numbers: Iterable[int]) -> int:
        """Stored cohorts by their numbers, as `Person.cohorts` has them."""
        bits = 0
        for number in numbers:
            bits |= self._places.get(number, 0)
        return bits

    def choice(self, keys: Iterable[str]) -> Choice:
        """Those of `keys` that exist, in their order."""
        wanted = [key for key in dict.fromkeys(keys) if key in self._flags]
        beside = self._rested_on(wanted)
        base = {key: self._flags[key].base for key in [*wanted, *beside]}
        flags = [flag for key, flag in self._flags.items() if key in base and not flag.is_fixed]
        return Choice(
            tuple(wanted),
            base,
            sum(condition.bit for flag in flags if flag.is_straight for condition in flag.conditions),
            tuple(flag for flag in flags if not flag.is_straight),
            tuple(flags),
            tuple(beside),
        )

    def _rested_on(self, keys: list[str]) -> list[str]:
        """Keys of the other flags whose values decide these."""
        seen, beside, open_keys = set(keys), [], list(keys)
        while open_keys:
            for key in self._flags[open_keys.pop()].needs - seen:
                seen.add(key)
                open_keys.append(key)
                beside.append(key)
        return beside

    def evaluate(
        self, person: Person, now: datetime, keys: Iterable[str] | Choice | None = None
    ) -> dict[str, Outcome]:
        """The outcome of each of `keys` that exists; without `keys`, of every active flag."""
        choice = self._active if keys is None else keys if isinstance(keys, Choice) else self.choice(keys)
        found = choice.base.copy()
        bits = self._person.bits(person.properties, person.cohorts, now)
        who = person.distinct_id.encode("utf-8", "surrogatepass")
        if who:
            self._bytes.decide(found, bits & choice.straight, who)
        for key, value in person.settled.items():
            if key in found and self._flags[key].is_straight:
                found[key] = self._flags[key].rule.answers.settled(value)
        # Nobody has no hash: flag by flag, then.
        if flags := choice.winding if who else choice.flags:
            run = _Run(person, who, now, found, bits, self._indexes)
            for flag in flags:
                found[flag.rule.key] = flag.outcome(run)
        for key in choice.beside:
            del found[key]
        return found


class _Run:
    """One evaluation, for flags that are not decided by bits alone."""

    def __init__(
        self,
        person: Person,
        who: bytes,
        now: datetime,
        found: dict[str, Outcome],
        bits: int,
        indexes: dict[str | None, Index],
    ) -> None:
        self.person, self.who, self.now, self.found, self.bits = person, who, now, found, bits
        self._indexes = indexes
        self._groups: dict[str, tuple[int, bytes] | None] = {}

    @cached_property
    def device(self) -> bytes:
        return self.person.device_id.encode("utf-8", "surrogatepass")

    def group(self, name: str) -> tuple[int, bytes] | None:
        """What the person's group of this type passes, and which it is; None where they are in none."""
        if name not in self._groups:
            key = self.person.groups.get(name)
            properties = {**self.person.group_properties.get(name, {}), GROUP_KEY: key}
            self._groups[name] = (
                None
                if key is None
                else (
                    self._indexes[name].bits(properties, self.person.cohorts, self.now),
                    key.encode("utf-8", "surrogatepass"),
                )
            )
        return self._groups[name]


def _is_straight(rule: Rule) -> bool:
    """Whether bits and the distinct id decide it."""
    asks_elsewhere = (
        rule.group_type is not None
        or any(condition.group_type is not None for condition in rule.conditions)
        or any(True for condition in rule.conditions for _key in flags_in(condition.nodes))
    )
    is_special = rule.identified_only or rule.by_device or rule.enrollment is not None
    is_plain = not asks_elsewhere and not is_special and rule.holdout is None
    return rule.is_active and not rule.is_broken and is_plain


def _group_types(rule: Rule) -> Iterable[str]:
    for name in (rule.group_type, *(condition.group_type for condition in rule.conditions)):
        if name is not None:
            yield name


class _Flag:
    def __init__(self, rule: Rule, builders: dict[str | None, Builder]) -> None:
        self.rule = rule
        self.is_straight, self.is_fixed = _is_straight(rule), rule.is_broken or not rule.is_active
        self.conditions = (
            []
            if self.is_fixed
            else [
                _Condition(rule, index, condition, builders)
                for index, condition in enumerate(rule.conditions)
            ]
        )
        self.needs = {key for condition in rule.conditions for key in flags_in(condition.nodes)}
        self.base = self._base()
        self._held_below = rule.holdout.limit() if rule.holdout else b""

    def _base(self) -> Outcome:
        """What it is for somebody who passes no condition."""
        answers = self.rule.answers
        if not self.rule.is_active:
            return answers.disabled
        if self.rule.is_broken:
            return answers.unresolved
        return self.conditions[-1].no_match if self.conditions else answers.no_match

    def outcome(self, run: _Run) -> Outcome:
        rule, person = self.rule, run.person
        if rule.identified_only and not person.is_identified:
            return rule.answers.unidentified
        settled = person.settled.get(rule.key)
        if settled is not None:
            return rule.answers.settled(settled)
        bits, who = run.bits, run.device if rule.by_device else run.who
        if rule.group_type is not None:
            group = run.group(rule.group_type)
            if group is None:
                return rule.answers.no_group
            bits, who = group
        elif rule.enrollment is not None and rule.enrollment in person.properties:
            return rule.answers.chosen(person.properties[rule.enrollment])
        if rule.holdout is not None and digest(_HOLDOUT, who) < self._held_below:
            return rule.answers.held_out
        return self._by_conditions(run, bits, who)

    def _by_conditions(self, run: _Run, bits: int, who: bytes) -> Outcome:
        failure = self.rule.answers.no_match
        for condition in self.conditions:
            outcome = condition.outcome(run, bits, who)
            if outcome.code == MATCH or (self.rule.has_early_exit and outcome.code == OUT_OF_ROLLOUT):
                return outcome
            if failure.condition is None or RANK[outcome.code] >= RANK[failure.code]:
                failure = outcome
        return failure


class _Condition:
    def __init__(
        self, rule: Rule, index: int, condition: Condition, builders: dict[str | None, Builder]
    ) -> None:
        own = condition.group_type if condition.group_type is not None else rule.group_type
        self.bit, self._late = builders[own].condition(condition.nodes)
        self._group_type = condition.group_type
        matches, failures = rule.answers.matches[index], rule.answers.failures[index]
        self.no_match, self.miss = failures[NO_MATCH], failures[OUT_OF_ROLLOUT]
        self._no_group = failures[NO_GROUP]
        self.match = matches[condition.variant]
        #: Set where a hash says which variant it is.
        self.wheel: _Wheel | None = None
        if condition.variant is None and rule.variants.keys:
            self.wheel = _Wheel(
                rule.variants.limits(), [*(matches[key] for key in rule.variants.keys), matches[None]]
            )
        percentage = condition.percentage
        self.below: bytes | None = None
        if percentage is not None and percentage < 100:
            self.below = limit(percentage / 100, is_included=True) if percentage > 0 else b""
        self.begun = started(rule.key)
        #: Codes of outcomes of earlier conditions that leave nothing to decide.
        self.ends = None if index == 0 else _STOPPED if rule.has_early_exit else _WON

    def outcome(self, run: _Run, bits: int, who: bytes) -> Outcome:
        if self._group_type is not None:
            group = run.group(self._group_type)
            if group is None:
                return self._no_group
            bits, who = group
        if not bits & self.bit or not all(
            tree.holds(bits, run.found) is is_wanted for tree, is_wanted in self._late
        ):
            return self.no_match
        if self.below is not None and digest(self.begun, who) >= self.below:
            return self.miss
        return self.match if self.wheel is None else self.wheel.outcome(self.begun, who)


class _Wheel(NamedTuple):
    """Variants by the share of people that each of them gets; the last outcome is for those beyond."""

    limits: tuple[bytes, ...]
    outcomes: list[Outcome]

    def outcome(self, begun: Any, who: bytes) -> Outcome:
        return self.outcomes[bisect_right(self.limits, digest(begun, who, b"variant"))]


class _Bytes:
    """The conditions behind the bits of an integer, eight at a time: their places are found by looking them up."""

    def __init__(self, flags: Iterable[_Flag]) -> None:
        conditions = {
            condition.bit.bit_length() - 1: (flag.rule.key, condition)
            for flag in flags
            for condition in flag.conditions
        }
        self._width = max(conditions, default=-1) // 8 + 1
        self._conditions = [
            [conditions.get(8 * place + number) for number in range(8)] for place in range(self._width)
        ]
        #: By byte; filled as people come.
        self._entries: list[dict[int, tuple[_Entry, ...]]] = [{} for _place in range(self._width)]

    def decide(self, found: dict[str, Outcome], bits: int, who: bytes) -> None:
        """Put the outcomes of all flags of which somebody (`who` is not empty) passes a condition into `found`."""
        for place, byte in enumerate(bits.to_bytes(self._width, "little")):
            if not byte:
                continue
            entries = self._entries[place].get(byte)
            for key, ends, begun, below, match, miss, wheel in entries or self._filled(place, byte):
                if ends is not None and found[key].code in ends:
                    continue
                if below is not None:
                    # `digest` in place: it would take a fifth of the time only to be called.
                    hashed = begun.copy()
                    hashed.update(who)
                    if hashed.digest() >= below:
                        found[key] = miss
                        continue
                found[key] = match if wheel is None else wheel.outcome(begun, who)

    def _filled(self, place: int, byte: int) -> tuple["_Entry", ...]:
        some = [each for number, each in enumerate(self._conditions[place]) if byte >> number & 1 and each]
        entries = self._entries[place][byte] = tuple(
            (key, each.ends, each.begun, each.below, each.match, each.miss, each.wheel) for key, each in some
        )
        return entries


_Entry = tuple[str, frozenset[str] | None, Any, bytes | None, Outcome, Outcome, _Wheel | None]
