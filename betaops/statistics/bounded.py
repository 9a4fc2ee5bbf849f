"""A bound for the mean of scores that lie on known levels of [0, 1]: counts per level in, range out.

Each answer and one imagined answer at the worst level share the unit of weight as a Dirichlet
distribution would; the bound is a quantile of the weighted mean. For yes/no answers this *is*
Clopper–Pearson; in general it is Gaffke's bound (coverage conjectured by Learned-Miller & Thomas
2019; simulated worst one-sided error 4.9 % where 5 % is asked for).

The distribution is computed, not drawn: Σwₖvₖ ≤ t has the sign of Σ(vₖ − t)Gₖ with independent
Gₖ ~ Gamma(αₖ), and that chance is one integral of their characteristic function. So there is no
seed, the same counts give the same bound, and the order of answers cannot matter.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from betaops.statistics.intervals import Range, clopper_pearson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

_STEP = 0.1  # of the trapezoid rule in the logarithm of the distance along the path
_REACH = 26.0  # e^−26 < 1e−11: what is left out at either end
_BEND = math.pi / 6  # away from the vertical, in radians
_ODDS_FROM, _ODDS_TO, _ODDS_POINTS = -9.0, 13.0, 160  # powers of ten between which the saddle point is sought


def chance_mean_at_most(levels: Sequence[float], weights: Sequence[float], limit: float) -> float:
    """P(Σwₖvₖ ≤ limit) for w ~ Dirichlet(weights); absolute error below 1e−7."""
    import numpy as np

    pairs = [(level - limit, weight) for level, weight in zip(levels, weights, strict=True) if weight > 0]
    if not pairs:
        raise ValueError("at least one level needs weight")
    if all(shift <= 0 for shift, _ in pairs):
        return 1.0
    if all(shift >= 0 for shift, _ in pairs):
        return 0.0
    if len(pairs) == 2:
        from scipy.special import betainc

        (first, a), (second, b) = sorted(pairs)
        return float(betainc(b, a, -first / (second - first)))
    shifts, alphas = np.array(pairs).T
    if alphas @ shifts > 0:
        return _chance_positive(-shifts, alphas)
    return 1.0 - _chance_positive(shifts, alphas)


def _chance_positive(shifts: "Vector", alphas: "Vector") -> float:
    """P(ΣcₖGₖ > 0) where that is the smaller side (Σcₖαₖ ≤ 0).

    The inversion integral of exp(K(s))/s, K(s) = −Σαₖ ln(1 − cₖs), leaves the real axis at the
    saddle point of K and bends the way its path of steepest descent does (Daniels 1987). Along the
    imaginary axis itself it would swing faster than a fixed step can follow when answers are many
    and lopsided.
    """
    import numpy as np

    tilts = _tilts() / shifts.max()
    heights = -(np.log1p(-np.outer(tilts, shifts)) @ alphas)
    lowest = int(np.argmin(heights))
    if heights[lowest] < -_REACH:
        return 0.0
    # Any start right of the pole at 0 will do; one much closer to it than the width of K would be all pole.
    width = 1 / np.sqrt(np.sum(alphas * shifts**2))
    start = max(float(tilts[lowest]), min(0.3 * width, 0.3 / float(shifts.max())))
    slopes = shifts / (1 - start * shifts)
    height = -float(np.log1p(-start * shifts) @ alphas)
    turn = np.exp(1j * (np.pi / 2 - np.copysign(_BEND, alphas @ slopes**3)))
    first = np.log(min(start, width)) - _REACH
    last = np.log(1 / np.abs(slopes).max()) + (_REACH + max(0.0, height)) / max(0.5, float(alphas.min()))
    step = turn * np.exp(np.arange(first, last, _STEP))
    growth = height - np.log1p(-np.outer(step, slopes)) @ alphas
    return min(1.0, max(0.0, _STEP * float(np.sum(np.exp(growth) * step / (start + step)).imag) / np.pi))


@cache
def _tilts() -> "Vector":
    """Where the saddle point is sought, as shares of the way to the nearest pole."""
    import numpy as np

    odds = np.logspace(_ODDS_FROM, _ODDS_TO, _ODDS_POINTS)
    return np.asarray(odds / (1 + odds))


def chance_below(
    levels: Sequence[float], counts: Sequence[float], threshold: float, *, imagined: float = 1.0
) -> float:
    """How easily answers this good come about when the true mean is only `threshold` (a p-value).

    `imagined` answers are added at the lowest level: 1 for single questions, 0.5 for scales made of
    several. The lower bound of `mean_range` is above the threshold exactly when this is below its error.
    """
    weights = [float(count) for count in counts]
    weights[min(range(len(levels)), key=lambda at: levels[at])] += imagined
    return chance_mean_at_most(levels, weights, threshold)


def mean_range(
    levels: Sequence[float], counts: Sequence[float], error: float, *, imagined: float = 1.0
) -> Range:
    """The range for the true mean; each end is wrong at most about `error` of the time.

    `levels` must hold the worst and the best score that can be given, also when nobody gave them.
    """
    if len(levels) != len(counts) or len(set(levels)) != len(levels) or len(levels) < 2:
        raise ValueError("each level needs one count, and there must be two levels or more")
    if min(counts) < 0:
        raise ValueError("counts cannot be negative")
    if len(levels) == 2 and imagined == 1:
        bottom, top = sorted(range(2), key=lambda at: levels[at])
        span = levels[top] - levels[bottom]
        low, high = clopper_pearson(counts[top], sum(counts), error)
        return Range(levels[bottom] + span * low, levels[bottom] + span * high)
    low = _lower_bound(levels, counts, error, imagined)
    high = -_lower_bound([-level for level in levels], counts, error, imagined)
    return Range(low, high)


def _lower_bound(levels: Sequence[float], counts: Sequence[float], error: float, imagined: float) -> float:
    """The `error`-quantile: the chance rises with the limit, up to 1 at the best level."""
    from scipy.optimize import brentq

    def excess(limit: float) -> float:
        return chance_below(levels, counts, limit, imagined=imagined) - error

    worst, best = min(levels), max(levels)
    if excess(worst) >= 0:  # nobody gave anything better
        return worst
    return float(brentq(excess, worst, best, xtol=(best - worst) * 2**-32))
