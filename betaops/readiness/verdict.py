"""Met, not met, or not settled: the decision about one expectation from counts of scores.

Pure, and the one place to change when a verdict is to be reached another way. Every tester is one
score in [0, 1]; `counts` says how many testers stand at each of `levels`. The order in which they
answered cannot matter, and equal counts always give an equal outcome.

The method now is one exact reading: Clopper–Pearson for yes/no scores, the Dirichlet bound for
scores on several levels. The error allowed, 1 − confidence at either end, is divided by the number
of expectations that are judged together (Bonferroni), so that "95 %" holds for the whole list.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypedDict

from betaops.statistics import bounded, forecast, planning


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"
    #: Measures of the same need disagree; said of an expectation, never by `verdict` itself.
    CONTRADICTED = "contradicted"


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Mode(StrEnum):
    #: Looked at while answers still come in.
    LIVE = "live"
    #: The one look that was planned.
    CLOSE = "close"


class Outcome(TypedDict):
    """A verdict with all it rests on; plain values, so that it can be stored and recomputed."""

    verdict: str
    method: str
    n: int
    #: All on the score scale; estimate is None without answers.
    estimate: float | None
    low: float
    high: float
    threshold: float
    direction: str
    #: One-sided, after sharing it among the expectations.
    error: float
    n_expectations: int
    mode: str
    #: How easily such answers come about when the truth is exactly the threshold.
    p_met: float
    p_not_met: float
    #: Fewest answers, all as good as can be, that could be met; None if no number could.
    smallest_sample: int | None
    #: Further answers that settle it with a chance of 10, 50 and 90 %; None while nothing can be said.
    more_early: int | None
    more_likely: int | None
    more_late: int | None
    #: How many people were asked and have not answered, and the chance that they settle it.
    waiting: int
    settles: float | None


def verdict(
    levels: Sequence[float],
    counts: Sequence[int],
    threshold: float,
    direction: str = Direction.AT_LEAST,
    confidence: float = 0.95,
    n_expectations: int = 1,
    mode: str = Mode.LIVE,
    *,
    imagined: float = 1.0,
    waiting: int = 0,
) -> Outcome:
    """Judge one expectation; see `Outcome` for what comes back.

    `levels` lie in [0, 1] and hold the worst and best possible score; `threshold` is on the same scale.
    `confidence`, in (0.5, 1), is one-sided: at 0.95 at most 5 % of expectations whose truth lies exactly on
    the threshold are called met. Raises ValueError for what cannot be judged.
    """
    _check(levels, threshold, confidence, n_expectations)
    wanted, read = Direction(direction), Mode(mode)
    error = (1 - confidence) / n_expectations
    n = sum(counts)
    above = bounded.chance_below(levels, counts, threshold, imagined=imagined)
    below = bounded.chance_below([1 - level for level in levels], counts, 1 - threshold, imagined=imagined)
    is_above, is_below = above <= error, below <= error
    p_met, p_not_met = (above, below) if wanted is Direction.AT_LEAST else (below, above)
    met, not_met = (is_above, is_below) if wanted is Direction.AT_LEAST else (is_below, is_above)
    reach = bounded.mean_range(levels, counts, error, imagined=imagined)
    outcome = Outcome(
        verdict=Verdict.MET if met else Verdict.NOT_MET if not_met else Verdict.INCONCLUSIVE,
        method="clopper_pearson" if len(levels) == 2 and imagined == 1 else "dirichlet",
        n=n,
        estimate=_rounded(sum(v * c for v, c in zip(levels, counts, strict=True)) / n) if n else None,
        low=_rounded(reach.low),
        high=_rounded(reach.high),
        threshold=threshold,
        direction=wanted,
        error=_rounded(error),
        n_expectations=n_expectations,
        mode=read,
        p_met=_rounded(p_met),
        p_not_met=_rounded(p_not_met),
        smallest_sample=planning.smallest_perfect_sample(
            threshold if wanted is Direction.AT_LEAST else 1 - threshold, error
        ),
        more_early=None,
        more_likely=None,
        more_late=None,
        waiting=waiting,
        settles=None,
    )
    if n and not met and not not_met:
        ahead = forecast.about_more(levels, counts, threshold, error, imagined=imagined)
        outcome["more_early"], outcome["more_likely"], outcome["more_late"] = ahead
        outcome["settles"] = _rounded(
            forecast.chance_settled(levels, counts, threshold, error, waiting, imagined=imagined)
        )
    return outcome


def counted(value: int, limit: int, direction: str, watched: int) -> Outcome:
    """The outcome for a fact that is counted, not estimated: open blockers, say.

    There is no chance in it and nothing to wait for, unless nobody was there to find anything
    (`watched` people): then the count says nothing yet.
    """
    wanted = Direction(direction)
    holds = value >= limit if wanted is Direction.AT_LEAST else value <= limit
    # A limit once broken is broken, whoever saw it; a limit kept needs somebody who looked.
    told = watched > 0 or (wanted is Direction.AT_MOST and not holds)
    return Outcome(
        verdict=(Verdict.MET if holds else Verdict.NOT_MET) if told else Verdict.INCONCLUSIVE,
        method="count",
        n=watched,
        estimate=float(value),
        low=float(value),
        high=float(value),
        threshold=float(limit),
        direction=wanted,
        error=0.0,
        n_expectations=1,
        mode=Mode.LIVE,
        p_met=float(not holds),
        p_not_met=float(holds),
        smallest_sample=None,
        more_early=None,
        more_likely=None,
        more_late=None,
        waiting=0,
        settles=None,
    )


def tipping_point(outcome: Mapping[str, Any]) -> float | None:
    """The mean score of the silent at which the verdict that was reached would no longer hold for all.

    (threshold − answered share · bound) / (1 − answered share); None where nobody is silent, nothing was
    reached, or no answers of theirs could turn it.
    """
    asked = outcome["n"] + outcome["waiting"]
    if outcome["verdict"] not in (Verdict.MET, Verdict.NOT_MET) or not outcome["waiting"] or not outcome["n"]:
        return None
    answered = outcome["n"] / asked
    is_above = (outcome["verdict"] == Verdict.MET) == (outcome["direction"] == Direction.AT_LEAST)
    bound = outcome["low"] if is_above else outcome["high"]
    point = (outcome["threshold"] - answered * bound) / (1 - answered)
    return _rounded(point) if 0 <= point <= 1 else None


def reconciled(verdicts: Sequence[str]) -> list[Verdict]:
    """The verdicts on measures of one need, said together: some met and some not is contradicted."""
    found = [Verdict(each) for each in verdicts]
    if Verdict.MET in found and Verdict.NOT_MET in found:
        return [each if each is Verdict.INCONCLUSIVE else Verdict.CONTRADICTED for each in found]
    return found


def _rounded(value: float) -> float:
    """Nine digits: more than anyone reads, fewer than machines may differ by."""
    return round(float(value), 9)


def _check(levels: Sequence[float], threshold: float, confidence: float, n_expectations: int) -> None:
    if not all(0 <= level <= 1 for level in levels):
        raise ValueError("levels lie between 0 and 1")
    if not 0 <= threshold <= 1:
        raise ValueError("the threshold lies between 0 and 1")
    if not 0.5 < confidence < 1:
        raise ValueError("confidence lies between 0.5 and 1")
    if n_expectations < 1:
        raise ValueError("at least one expectation is judged")
