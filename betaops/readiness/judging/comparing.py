"""One measure at two times, in two waves or of two builds: what got better, what got worse, what shows no difference.

Nobody is put into a wave or given a build by lot. So it is said that it differs, and that it improved only where the
mix of people is matched: all the same people, or both times weighted to the declared market. No session in here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.figures import Unit, figure, gap, gaps
from betaops.readiness.judging.market import Weighed
from betaops.readiness.verdict import Direction
from betaops.statistics.means import Difference, overlapping, welch
from betaops.statistics.shares import newcombe

#: One-sided: a range is wrong at either end one time in twenty.
ERROR = 0.05


class Finding(StrEnum):
    """In the order in which they are told."""

    WORSE = "worse"
    BETTER = "better"
    #: It differs, and nobody knows whether it is the product or the people.
    LOWER = "lower"
    HIGHER = "higher"
    SAME = "same"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Change:
    """Scores before and after, from 0 to 1; `shared` people are in both."""

    finding: Finding
    before: int
    after: int
    shared: int
    #: Means, on the score scale; None of nobody.
    was: float | None
    now: float | None
    difference: Difference | None
    is_matched: bool


def compare(
    before: Mapping[UUID, float],
    after: Mapping[UUID, float],
    direction: Direction,
    weighed: tuple[Weighed, Weighed] | None = None,
    levels: tuple[tuple[float, ...], tuple[float, ...]] = ((), ()),
) -> Change:
    """`weighed` are both by weight, with their levels, where the market is declared."""
    shared = before.keys() & after.keys()
    difference = _difference(before, after)
    is_matched = 0 < len(shared) == len(before) == len(after)
    if weighed is not None and all(each.counts for each in weighed) and not is_matched:
        is_matched, difference = True, _by_weight(weighed, levels)
    return Change(
        finding=_finding(difference, direction, is_matched=is_matched),
        before=len(before),
        after=len(after),
        shared=len(shared),
        was=_mean(before),
        now=_mean(after),
        difference=difference,
        is_matched=is_matched,
    )


def _difference(before: Mapping[UUID, float], after: Mapping[UUID, float]) -> Difference | None:
    """Of shares of different people by Newcombe; where some are the same by Derrick, who with none of them is Welch."""
    if not before or not after:
        return None
    shared = before.keys() & after.keys()
    if not shared and {*before.values(), *after.values()} <= {0.0, 1.0}:
        return newcombe(
            round(sum(before.values())), len(before), round(sum(after.values())), len(after), ERROR
        )
    same = Counter((before[tester], after[tester]) for tester in shared)
    return overlapping(Counter(before.values()), Counter(after.values()), same, ERROR)


def _by_weight(
    weighed: tuple[Weighed, Weighed], levels: tuple[tuple[float, ...], tuple[float, ...]]
) -> Difference | None:
    """As if they were different people, which asks for more where some are the same."""
    before, after = (
        dict(zip(steps, each.counts, strict=True)) for steps, each in zip(levels, weighed, strict=True)
    )
    return welch(before, after, ERROR)


def _side(difference: Difference) -> int:
    return (difference.low > 0) - (difference.high < 0)


def _finding(difference: Difference | None, direction: Direction, *, is_matched: bool) -> Finding:
    if difference is None:
        return Finding.TOO_FEW
    side = _side(difference)
    if side == 0:
        return Finding.SAME
    if not is_matched:
        return Finding.HIGHER if side > 0 else Finding.LOWER
    is_better = (side > 0) is (direction is Direction.AT_LEAST)
    return Finding.BETTER if is_better else Finding.WORSE


def _mean(scores: Mapping[UUID, float]) -> float | None:
    return sum(scores.values()) / len(scores) if scores else None


def sentence(change: Change, unit: Unit, span: tuple[float, float]) -> str:
    """All of it in one or two sentences; `span` has the ends of the scale in the unit."""
    people = _people(change)
    if change.difference is None or change.was is None or change.now is None:
        return _("Too few answered to compare, or all answered alike: %(people)s.", people=people)
    low, high = span
    values = {
        "was": figure(low + change.was * (high - low), unit),
        "now": figure(low + change.now * (high - low), unit),
        "by": gap(change.difference.value * (high - low), unit),
        "span": gaps(change.difference.low * (high - low), change.difference.high * (high - low), unit),
        "people": people,
    }
    if change.finding is Finding.SAME and change.is_matched:
        return _(
            "No difference shown with the mix of people matched: %(was)s, then %(now)s; it may be %(span)s. "
            "%(people)s.",
            **values,
        )
    if change.finding is Finding.SAME:
        return _("No difference shown: %(was)s, then %(now)s; it may be %(span)s. %(people)s.", **values)
    if change.is_matched:
        return _(
            "%(was)s, then %(now)s: with the mix of people matched %(by)s (%(span)s). %(people)s.", **values
        )
    return _(
        "%(was)s, then %(now)s: %(by)s (%(span)s). The mix of people is not matched, so it may be them. "
        "%(people)s.",
        **values,
    )


def _people(change: Change) -> str:
    return ngettext(
        "%(before)s people before and %(after)s after, %(num)s of them in both",
        "%(before)s people before and %(after)s after, %(num)s of them in both",
        change.shared,
        before=change.before,
        after=change.after,
    )
