"""How long it takes until something happens to people, of whom not all could be watched to the end."""

import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import NamedTuple

from betaops.statistics.intervals import Range, check_error, clopper_pearson


class Wait(NamedTuple):
    """At `time` it happened to `had` people; `lost` more were watched until then, and no longer."""

    time: float
    had: int
    lost: int


class Left(NamedTuple):
    """Of `watched` people just before `time`, the share to whom it has not happened by then, with its range."""

    time: float
    watched: int
    share: float
    low: float
    high: float


def kaplan_meier(waits: Iterable[Wait], error: float) -> list[Left]:
    """The product-limit curve (Kaplan and Meier 1958), a point for each wait; each end is wrong about `error` of the time.

    Greenwood's variance (1926) on the scale of log(−log S), as Kalbfleisch and Prentice (1980): such a range stays
    within 0 and 1, and holds with few people. It is of each point alone, not of the whole curve.
    """
    check_error(error)
    waits = sorted(wait for wait in waits if wait.had + wait.lost)
    watched = sum(wait.had + wait.lost for wait in waits)
    z, share, spread = NormalDist().inv_cdf(1 - error), 1.0, 0.0
    found: list[Left] = []
    for time, had, lost in waits:
        if min(had, lost) < 0:
            raise ValueError("counts cannot be negative")
        stay = watched - had
        share *= stay / watched
        spread += had / (watched * stay) if stay else 0.0
        if 0 < share < 1:
            low, high = _log_log(share, z * math.sqrt(spread))
        else:
            low, high = _at_the_end(share, watched, error, found)
        found.append(Left(time, watched, share, low, high))
        watched = stay - lost
    return found


def _log_log(share: float, half: float) -> Range:
    width = math.exp(half / abs(math.log(share)))
    return Range(share**width, share ** (1 / width))


def _at_the_end(share: float, watched: int, error: float, before: list[Left]) -> Range:
    """All or nobody has no variance: the exact range of those who were watched, and never up again after it went down."""
    low, high = clopper_pearson(watched if share else 0, watched, error)
    return Range(low, min([high, *(each.high for each in before[-1:])]))
