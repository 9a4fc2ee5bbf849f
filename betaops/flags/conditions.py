"""What the conditions of flags ask, read once from definitions in PostHog's format. Pure.

Nothing is evaluated here: `evaluation` and `interpreter` both begin with the `Rule`s that `read` gives. What
nobody can understand (an unknown cohort, a flag that is not there) becomes a question that nobody passes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from betaops.flags import definitions as written
from betaops.flags.bucketing import Holdout, Variants
from betaops.flags.outcomes import Answers

Properties = Mapping[str, Any]
#: One for all: most people are in no group and have chosen nothing.
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Person(NamedTuple):
    """Who is asked about. `cohorts` are the stored cohorts they are in, as `FlagSet.cohort_bits` spells them;
    properties include `distinct_id`."""

    distinct_id: str
    properties: Properties
    cohorts: int = 0
    device_id: str = ""
    groups: Mapping[str, str] = NOTHING
    group_properties: Mapping[str, Properties] = NOTHING
    #: By flag key: what was settled for this person beforehand (their own choice, an operator's), whatever the rules say.
    settled: Mapping[str, bool | str] = NOTHING
    #: Whether it is proved that the request is about them; flags that are `identified_only` are off without.
    is_identified: bool = True


class Definitions(NamedTuple):
    """Flags as PostHog writes them, and what their conditions refer to.

    `cohorts` are property groups by number (as text); `stored` are the numbers whose members are known
    by person instead. `matching_version` 1 compares "true"/"false" filters by truth, 2 does not.
    """

    flags: Sequence[dict[str, Any]]
    cohorts: Mapping[str, dict[str, Any]] = {}
    stored: frozenset[int] = frozenset()
    group_types: Mapping[str, str] = {}
    matching_version: int = 1
    #: In lower case, by number of each cohort whose members are known: what a condition decided by group asks for.
    companies: Mapping[int, frozenset[str]] = {}

    def places(self) -> dict[int, int]:
        """The bit of each stored cohort in `Person.cohorts`, by its number."""
        return {number: 1 << place for place, number in enumerate(sorted(self.stored))}


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One property, as `operators` tests it."""

    name: str
    operator: str
    wanted: Any


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Membership of a stored cohort, by its bit."""

    place: int


@dataclass(frozen=True, slots=True, eq=False)
class FlagIs:
    """The value of another flag."""

    key: str
    wanted: bool | str

    def holds(self, value: bool | str) -> bool:
        """True asks for any variant; a variant or False only for itself."""
        if isinstance(value, str) and isinstance(self.wanted, bool):
            return self.wanted
        return type(value) is type(self.wanted) and value == self.wanted


@dataclass(frozen=True, slots=True, eq=False)
class Every:
    """All of these, or none at all."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Some:
    """At least one of these."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    node: "Node"


Node = Asked | Inside | FlagIs | Every | Some | Not
_NEVER = Some()


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One set of questions and the share of people who pass that it takes.

    `group_type` is set where this condition alone looks at a group; "" is a type that nobody named.
    `variant` is what it gives whatever the hash says.
    """

    nodes: tuple[Node, ...]
    percentage: float | None
    variant: str | None
    group_type: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One flag. `group_type` as in `Condition`; `enrollment` names the property that holds a person's own choice.

    `is_broken`: it rests, however far, on a flag that does not exist or on itself.
    """

    key: str
    is_active: bool
    is_broken: bool
    identified_only: bool
    by_device: bool
    group_type: str | None
    enrollment: str | None
    has_early_exit: bool
    variants: Variants
    holdout: Holdout | None
    conditions: tuple[Condition, ...]
    answers: Answers


def read(definitions: Definitions) -> list[Rule]:
    """The rules of all flags, those that others ask for before those that ask."""
    reader = _Reader(definitions)
    wanted = {flag["key"]: reader.direct(flag) for flag in definitions.flags}
    nodes = {flag["key"]: reader.nodes(flag) for flag in definitions.flags}
    asked = {key: {*flags_in(each for group in groups for each in group)} for key, groups in nodes.items()}
    broken = _resting_on_nothing(wanted, tangled(asked))
    order = _in_order({key: needs - broken for key, needs in asked.items()}, broken)
    flags = {flag["key"]: flag for flag in definitions.flags}
    return [reader.rule(flags[key], nodes[key], is_broken=key in broken) for key in order]


class _Reader:
    def __init__(self, definitions: Definitions) -> None:
        self._definitions, self._places = definitions, definitions.places()
        self._names = {str(flag.get("id")): flag["key"] for flag in definitions.flags}
        self._names |= {flag["key"]: flag["key"] for flag in definitions.flags}
        self._cohorts: dict[str, Node] = {}
        named = {number: {*_cohorts_in(group)} for number, group in definitions.cohorts.items()}
        #: Cohorts that name each other let nobody in.
        self._endless = tangled({number: others & named.keys() for number, others in named.items()})

    def direct(self, flag: dict[str, Any]) -> set[str | None]:
        """Keys of the flags that its conditions name; None for one that does not exist."""
        return {self._names.get(name) for name in written.dependencies(flag)}

    def nodes(self, flag: dict[str, Any]) -> list[tuple[Node, ...]]:
        """What each condition asks."""
        filters = flag.get("filters") or {}
        common = filters.get("aggregation_group_type_index")
        return [
            tuple(
                self._node(prop, of_group=group.get("aggregation_group_type_index", common) is not None)
                for prop in group.get("properties") or []
            )
            for group in filters.get("groups") or []
        ]

    def rule(self, flag: dict[str, Any], nodes: Sequence[tuple[Node, ...]], *, is_broken: bool) -> Rule:
        filters = flag.get("filters") or {}
        key: str = flag["key"]
        variants = Variants.parse((filters.get("multivariate") or {}).get("variants") or [])
        holdout = Holdout.parse(filters.get("holdout"))
        has_enrollment = filters.get("feature_enrollment") or filters.get("super_groups")
        bucketing = flag.get("bucketing_identifier") or filters.get("bucketing_identifier")
        groups = filters.get("groups") or []
        return Rule(
            key=key,
            is_active=bool(flag.get("active", True)),
            is_broken=is_broken,
            identified_only=bool(flag.get("identified_only")),
            by_device=bucketing == "device_id",
            group_type=self._group_type(filters),
            enrollment=f"$feature_enrollment/{key}" if has_enrollment else None,
            has_early_exit=bool(filters.get("early_exit")),
            variants=variants,
            holdout=holdout,
            conditions=tuple(
                Condition(
                    asked,
                    group.get("rollout_percentage"),
                    group["variant"] if group.get("variant") in variants.keys else None,
                    self._own_group_type(group, filters),
                )
                for group, asked in zip(groups, nodes, strict=True)
            ),
            answers=Answers(
                key,
                filters.get("payloads") or {},
                variants.keys,
                holdout.name if holdout else None,
                len(groups),
            ),
        )

    def _group_type(self, of: dict[str, Any]) -> str | None:
        index = of.get("aggregation_group_type_index")
        return None if index is None else self._definitions.group_types.get(str(index), "")

    def _own_group_type(self, group: dict[str, Any], filters: dict[str, Any]) -> str | None:
        common = filters.get("aggregation_group_type_index")
        own = group.get("aggregation_group_type_index", common)
        return None if own is None or own == common else self._group_type(group)

    def _node(self, prop: dict[str, Any], *, of_group: bool = False) -> Node:
        """`of_group`: the condition looks at a group instead of a person, so a cohort is asked for its companies."""
        match prop.get("type"):
            case "cohort" if (
                of_group and (held := self._definitions.companies.get(_number(prop))) is not None
            ):
                operator = "is_not" if prop.get("operator") == "not_in" else "exact"
                return Asked(written.GROUP_KEY, operator, [written.NOBODY, *sorted(held)])
            case "cohort":
                return self._cohort(str(prop.get("value")), prop.get("operator") or "exact")
            case "flag":
                key, wanted = self._names.get(str(prop.get("key"))), prop.get("value")
                if prop.get("operator") != "flag_evaluates_to" or wanted is None or key is None:
                    return _NEVER
                return FlagIs(key, wanted)
        return Asked(str(prop.get("key")), prop.get("operator") or "exact", prop.get("value"))

    def _cohort(self, number: str, operator: str) -> Node:
        if operator not in ("exact", "in", "not_in"):
            return _NEVER
        place = self._places.get(int(number)) if number.isdecimal() else None
        if place is not None:
            node: Node = Inside(place)
        elif number in self._definitions.cohorts and number not in self._endless:
            node = self._group_of(number)
        else:
            return _NEVER
        return Not(node) if operator == "not_in" else node

    def _group_of(self, number: str) -> Node:
        if number not in self._cohorts:
            self._cohorts[number] = self._group(self._definitions.cohorts[number])
        return self._cohorts[number]

    def _group(self, group: dict[str, Any]) -> Node:
        nodes = tuple(self._entry(entry) for entry in group.get("values") or [])
        return Some(nodes) if nodes and group.get("type") == "OR" else Every(nodes)

    def _entry(self, entry: dict[str, Any]) -> Node:
        if _is_group(entry):
            return self._group(entry)
        node = self._node(entry)
        return Not(node) if entry.get("negation") else node


def _number(prop: Mapping[str, Any]) -> int:
    """-1 for what is no number."""
    text = str(prop.get("value"))
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def _is_group(entry: dict[str, Any]) -> bool:
    return not entry or "values" in entry or entry.get("type") in ("AND", "OR")


def _cohorts_in(group: dict[str, Any]) -> Iterable[str]:
    """Numbers, as text, of the cohorts that a cohort's own conditions name."""
    for entry in group.get("values") or []:
        if _is_group(entry):
            yield from _cohorts_in(entry)
        elif entry.get("type") == "cohort":
            yield str(entry.get("value"))


