"""Claim: a product manager who looks every day for 60 days at an expectation whose truth lies exactly on its line is told
"met" in at most 5 of 100 programs, whatever is measured, with 1 answer a day and with 20; and of twelve such
expectations together any at all in at most 5 of 100.

Beside it what is usually done: a one-sided 95 % range read every day (Wilson's for shares, Student's for means, from
five answers on). Seeded: the same figures every time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bench.surveys.limits import most
from betaops.readiness.judging.family import Claim, judged_met
from betaops.readiness.verdict import Direction, Mode, chances
from betaops.statistics.intervals import wilson
from betaops.statistics.means import t_range

RUNS, DAYS, ERROR, SEED = 1_000, 60, 0.05, 20260101
RATES = (1, 20)
TOGETHER = 12
#: Fewest answers of which the usual range is read.
USUAL_FROM = 5


@dataclass(frozen=True)
class Metric:
    """What people answer, with what chance; the line lies on its mean."""

    name: str
    levels: tuple[float, ...]
    shares: tuple[float, ...]
    imagined: float = 1.0

    @property
    def mean(self) -> float:
        return sum(level * share for level, share in zip(self.levels, self.shares, strict=True))


def yes_no(share: float) -> Metric:
    return Metric(f"share, {share:.0%}", (0.0, 1.0), (1 - share, share))


def _scale() -> Metric:
    """SUS as products get it: 41 levels, most between 60 and 85."""
    levels = tuple(number / 40 for number in range(41))
    heights = [level**6.5 * (1 - level) ** 2.1 for level in levels]
    return Metric("SUS", levels, tuple(each / sum(heights) for each in heights), imagined=0.5)


METRICS = (
    yes_no(0.7),
    yes_no(0.9),
    yes_no(0.4),
    Metric("mean of 5 points", (0.0, 0.25, 0.5, 0.75, 1.0), (0.02, 0.06, 0.16, 0.42, 0.34)),
    Metric("NPS", (0.0, 0.5, 1.0), (0.2, 0.3, 0.5)),
    _scale(),
)


def main(runs: int) -> None:
    print(f"{runs:,} programs each, {DAYS} days, looked at every day, the truth exactly on the line")
    print(f"{'':20}{'a day':>7}{'told met':>10}{'told not':>10}{'usual range':>13}")
    worst = 0.0
    for metric in METRICS:
        for rate in RATES:
            met, not_met, usual = peeked(metric, rate, runs)
            worst = max(worst, met, not_met)
            print(f"{metric.name:20}{rate:7}{met:10.1%}{not_met:10.1%}{usual:13.1%}", flush=True)
    most("worst share of false verdicts", worst * 100, ERROR * 100, "%")
    for rate in RATES:
        any_met, usual = together(rate, max(100, runs // 4))
        print(
            f"{TOGETHER} expectations, {rate} a day: any told met {any_met:.1%}, by the usual range {usual:.1%}"
        )
        most("any of twelve falsely met", any_met * 100, ERROR * 100, "%")


def peeked(metric: Metric, rate: int, runs: int) -> tuple[float, float, float]:
    """In which share of programs it was ever told met, ever told not met, and met by the usual range."""
    chance = _chance(metric)
    met = not_met = usual = 0
    for days in _programs(metric, rate, runs):
        pairs = [
            chance(counts, Mode.CLOSE if day == DAYS else Mode.LIVE) for day, counts in enumerate(days, 1)
        ]
        met += any(pair[0] <= ERROR for pair in pairs)
        not_met += any(pair[1] <= ERROR for pair in pairs)
        usual += any(_usually_met(metric, counts) for counts in days)
    return met / runs, not_met / runs, usual / runs


def together(rate: int, runs: int) -> tuple[float, float]:
    """Twelve shares of 70 % asked of the same people, who tend to answer alike: in which share of programs any is met."""
    import numpy as np

    random = np.random.default_rng(SEED)
    metric = yes_no(0.7)
    any_met = usual = 0
    for _run in range(runs):
        liking = random.normal(size=(DAYS * rate, 1))
        own = random.normal(size=(DAYS * rate, TOGETHER))
        # Half of what people say is whether they like the product at all; 0.5244 is passed by 30 %.
        yes = (0.5**0.5 * liking + 0.5**0.5 * own < 0.5244005).cumsum(axis=0)[rate - 1 :: rate]
        told = read = False
        for day, row in enumerate(yes, 1):
            n = day * rate
            counted = [(n - int(each), int(each)) for each in row]
            mode = Mode.CLOSE if day == DAYS else Mode.LIVE
            claims = [
                Claim(metric.levels, counts, 0.7, Direction.AT_LEAST, 1 - ERROR, mode) for counts in counted
            ]
            told = told or any(judged_met(claims))
            read = read or any(_usually_met(metric, counts) for counts in counted)
        any_met += told
        usual += read
    return any_met / runs, usual / runs


def _programs(metric: Metric, rate: int, runs: int) -> Sequence[list[tuple[int, ...]]]:
    """For each program the counts as they stand on each evening."""
    import numpy as np

    random = np.random.default_rng(SEED)
    drawn = random.multinomial(rate, metric.shares, size=(runs, DAYS)).cumsum(axis=1)
    return [[tuple(int(each) for each in day) for day in run] for run in drawn]


def _chance(metric: Metric) -> Callable[[tuple[int, ...], Mode], tuple[float, float]]:
    @lru_cache(maxsize=200_000)
    def found(counts: tuple[int, ...], mode: Mode) -> tuple[float, float]:
        return chances(metric.levels, counts, metric.mean, Direction.AT_LEAST, mode, imagined=metric.imagined)

    return found


@lru_cache(maxsize=200_000)
def _usually_met(metric: Metric, counts: tuple[int, ...]) -> bool:
    n = sum(counts)
    if n < USUAL_FROM:
        return False
    if len(metric.levels) == 2:
        return wilson(counts[1], n, ERROR).low > metric.mean
    given = {level: count for level, count in zip(metric.levels, counts, strict=True) if count}
    reach = t_range(given, ERROR)
    return reach is not None and reach.low > metric.mean
