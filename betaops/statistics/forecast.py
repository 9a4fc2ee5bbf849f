"""About how many more answers will settle a verdict, by posterior prediction.

What the next answers will be is drawn from what was answered so far (a Dirichlet prior that spreads
half an answer over all levels), and each possible future is judged by the rule that will judge the
real one: one exact reading at the end.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from betaops.statistics.searching import first

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HORIZON = 5000  # further answers looked ahead; beyond it the honest word is "more than that"
_FUTURES = 500
_SEED = 20260101


class Forecast(NamedTuple):
    """How many more answers settle it with a chance of 10 %, 50 % and 90 %; None beyond the horizon."""

    early: int | None
    likely: int | None
    late: int | None


def about_more(
    levels: Sequence[float], counts: Sequence[int], threshold: float, error: float, *, imagined: float = 1.0
) -> Forecast:
    """How many more answers will probably settle whether the mean lies above or below `threshold`.

    Needs at least one answer: nothing follows from none.
    """
    steps = _steps()
    found: dict[float, int] = {}
    for step, chance in zip(steps, _chances(levels, counts, threshold, error, imagined, steps), strict=True):
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
    error: float,
    more: int,
    *,
    imagined: float = 1.0,
) -> float:
    """The chance, in [0, 1], that `more` further answers settle it one way or the other."""
    if more < 1:
        return 0.0
    return next(_chances(levels, counts, threshold, error, imagined, [more]))


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
    error: float,
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
        return (_chance_of_shares(counts[top], n, share, error, step) for step in steps)
    return _chances_of_means(levels, counts, threshold, error, imagined, steps)


def _chance_of_shares(yes: int, n: int, share: float, error: float, more: int) -> float:
    """Exact: the further yeses are beta-binomial, and too few or too many of them settle it."""
    import numpy as np
    from scipy.special import bdtr, betaln, gammaln

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
    not_few = first(more + 1, lambda at: bdtr(yes + at, total, share) > error)
    enough = first(more + 1, lambda at: yes + at > 0 and 1 - bdtr(yes + at - 1, total, share) <= error)
    chances = np.exp(log_weights)
    return float(np.sum(chances[:not_few]) + np.sum(chances[max(enough, not_few) :]))


def _chances_of_means(
    levels: Sequence[float],
    counts: Sequence[int],
    threshold: float,
    error: float,
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
    random = np.random.default_rng(_SEED)
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
        settled = (chance_at_most(0) <= error) | (1 - chance_at_most(-1) <= error)
        yield float(np.mean(settled))
