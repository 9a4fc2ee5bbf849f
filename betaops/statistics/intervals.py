"""Ranges for a share of people, and for a Net Promoter Score."""

import math
from statistics import NormalDist
from typing import NamedTuple


class Range(NamedTuple):
    low: float
    high: float


def clopper_pearson(yes: float, n: float, error: float) -> Range:
    """The exact range for a share: each end is wrong at most `error` of the time, whatever the truth.

    Clopper and Pearson (1934). With nobody asked it is the whole of [0, 1]. People who are weighted need not be whole.
    """
    _check(yes, n, error)
    from scipy.special import betaincinv

    low = float(betaincinv(yes, n - yes + 1, error)) if yes else 0.0
    high = float(betaincinv(yes + 1, n - yes, 1 - error)) if yes < n else 1.0
    return Range(low, high)


def wilson(yes: int, n: int, error: float) -> Range:
    """The score range for a share: shorter than the exact one, for showing and planning, not for claims.

    Wilson (1927); its worst one-sided error at n = 5–50 is 6.9 % where 5 % is asked for.
    """
    _check(yes, n, error)
    if not n:
        return Range(0.0, 1.0)
    z = NormalDist().inv_cdf(1 - error)
    share = yes / n
    centre = (yes + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(n * share * (1 - share) + z * z / 4)
    low = centre - half if yes else 0.0
    high = centre + half if yes < n else 1.0
    return Range(max(0.0, low), min(1.0, high))


def adjusted_wald_nps(promoters: int, detractors: int, n: int, error: float) -> Range:
    """The usual range for a Net Promoter Score, in points (−100 to 100); for reference beside a bound.

    Rocks (2016) as Sauro and Lewis give it: three imagined answers, ¾ promoter, ¾ detractor.
    """
    _check(promoters + detractors, n, error)
    if promoters < 0 or detractors < 0:
        raise ValueError("counts cannot be negative")
    if not n:
        return Range(-100.0, 100.0)
    z = NormalDist().inv_cdf(1 - error)
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    centre = up - down
    half = z * math.sqrt((up + down - centre * centre) / (n + 3))
    return Range(max(-100.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))


def _check(part: float, whole: float, error: float) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} people is not a share")
    check_error(error)


def check_error(error: float) -> None:
    if not 0 < error < 0.5:
        raise ValueError(f"error must lie between 0 and 0.5, not {error}")
