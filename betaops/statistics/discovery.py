"""How many problems are still out there: forecasts, each with what it assumes, and never a reason to ship or stop."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from betaops.statistics.intervals import Range


class Unfound(NamedTuple):
    """`total` problems there are in all, found ones among them, with a range; at least as many as were found."""

    found: int
    total: float
    low: float
    high: float


def chao(found_by: Sequence[int], people: int) -> Unfound:
    """`found_by` says of each problem how many of `people` met it. At least so many problems there are (Chao 1987).

    Problems that one person met, against those that two met, tell of those that nobody met. Bias-corrected, with
    Chao's log-normal range of 95 %. It assumes that people look around independently; where problems differ in how
    easily they are met, it is a lower bound.
    """
    if people < 1 or any(not 1 <= each <= people for each in found_by):
        raise ValueError("each problem was met by 1 to `people` of them")
    found = len(found_by)
    once, twice = found_by.count(1), found_by.count(2)
    part = (people - 1) / people
    unseen = part * once * (once - 1) / (2 * (twice + 1))
    if unseen <= 0:
        return Unfound(found, float(found), float(found), float(found))
    variance = (
        part * once * (once - 1) / (2 * (twice + 1))
        + part**2 * once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + part**2 * once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    factor = math.exp(1.959963984540054 * math.sqrt(math.log1p(variance / unseen**2)))
    return Unfound(found, found + unseen, found + unseen / factor, found + unseen * factor)


class Growth(NamedTuple):
    """N(t) = scale · t^shape problems are found until t; below a shape of 1 they come ever more rarely."""

    scale: float
    shape: float
    #: The whole time that was watched.
    time: float
    found: int

    @property
    def spacing(self) -> float:
        """The time between two problems as it is now."""
        return self.time / (self.found * self.shape)

    def expected(self, further: float) -> float:
        """How many more problems are found in `further` time, if all goes on as it went."""
        return float(self.scale * ((self.time + further) ** self.shape - self.time**self.shape))


def growth(times: Sequence[float], until: float) -> Growth | None:
    """Crow's power law (AMSAA; MIL-HDBK-189) from when problems were found, watched `until` then, without its bias.

    Needs three problems. It assumes the same effort throughout, and mending that goes on.
    """
    if any(not 0 < each <= until for each in times):
        raise ValueError("problems are found after 0 and not after the end")
    logs = math.fsum(math.log(until / each) for each in times)
    if len(times) < 3 or logs <= 0:
        return None
    shape = (len(times) - 1) / logs
    return Growth(len(times) / until**shape, shape, until, len(times))


def curve(found_by: Sequence[int], people: int, sizes: Sequence[int]) -> list[float]:
    """How many different problems each of these `sizes` of groups of them meets on average (rarefaction)."""
    alike = Counter(found_by)
    return [
        len(found_by)
        - math.fsum(
            number * math.exp(_log_choose(people - met, size) - _log_choose(people, size))
            for met, number in alike.items()
            if people - met >= size
        )
        for size in sizes
    ]


def likely_share(found: int, unfound: Unfound) -> Range:
    """Which share of all problems is known by now."""
    return Range(found / unfound.high, found / unfound.low) if found else Range(0.0, 1.0)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
