"""Arms of a survey: which of them comes next, and how a definition knows in which one somebody is. Pure.

Conditions and texts name the arm `{__arm}`: no question and no value may be called so, for their names must not begin
with two underscores.
"""

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from betaops.surveys.definition import Definition
from betaops.surveys.expressions import SyntaxProblem, holds, parse
from betaops.surveys.expressions.grammar import Array, Binary, Call, Constant, Node, Variable, parts
from betaops.surveys.expressions.values import text_of

#: What conditions and texts call the arm.
ARM = "__arm"
_NAMED = re.compile(rf"\{{\s*{ARM}\s*\}}", re.IGNORECASE)
#: A condition on the arm alone does not ask what day it is.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class Standing(Protocol):
    """An arm and how many people it has; `weight` is its share among the weights of all, from 1 on."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> int: ...
    @property
    def taken(self) -> int: ...


Arm = TypeVar("Arm", bound=Standing)


def next_of(arms: Sequence[Arm]) -> Arm:
    """The one with the fewest people for its weight; of several, one by chance. `arms` is not empty.

    Whenever as many have come as the weights add up to, or a multiple of it, every arm has exactly its share.
    """
    fewest = min(arms, key=lambda arm: _load(arm, arms))
    equal = [arm for arm in arms if _load(arm, arms) == _load(fewest, arms)]
    return random.choice(equal)  # noqa: S311  # a fair draw, not a secret


def drawn(arms: Sequence[Arm]) -> Arm:
    """One by chance, by weight: for trials, which are not counted."""
    return random.choices(arms, [arm.weight for arm in arms])[0]  # noqa: S311  # a fair draw, not a secret


def _load(arm: Standing, arms: Sequence[Standing]) -> int:
    """People for each unit of weight, times the weights of all: a whole number, so that a tie is a tie."""
    load = arm.taken
    for other in arms:
        load *= 1 if other is arm else other.weight
    return load


def in_arm(definition: Definition, arm: str) -> Definition:
    """The definition as it is asked in that arm; empty: the survey has none."""
    return replace(definition, arm=arm) if arm else definition


def worded(source: str, arm: str) -> str:
    """A text as it reads in that arm."""
    return _NAMED.sub(lambda _found: arm, source) if arm else source


def settled(condition: str, arm: str) -> bool | str:
    """What a condition comes to in that arm: True or False where it hangs on nothing else (an empty one holds), else
    what is left of it, which names the arm no more."""
    if not condition:
        return True
    if not arm or not _NAMED.search(condition):
        return condition
    # No name of an arm has a quotation mark.
    left = _NAMED.sub(f"'{arm}'", condition)
    try:
        found = list(parts(parse(left)))
    except SyntaxProblem:
        return left
    return left if any(isinstance(part, Variable | Call) for part in found) else holds(left, {}, now=_NO_TIME)


def unknown_arms(tree: Node, arms: Collection[str]) -> Iterator[str]:
    """Names with which an expression compares the arm, and which none of `arms` has. Comparing minds no case."""
    known = {arm.casefold() for arm in arms}
    for part in parts(tree):
        if isinstance(part, Binary):
            yield from (name for name in _compared(part) if name.casefold() not in known)


def _compared(node: Binary) -> list[str]:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, Variable) and side.name.lower() == ARM:
            items = other.items if isinstance(other, Array) else (other,)
            return [text_of(item.value) for item in items if isinstance(item, Constant)]
    return []
