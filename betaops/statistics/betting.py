"""Evidence for a mean that may be looked at on any day, and as often as one likes.

Whoever believes that the mean of scores in [0, 1] is at most `threshold` should not be able to win by betting on
more, whenever they stop. 64 gamblers bet a fixed part of their money on each answer, from almost nothing to almost
all; what they own together, having begun with 1, is the evidence against that belief. By Ville's inequality (1939)
it ever reaches 1/error with a chance of at most `error`, however often one looks. This is the order-free form of
Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by betting", and for yes/no answers it
is Robbins' mixture. It depends on counts alone: the order of answers, edits and imports cannot matter.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from betaops.statistics.intervals import Range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GAMBLERS = 64
_MOST_ANSWERS = 3000


def log_evidence(levels: Sequence[float], counts: Sequence[float], threshold: float) -> float:
    """The logarithm of the evidence that the mean lies above `threshold`, which lies in [0, 1].

    0 where nobody has answered; below 0 where answers speak against it.
    """
    given = [(level, count) for level, count in zip(levels, counts, strict=True) if count]
    if threshold <= 0:
        return math.inf if any(level > 0 for level, _count in given) else 0.0
    import numpy as np

    if not given:
        return 0.0
    values, times = np.array(given).T
    owned = np.log1p(np.outer(_stakes(), values / threshold - 1)) @ times
    most = float(owned.max())
    return most + math.log(float(np.mean(np.exp(owned - most))))


def log_evidences(
    levels: "NDArray[np.float64]", counts: "NDArray[np.float64]", threshold: float
) -> "NDArray[np.float64]":
    """`log_evidence` of many at once: a row of `counts` each; `threshold` lies between 0 and 1, both left out."""
    import numpy as np

    owned = counts @ np.log1p(np.outer(levels / threshold - 1, _stakes()))
    most = owned.max(axis=1)
    return np.asarray(most + np.log(np.mean(np.exp(owned - most[:, None]), axis=1)))


def chance_anytime(levels: Sequence[float], counts: Sequence[float], threshold: float) -> float:
    """How easily answers this good ever come about when the true mean is only `threshold` (a p-value)."""
    return min(1.0, math.exp(-max(0.0, log_evidence(levels, counts, threshold))))


def range_anytime(levels: Sequence[float], counts: Sequence[float], error: float) -> Range:
    """The range for the true mean; the chance that one end is *ever* wrong is at most `error`, whenever one looks."""
    turned = [1 - level for level in levels]
    return Range(_lowest(levels, counts, error), 1 - _lowest(turned, counts, error))


def smallest_perfect_sample_anytime(threshold: float, error: float) -> int | None:
    """How many people must all say yes before "more than `threshold` do" is proven on whatever day one looks.

    None where nothing can prove it (a threshold of 1).
    """
    if threshold >= 1:
        return None
    if threshold <= 0:
        return 1
    few, many = 0, 1
    while chance_anytime((0.0, 1.0), (0, many), threshold) > error:
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        if chance_anytime((0.0, 1.0), (0, middle), threshold) > error:
            few = middle
        else:
            many = middle
    return many


@cache
def _stakes() -> "NDArray[np.float64]":
    """What part of their money each of them bets: the midpoints of (0, 1) in equal parts."""
    import numpy as np

    return (np.arange(GAMBLERS) + 0.5) / GAMBLERS


def _lowest(levels: Sequence[float], counts: Sequence[float], error: float) -> float:
    """The evidence falls as the threshold rises: where it comes down to 1/error."""
    from scipy.optimize import brentq

    wanted = -math.log(error)

    def excess(threshold: float) -> float:
        return log_evidence(levels, counts, threshold) - wanted

    lowest, highest = 1e-9, 1.0
    if excess(lowest) <= 0:
        return 0.0
    return float(brentq(excess, lowest, highest, xtol=2**-32)) if excess(highest) < 0 else highest


def answers_needed_anytime(threshold: float, truth: float, error: float, power: float = 0.8) -> int | None:
    """After how many answers "more than `threshold` do" has been called with chance `power`, looking after each one.

    Exact, for yes and no: the chance of every number of yeses is carried from answer to answer, and those that are
    called leave. None where more than 3,000 would be needed or the truth is not above the threshold.
    """
    if not 0 < threshold < truth <= 1:
        return None
    import numpy as np

    going = np.ones(1)
    called, enough = 0.0, 1
    for n in range(1, _MOST_ANSWERS + 1):
        after = np.zeros(len(going) + 1)
        after[1:] += going * truth
        after[:-1] += going * (1 - truth)
        # With one answer more it takes as many yeses as before, or one more.
        while enough <= n and chance_anytime((0.0, 1.0), (n - enough, enough), threshold) > error:
            enough += 1
        called += float(after[enough:].sum())
        if called >= power:
            return n
        going = after[:enough]
    return None
