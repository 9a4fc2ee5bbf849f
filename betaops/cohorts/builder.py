"""A rule as a form can hold it: an outline of groups and conditions, and what buttons do to it. Pure.

A group says which of its parts hold: all, any, none, or not all. Every valid rule has such an outline, and
what the outline makes means the same as the rule.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from betaops.cohorts import operators
from betaops.cohorts.rules import COUNTED, DEEPEST, MOST_CONDITIONS, Condition, Rule

Match = Literal["all", "any", "none", "not_all"]
MATCHES: tuple[Match, ...] = ("all", "any", "none", "not_all")
#: Groups and conditions together.
MOST_PARTS = 2 * MOST_CONDITIONS


@dataclass(frozen=True)
class Group:
    """Its parts, and which of them hold."""

    match: Match = "all"
    parts: "tuple[Part, ...]" = ()

    def rule(self) -> Rule:
        """Groups without conditions are left out; with none left, an empty `all`, which no service takes."""
        parts = [_rule_of(part) for part in self.parts if not _is_empty(part)]
        match self.match:
            case "none":
                return {"not": parts[0] if _is_short(parts) else {"any": parts}}
            case "not_all":
                return {"not": {"all": parts}}
        return {self.match: parts}


def _is_short(parts: Sequence[Rule]) -> bool:
    """Whether "none of these" is written as a plain "not": no other outline is written so."""
    return len(parts) == 1 and ("fact" in parts[0] or "not" in parts[0])


Part = Group | Condition
#: Where a part stands: the index in each group on the way down. The whole outline is at ().
Place = tuple[int, ...]


def _rule_of(part: Part) -> Rule:
    return part.to_json() if isinstance(part, Condition) else part.rule()


def _is_empty(part: Part) -> bool:
    return isinstance(part, Group) and all(map(_is_empty, part.parts))


def group_of(rule: Rule) -> Group:
    """The outline of a valid rule."""
    if "not" in rule:
        inner = rule["not"]
        if "any" in inner:
            return Group("none", _parts(inner["any"]))
        if "all" in inner:
            return Group("not_all", _parts(inner["all"]))
        return Group("none", _parts([inner]))
    if "fact" in rule:
        return Group("all", _parts([rule]))
    match: Match = "all" if "all" in rule else "any"
    return Group(match, _parts(rule[match]))


def _parts(rules: Sequence[Rule]) -> tuple[Part, ...]:
    return tuple(Condition.of(rule) if "fact" in rule else group_of(rule) for rule in rules)


def walk(group: Group, place: Place = ()) -> Iterator[tuple[Place, Part]]:
    """Every part in the order of reading, the outline itself first."""
    yield place, group
    for index, part in enumerate(group.parts):
        if isinstance(part, Group):
            yield from walk(part, (*place, index))
        else:
            yield (*place, index), part


def rule_places(group: Group) -> dict[str, Place]:
    """Where each condition of `group.rule()` stands in the outline, by its place in the rule (`all.0`)."""
    return dict(_rule_places(group, "", ()))


def _rule_places(group: Group, above: str, place: Place) -> Iterator[tuple[str, Place]]:
    kept = [(index, part) for index, part in enumerate(group.parts) if not _is_empty(part)]
    inner = {"none": "not.any", "not_all": "not.all"}.get(group.match, group.match)
    short = group.match == "none" and _is_short([_rule_of(part) for _index, part in kept])
    for number, (index, part) in enumerate(kept):
        here = "not" if short else f"{inner}.{number}"
        spelled = f"{above}.{here}".lstrip(".")
        if isinstance(part, Group):
            yield from _rule_places(part, spelled, (*place, index))
        else:
            yield spelled, (*place, index)


def added(outline: Group, place: Place, part: Part) -> Group:
    """`part` at the end of the group at `place`."""
    return _with(outline, place, lambda group: replace(group, parts=(*group.parts, part)))


def removed(outline: Group, place: Place) -> Group:
    index = place[-1]
    return _with(
        outline,
        place[:-1],
        lambda group: replace(group, parts=group.parts[:index] + group.parts[index + 1 :]),
    )


def doubled(outline: Group, place: Place) -> Group:
    """The part once more, below itself."""
    return _put(outline, (*place[:-1], place[-1] + 1), _at(outline, place))


def moved_up(outline: Group, place: Place) -> tuple[Group, Place]:
    """One line up: before its neighbour, into the group above it, or out of its own. Also where it is now."""
    above, index = place[:-1], place[-1]
    part, rest = _at(outline, place), removed(outline, place)
    if index == 0:
        return (_put(rest, above, part), above) if above else (outline, place)
    neighbour = _at(outline, (*above, index - 1))
    if isinstance(neighbour, Group) and _fits(part, len(place)):
        target = (*above, index - 1, len(neighbour.parts))
        return _put(rest, target, part), target
    return _put(rest, (*above, index - 1), part), (*above, index - 1)


def moved_down(outline: Group, place: Place) -> tuple[Group, Place]:
    """One line down, the same the other way round."""
    above, index = place[:-1], place[-1]
    part, rest = _at(outline, place), removed(outline, place)
    siblings = _group_at(outline, above).parts
    if index == len(siblings) - 1:
        target = (*above[:-1], above[-1] + 1) if above else place
        return (_put(rest, target, part), target) if above else (outline, place)
    if isinstance(siblings[index + 1], Group) and _fits(part, len(place)):
        return _put(rest, (*above, index, 0), part), (*above, index, 0)
    return _put(rest, (*above, index + 1), part), (*above, index + 1)


def may_hold_groups(place: Place) -> bool:
    """Whether a group may be added in the group at `place`: a rule is nested only so deep."""
    return 2 * (len(place) + 1) < DEEPEST


def _fits(part: Part, depth: int) -> bool:
    """Whether `part` may go one level below `depth`."""
    return isinstance(part, Condition) or 2 * (depth + _height(part)) < DEEPEST


def _height(part: Part) -> int:
    return 1 + max(map(_height, part.parts), default=0) if isinstance(part, Group) else 0


def _at(outline: Group, place: Place) -> Part:
    part: Part = outline
    for index in place:
        part = part.parts[index]  # type: ignore[union-attr]  # only groups have something below
    return part


def _group_at(outline: Group, place: Place) -> Group:
    found = _at(outline, place)
    if not isinstance(found, Group):
        raise TypeError(place)
    return found


def _put(outline: Group, place: Place, part: Part) -> Group:
    index = place[-1]
    return _with(
        outline,
        place[:-1],
        lambda group: replace(group, parts=(*group.parts[:index], part, *group.parts[index:])),
    )


def _with(outline: Group, place: Place, change: Any) -> Group:
    if not place:
        changed: Group = change(outline)
        return changed
    index = place[0]
    inner = outline.parts[index]
    if not isinstance(inner, Group):
        raise TypeError(place)
    parts = (*outline.parts[:index], _with(inner, place[1:], change), *outline.parts[index + 1 :])
    return replace(outline, parts=parts)


def alike(one: Rule, other: Rule, choices: Collection[str]) -> bool:
    """Whether the form shows two valid rules alike. Facts in `choices` are ticked there: "is" is "is one of"."""
    return bool(_spelled(group_of(one), choices) == _spelled(group_of(other), choices))


def _spelled(part: Part, choices: Collection[str]) -> Any:
    if isinstance(part, Group):
        return part.match, [_spelled(each, choices) for each in part.parts]
    operator = part.operator
    if part.fact in choices:
        operator = {"is": "one_of", "is_not": "none_of"}.get(operator, operator)
    return part.fact, operator, shown(part.value), part.days


def typed(operator: str, text: str, source: str = "") -> Any:
    """What somebody typed behind an operator, as the rule keeps it: lists are separated by commas."""
    if operator in operators.WITHOUT_VALUE:
        return None
    if operator in operators.WITH_LIST:
        return [item.strip() for item in text.split(",") if item.strip()]
    text = text.strip()
    if source in COUNTED and text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    if operator in operators.NUMERIC and text.replace(",", "", 1).removeprefix("-").isdecimal():
        return text.replace(",", ".")
    return text


def shown(value: Any) -> str:
    """A kept value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
