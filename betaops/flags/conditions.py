"""What the conditions of a flag ask, compiled to checks of one person. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from betaops.flags import operators
from betaops.flags.operators import MISSING

if TYPE_CHECKING:
    from betaops.flags.evaluation import Outcome

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asked about. `cohorts` are numbers of stored cohorts they are in; properties include `distinct_id`."""

    distinct_id: str
    properties: Properties
    cohorts: frozenset[int] = frozenset()
    device_id: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    group_properties: Mapping[str, Properties] = field(default_factory=dict)
    #: By flag key: what was settled for this person beforehand (their own choice, an operator's), whatever the rules say.
    settled: Mapping[str, bool | str] = field(default_factory=dict)
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
    #: In lower case, by number of the cohort that holds them: what a condition decided by group asks for.
    companies: Mapping[int, frozenset[str]] = {}


class Run:
    """One evaluation: the person, the moment, and the flags decided so far."""

    __slots__ = ("decided", "now", "person")

    def __init__(self, person: Person, now: datetime) -> None:
        self.person, self.now = person, now
        self.decided: dict[str, Outcome] = {}


Check = Callable[[Run, Properties], bool]


class Values(Protocol):
    """Where checks ask what other flags are."""

    def value(self, run: Run, name: str) -> bool | str: ...

    def knows(self, name: str) -> bool: ...


class Compiler:
    """Turns properties, cohorts and dependencies into checks. What nobody can understand, nobody passes."""

    def __init__(self, definitions: Definitions, flags: Values) -> None:
        self._definitions, self._flags = definitions, flags
        self._cohorts: dict[str, Check] = {}
        self._open: set[str] = set()

    def group_type(self, of: dict[str, Any]) -> str | None:
        """The group type that a flag or condition aggregates by; "" for one that nobody named."""
        index = of.get("aggregation_group_type_index")
        return None if index is None else self._definitions.group_types.get(str(index), "")

    def check(self, prop: dict[str, Any], group_type: str | None = None) -> Check:
        """`group_type` is that of a condition that looks at a group instead of a person."""
        match prop.get("type"):
            case "cohort" if group_type is not None and _number(prop) in self._definitions.companies:
                return self._companies(_number(prop), prop.get("operator") or "exact", group_type)
            case "cohort":
                return self._cohort(str(prop.get("value")), prop.get("operator") or "exact")
            case "flag":
                return self._dependency(str(prop.get("key")), prop.get("operator"), prop.get("value"))
        name = str(prop.get("key"))
        test = operators.compiled(
            prop.get("operator") or "exact",
            prop.get("value"),
            self._definitions.matching_version,
        )
        return lambda run, properties: test(properties.get(name, MISSING), run.now)

    def _companies(self, number: int, operator: str, group_type: str) -> Check:
        """Whether the group itself is in the cohort."""
        held, wanted = self._definitions.companies[number], operator != "not_in"
        return lambda run, properties: (run.person.groups.get(group_type, "").lower() in held) is wanted

    def _cohort(self, number: str, operator: str) -> Check:
        if operator not in ("exact", "in", "not_in"):
            return _never
        if number.isdecimal() and int(number) in self._definitions.stored:
            inside = _stored(int(number))
        elif number in self._definitions.cohorts and number not in self._open:
            inside = self._group_of(number)
        else:
            return _never
        return (lambda run, properties: not inside(run, properties)) if operator == "not_in" else inside

    def _group_of(self, number: str) -> Check:
        if number not in self._cohorts:
            self._open.add(number)
            self._cohorts[number] = self._group(self._definitions.cohorts[number])
            self._open.discard(number)
        return self._cohorts[number]

    def _group(self, group: dict[str, Any]) -> Check:
        entries = [self._entry(entry) for entry in group.get("values") or []]
        if not entries:
            return lambda run, properties: True
        if group.get("type") == "OR":
            return lambda run, properties: any(entry(run, properties) for entry in entries)
        return lambda run, properties: all(entry(run, properties) for entry in entries)

    def _entry(self, entry: dict[str, Any]) -> Check:
        if not entry or "values" in entry or entry.get("type") in ("AND", "OR"):
            return self._group(entry)
        check = self.check(entry)
        return (lambda run, properties: not check(run, properties)) if entry.get("negation") else check

    def _dependency(self, name: str, operator: Any, wanted: Any) -> Check:
        if operator != "flag_evaluates_to" or wanted is None:
            return _never
        flags = self._flags
        if not flags.knows(name):
            return _never

        def holds(run: Run, properties: Properties) -> bool:
            value = flags.value(run, name)
            if isinstance(value, str) and isinstance(wanted, bool):
                return wanted
            return type(value) is type(wanted) and value == wanted

        return holds


def _number(prop: Mapping[str, Any]) -> int:
    """-1 for what is no number."""
    text = str(prop.get("value"))
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def _stored(number: int) -> Check:
    return lambda run, properties: number in run.person.cohorts


def _never(run: Run, properties: Properties) -> bool:
    return False
