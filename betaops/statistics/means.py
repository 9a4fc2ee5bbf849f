"""Ranges for a mean, and for the difference of two."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from betaops.statistics.intervals import Range

#: How many people scored what: a mean and a spread follow from counts, in whatever order people answered. Who is
#: weighted counts as a part of a person.
Counts = Mapping[float, float]


class Summary(NamedTuple):
    """`variance` is the sample's (divided by n − 1); 0 where fewer than two people answered."""

    n: float
    mean: float
    variance: float


def summary(counts: Counts) -> Summary:
    """Of nobody there is no mean: `ValueError`."""
    n = sum(counts.values())
    if n < 1 or min(counts.values()) < 0:
        raise ValueError("a mean needs somebody, and counts cannot be negative")
    mean = math.fsum(value * count for value, count in counts.items()) / n
    squares = math.fsum((value - mean) ** 2 * count for value, count in counts.items())
    return Summary(n, mean, squares / (n - 1) if n > 1 else 0.0)


def quantile(error: float, degrees: float) -> float:
    """Student's t that is passed with chance `error`."""
    if not 0 < error < 0.5 or degrees <= 0:
        raise ValueError("error must lie between 0 and 0.5, and degrees of freedom above 0")
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 1 - error))


def t_range(counts: Counts, error: float) -> Range | None:
    """Student's range for a mean; each end is wrong about `error` of the time where scores are near normal.

    None where it would say nothing: one person, or all of one opinion (its width would be 0).
    """
    n, mean, variance = summary(counts)
    if n < 2 or variance <= 0:
        return None
    half = quantile(error, n - 1) * math.sqrt(variance / n)
    return Range(mean - half, mean + half)


class Difference(NamedTuple):
    """How much the second is above the first, with its range; `chance` is the two-sided p-value."""

    value: float
    low: float
    high: float
    chance: float


def paired(differences: Counts, error: float) -> Difference | None:
    """The mean of the same people's differences (Student's paired t). None where t_range has none."""
    spread = t_range(differences, error)
    if spread is None:
        return None
    n, mean, variance = summary(differences)
    return Difference(mean, *spread, _chance(mean / math.sqrt(variance / n), n - 1))


def welch(before: Counts, after: Counts, error: float) -> Difference | None:
    """The difference of two means of different people (Welch 1947). None where either has fewer than two."""
    first, second = summary(before), summary(after)
    shares = (first.variance / first.n, second.variance / second.n)
    if min(first.n, second.n) < 2 or sum(shares) <= 0:
        return None
    degrees = sum(shares) ** 2 / (shares[0] ** 2 / (first.n - 1) + shares[1] ** 2 / (second.n - 1))
    value, deviation = second.mean - first.mean, math.sqrt(sum(shares))
    half = quantile(error, degrees) * deviation
    return Difference(value, value - half, value + half, _chance(value / deviation, degrees))


def overlapping(
    before: Counts, after: Counts, same: Mapping[tuple[float, float], int], error: float
) -> Difference | None:
    """The difference of two means where some people are in both, and `same` has their scores as (before, after).

    `before` and `after` count everybody. Derrick, Russ, Toher and White (2017), unequal variances: the paired t-test
    where all are the same people, Welch's where none is. None where either has fewer than two, or no spread.
    """
    first, second, shared = summary(before), summary(after), sum(same.values())
    shares = (first.variance / first.n, second.variance / second.n)
    if min(first.n, second.n) < 2 or sum(shares) <= 0:
        return None
    covered = (
        2 * _correlation(same) * math.sqrt(first.variance * second.variance) * shared / (first.n * second.n)
    )
    deviation = math.sqrt(max(0.0, sum(shares) - covered))
    if deviation == 0:
        return None
    apart = sum(shares) ** 2 / (shares[0] ** 2 / (first.n - 1) + shares[1] ** 2 / (second.n - 1))
    alone = first.n + second.n - 2 * shared
    degrees = shared - 1 + (apart - shared + 1) / (first.n + second.n) * alone
    value = second.mean - first.mean
    half = quantile(error, degrees) * deviation
    return Difference(value, value - half, value + half, _chance(value / deviation, degrees))


def _correlation(same: Mapping[tuple[float, float], int]) -> float:
    """Pearson's, of the same people's two scores; 0 where there is no telling."""
    n = sum(same.values())
    if n < 2:
        return 0.0
    means = [math.fsum(pair[side] * count for pair, count in same.items()) / n for side in (0, 1)]
    spreads = [
        math.fsum((pair[side] - means[side]) ** 2 * count for pair, count in same.items()) for side in (0, 1)
    ]
    if min(spreads) <= 0:
        return 0.0
    together = math.fsum((pair[0] - means[0]) * (pair[1] - means[1]) * count for pair, count in same.items())
    return together / math.sqrt(spreads[0] * spreads[1])


def _chance(t: float, degrees: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(degrees, -abs(t)))