def flags_in(nodes: Iterable[Node]) -> Iterable[str]:
    """Keys of the flags whose values these ask for."""
    for node in nodes:
        match node:
            case FlagIs():
                yield node.key
            case Not():
                yield from flags_in([node.node])
            case Every() | Some():
                yield from flags_in(node.nodes)


def tangled(needs: Mapping[str, set[str]]) -> set[str]:
    """Those that come back to themselves, or lie between such."""
    left = {name: set(others) for name, others in needs.items()}
    while True:
        needed = {other for others in left.values() for other in others}
        ends = {name for name, others in left.items() if name not in needed or not others & left.keys()}
        if not ends:
            return set(left)
        left = {name: others - ends for name, others in left.items() if name not in ends}


def _resting_on_nothing(wanted: Mapping[str, set[str | None]], endless: set[str]) -> set[str]:
    """Keys of flags that rest, however far, on a flag that does not exist or on themselves."""
    sound: set[str | None] = set()
    # What rests only on sound flags is sound; whatever never becomes so is broken.
    while found := {
        key for key, needs in wanted.items() if key not in sound and key not in endless and needs <= sound
    }:
        sound |= found
    return {key for key in wanted if key not in sound}


def _in_order(needs: Mapping[str, set[str]], first: set[str]) -> list[str]:
    order = [key for key in needs if key in first]
    done = set(order)
    while found := [key for key in needs if key not in done and needs[key] <= done]:
        order += found
        done |= {*found}
    return order
