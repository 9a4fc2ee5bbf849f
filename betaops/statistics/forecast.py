"""About how many more answers will settle a verdict, by posterior prediction.

What the next answers will be is drawn from what was answered so far (a Dirichlet prior that spreads
half an answer over all levels), and each possible future is judged by the rule that will judge the
real one: one exact reading at the end, evidence by betting, or whichever of both settles it.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from betaops.statistics.betting import chance_anytime, log_evidences
from betaops.statistics.searching import first

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HORIZON = 5000  # further answers looked ahead; beyond it the honest word is "more than that"
_FUTURES = 500
SEED = 20260101


class Rule(NamedTuple):
    """What settles it: the error of the exact reading and that of betting; 0 where there is no such reading."""

    exact: float
    betting: float = 0.0


class Forecast(NamedTuple):
    """How many more answers settle it with a chance of 10 %, 50 % and 90 %; None beyond the horizon."""

    early: int | None
    likely: int | None
    late: int | None


def about_more(
    levels: Sequence[float], counts: Sequence[int], threshold: float, rule: Rule, *, imagined: float = 1.0
) -> Forecast:
    """How many more answers will probably settle whether the mean lies above or below `threshold`.

    Needs at least one answer: nothing follows from none.
    """
    steps = _steps()
    found: dict[float, int] = {}
    for step, chance in zip(steps, _chances(levels, counts, threshold, rule, imagined, steps), strict=True):
        for wanted in (0.1, 0.5, 0.9):
            if chance >= wanted:
                found.setdefault(wanted, step)
        if 0.9 in found:
            break
    return Forecast(found.get(0.1), found.get(0.5), found.get(0.9))


def chance_settled(
    levels: Sequence[float],
    counts: Sequence[int],
    threshold: float,
    rule: Rule,
    more: int,
    *,
    imagined: float = 1.0,
) -> float:
    """The chance, in [0, 1], that `more` further answers settle it one way or the other."""
    if more < 1:
        return 0.0
    return next(_chances(levels, counts, threshold, rule, imagined, [more]))


def _steps() -> list[int]:
    """1, 2, 3 … 20, then about 7 % apart: finer than anyone can plan."""
    steps, step = [], 1.0
    while step <= HORIZON:
        steps.append(round(step))
        step = max(step + 1, step * 1.07)
    return steps


def _chances(
    levels: Sequence[float],
    counts: Sequence[int],
    threshold: float,
    rule: Rule,
    imagined: float,
    steps: Sequence[int],
) -> Iterator[float]:
    """For each of the steps in turn; whoever has seen enough need not look at the rest."""
    n = sum(counts)
    if not n:
        raise ValueError("nothing follows from no answers")
    if len(levels) == 2 and imagined == 1:
        bottom, top = sorted(range(2), key=lambda at: levels[at])
        share = (threshold - levels[bottom]) / (levels[top] - levels[bottom])
        return (_chance_of_shares(counts[top], n, share, rule, step) for step in steps)
    return _chances_of_means(levels, counts, threshold, rule, imagined, steps)


def _chance_of_shares(yes: int, n: int, share: float, rule: Rule, more: int) -> float:
    """Exact: the further yeses are beta-binomial, and too few or too many of them settle it."""
    import numpy as np
    from scipy.special import betaln, gammaln

    further = np.arange(more + 1)
    a, b = yes + 0.25, n - yes + 0.25
    log_weights = (
        gammaln(more + 1)
        - gammaln(further + 1)
        - gammaln(more - further + 1)
        + betaln(further + a, more - further + b)
        - betaln(a, b)
    )
    total = n + more
    # Each more yes makes "too few" harder and "enough" easier: where each begins is found, not tried everywhere.
    not_few = first(more + 1, lambda at: not _is_settled(total - yes - at, total, 1 - share, rule))
    enough = first(more + 1, lambda at: _is_settled(yes + at, total, share, rule))
    chances = np.exp(log_weights)
    return float(np.sum(chances[:not_few]) + np.sum(chances[max(enough, not_few) :]))


def _is_settled(yes: int, n: int, share: float, rule: Rule) -> bool:
    """Whether so many yeses prove that more than `share` say yes."""
    from scipy.special import bdtr

    if not yes:
        return False
    exact = 1 - float(bdtr(yes - 1, n, share))
    if rule.exact and exact <= rule.exact:
        return True
    return bool(rule.betting) and chance_anytime((0.0, 1.0), (n - yes, yes), share) <= rule.betting


def _chances_of_means(
    levels: Sequence[float],
    counts: Sequence[int],
    threshold: float,
    rule: Rule,
    imagined: float,
    steps: Sequence[int],
) -> Iterator[float]:
    """By simulation, with the bound's distribution replaced by the beta of equal mean and variance.

    The same seeded futures grow step by step, so equal counts always give equal forecasts.
    """
    import numpy as np
    from scipy.special import betainc

    order = sorted(range(len(levels)), key=lambda at: levels[at])
    bottom, top = levels[order[0]], levels[order[-1]]
    scores = (np.array([levels[at] for at in order]) - bottom) / (top - bottom)
    now = np.array([counts[at] for at in order], dtype=float)
    limit = (threshold - bottom) / (top - bottom)
    random = np.random.default_rng(SEED)
    truths = random.dirichlet(now + 0.5 / len(now), size=_FUTURES)
    seen = np.tile(now, (_FUTURES, 1))

    def chance_at_most(worst: int) -> "NDArray[np.float64]":
        weights = seen.copy()
        weights[:, worst] += imagined
        total = weights.sum(axis=1)
        mean = weights @ scores / total
        spread = np.maximum((weights @ scores**2 / total - mean**2) / (total + 1), 1e-300)
        size = mean * (1 - mean) / spread - 1
        return np.asarray(betainc(np.maximum(mean * size, 1e-9), np.maximum((1 - mean) * size, 1e-9), limit))

    before = 0
    for step in steps:
        seen += random.multinomial(step - before, truths)
        before = step
        settled = np.zeros(_FUTURES, dtype=bool)
        if rule.exact:
            settled |= (chance_at_most(0) <= rule.exact) | (1 - chance_at_most(-1) <= rule.exact)
        if rule.betting:
            wanted = -math.log(rule.betting)
            settled |= log_evidences(scores, seen, limit) >= wanted
            settled |= log_evidences(1 - scores, seen, 1 - limit) >= wanted
        yield float(np.mean(settled))
