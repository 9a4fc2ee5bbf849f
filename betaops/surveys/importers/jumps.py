"""Jumps ("after this answer go on with question 7") as conditions of what is jumped over. Pure.

A question is shown unless one before it that is shown jumps over it. Answers of hidden questions must be cleared at
once (`clearInvisibleValues: onHidden`), so that no jump goes by an answer that is no longer there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from betaops.surveys.expressions import SyntaxProblem, holds
from betaops.surveys.importers.conditions import both, either, unless

#: No jump asks what day it is.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Stop:
    """One element in its order, and where it leads: (condition, place), the first that holds; then `usual`."""

    visible_if: str = ""
    rules: list[tuple[str, int]] = field(default_factory=list)
    #: Where it goes on if no rule holds; None: with the next one.
    usual: int | None = None
    #: Whether no two rules ever hold at once, so that their order does not matter.
    is_exclusive: bool = False


def conditions(stops: Sequence[Stop]) -> list[str]:
    """For each stop when it is shown; empty: always. Jumps back are the caller's to leave out."""
    shown: list[str] = []
    for index, stop in enumerate(stops):
        over = [
            skipped
            for earlier in range(index)
            if (skipped := _skips(stops[earlier], earlier, index, shown[earlier]))
        ]
        shown.append(both(stop.visible_if, *(unless(condition) for condition in over)))
    return shown


def _skips(stop: Stop, place: int, index: int, shown: str) -> str:
    """When `stop` jumps over `index`; empty: never."""
    found: list[str] = []
    passed: list[str] = []
    for condition, target in stop.rules:
        if target > index:
            before = () if stop.is_exclusive else passed
            leads = both(*(unless(each) for each in before), condition)
            found.append(both(shown, leads) if _holds_of_nothing(leads) else leads)
        else:
            passed.append(condition)
    usual = place + 1 if stop.usual is None else stop.usual
    if usual > index:
        others = [unless(condition) for condition, target in stop.rules if target <= index]
        found.append(both(shown, *others) or "true")
    return either(*found)


@lru_cache(maxsize=1024)
def _holds_of_nothing(condition: str) -> bool:
    """Whether it holds without any answer, and so also where nobody is asked."""
    try:
        return holds(condition, {}, now=_NO_TIME)
    except SyntaxProblem:
        return True
