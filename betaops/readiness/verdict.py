"""Met, not met, or not settled: the decision about one expectation from counts of scores.

Pure, and the one place to change when a verdict is to be reached another way. Every tester is one
score in [0, 1]; `counts` says how many testers stand at each of `levels`. The order in which they
answered cannot matter, and equal counts always give an equal outcome.

The error that is allowed, 1 − confidence at either end, is spent on two readings. A fifth of it is kept for looking
while answers come in, on any day and as often as one likes: evidence by betting (`statistics.betting`), which calls a
verdict early only where it is overwhelming. The rest is for the one reading at the close, on a day or at a number
that was fixed before: exact, Clopper–Pearson for yes/no scores and the Dirichlet bound for scores on several levels.
Either may call it; together they are wrong as often as is allowed and no more (union bound). Where no close was fixed
before answers came there is none, and betting has all of the error.

Where several expectations are judged together each has to share its error with others, so that it holds for the
whole list: see `family`, which says with how many.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from betaops.statistics import betting, bounded, forecast, planning
from betaops.statistics.forecast import Rule
from betaops.statistics.intervals import Range

#: How much of the error is kept for looking on any day, and how much for the one look at the close.
LIVE_PART, CLOSE_PART = 0.2, 0.8


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
    #: Looked at while answers still come in, before the look that was planned.
    LIVE = "live"
    #: The one look that was planned.
    CLOSE = "close"
    #: Looked at on any day, and no close was planned before the answers came: all of the error is for that.
    ANYTIME = "anytime"


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
    #: One-sided, before it is shared with others.
    error: float
    n_expectations: int
    #: With how many expectations the error is shared at either end, this one among them.
    share_met: int
    share_not_met: int
    mode: str
    #: How easily such answers come about when the truth is exactly the threshold, both readings taken together:
    #: it is met where p_met is at most error / share_met.
    p_met: float
    p_not_met: float
    #: Fewest answers, all as good as can be, that are met at the close, and before; None if no number could.
    smallest_sample: int | None
    smallest_early: int | None
    #: Further answers that settle it with a chance of 10, 50 and 90 %; None while nothing can be said.
    more_early: int | None
    more_likely: int | None
    more_late: int | None
    #: How many people were asked and have not answered, and the chance that they settle it.
    waiting: int
    settles: float | None
    #: The share of those asked who must have answered before it is called, and whether that holds it back.
    gate: float
    is_held: bool
    #: The error is shared by Holm, not by Hochberg; there only where it is so.
    is_strict: NotRequired[bool]


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
    gate: float = 0.0,
    shares: tuple[int, int] | None = None,
) -> Outcome:
    """Judge one expectation; see `Outcome` for what comes back.

    `levels` lie in [0, 1] and hold the worst and best possible score; `threshold` is on the same scale.
    `confidence`, in (0.5, 1), is one-sided: at 0.95 at most 5 % of expectations whose truth lies exactly on
    the threshold are ever called met. `shares` says with how many of the `n_expectations` the error is shared to be
    met and not to be (`family.shares`); without it with all of them (Bonferroni). `gate` is the share of those asked
    (`waiting` of them are silent) who must have answered before it is called. Raises ValueError for what cannot be
    judged.
    """
    _check(levels, counts, threshold, confidence, n_expectations)
    wanted, read, error = Direction(direction), Mode(mode), error_of(confidence)
    share_met, share_not_met = shares or (n_expectations, n_expectations)
    n = sum(counts)
    p_met, p_not_met = chances(levels, counts, threshold, wanted, read, imagined=imagined)
    is_held = held(n, waiting, gate)
    met = not is_held and p_met <= error / share_met
    not_met = not is_held and p_not_met <= error / share_not_met
    ends = (error / share_met, error / share_not_met)
    span = reach(levels, counts, wanted, ends, read, imagined=imagined)
    rising = threshold if wanted is Direction.AT_LEAST else 1 - threshold
    outcome = Outcome(
        verdict=Verdict.MET if met else Verdict.NOT_MET if not_met else Verdict.INCONCLUSIVE,
        method=_method(levels, read, imagined),
        n=n,
        estimate=mean(levels, counts),
        low=rounded(span.low),
        high=rounded(span.high),
        threshold=threshold,
        direction=wanted,
        error=error,
        n_expectations=n_expectations,
        share_met=share_met,
        share_not_met=share_not_met,
        mode=read,
        p_met=rounded(p_met),
        p_not_met=rounded(p_not_met),
        smallest_sample=smallest_sample(rising, ends[0], read),
        smallest_early=smallest_early(rising, ends[0], read),
        more_early=None,
        more_likely=None,
        more_late=None,
        waiting=waiting,
        settles=None,
        gate=gate,
        is_held=is_held,
    )
    if n and not met and not not_met and not is_held:
        rule = _ahead(min(ends), read)
        ahead = forecast.about_more(levels, counts, threshold, rule, imagined=imagined)
        outcome["more_early"], outcome["more_likely"], outcome["more_late"] = ahead
        outcome["settles"] = rounded(
            forecast.chance_settled(levels, counts, threshold, rule, waiting, imagined=imagined)
        )
    return outcome


def smallest_sample(threshold: float, error: float, mode: Mode) -> int | None:
    """Fewest answers, all as good as can be, with which more than `threshold` is met in the end; None: no number."""
    if mode is Mode.ANYTIME:
        return betting.smallest_perfect_sample_anytime(threshold, error)
    return planning.smallest_perfect_sample(threshold, error * CLOSE_PART)


def smallest_early(threshold: float, error: float, mode: Mode) -> int | None:
    """The same for a verdict that is called before the close."""
    return betting.smallest_perfect_sample_anytime(threshold, error * _early_part(mode))


def answers_needed(threshold: float, truth: float, error: float, mode: Mode) -> int | None:
    """Answers with which four programs of five prove more than `threshold`, if really `truth` say yes; None: too many."""
    if mode is Mode.ANYTIME:
        return betting.answers_needed_anytime(threshold, truth, error)
    return planning.answers_needed(threshold, truth, error * CLOSE_PART)


def error_of(confidence: float) -> float:
    """One-sided, before it is shared with others."""
    return rounded(1 - confidence)


def held(n: float, waiting: float, gate: float) -> bool:
    """Whether too few of those asked have answered to call it: the quick ones are often the keen ones."""
    return gate > 0 and n < gate * (n + waiting)


def chances(
    levels: Sequence[float],
    counts: Sequence[float],
    threshold: float,
    direction: Direction,
    mode: Mode,
    *,
    imagined: float = 1.0,
) -> tuple[float, float]:
    """How easily such answers come about, though it is not met, and though it is (p-values of `Outcome`)."""
    turned = [1 - level for level in levels]
    above = _chance_above(levels, counts, threshold, mode, imagined)
    below = _chance_above(turned, counts, 1 - threshold, mode, imagined)
    return (above, below) if direction is Direction.AT_LEAST else (below, above)


def _chance_above(
    levels: Sequence[float], counts: Sequence[float], threshold: float, mode: Mode, imagined: float
) -> float:
    """Each reading by its part of the error: the smaller counts."""
    early = betting.chance_anytime(levels, counts, threshold) / _early_part(mode)
    if mode is not Mode.CLOSE:
        return min(1.0, early)
    exact = bounded.chance_below(levels, counts, threshold, imagined=imagined) / CLOSE_PART
    return min(1.0, early, exact)


def reach(
    levels: Sequence[float],
    counts: Sequence[float],
    direction: Direction,
    ends: tuple[float, float],
    mode: Mode,
    *,
    imagined: float = 1.0,
) -> Range:
    """What either reading leaves possible; its ends are on the threshold's side exactly when the verdict says so.

    `ends` are the errors of being met and of not being met.
    """
    low_error, high_error = ends if direction is Direction.AT_LEAST else ends[::-1]
    low = betting.range_anytime(levels, counts, low_error * _early_part(mode)).low
    high = betting.range_anytime(levels, counts, high_error * _early_part(mode)).high
    if mode is not Mode.CLOSE:
        return Range(low, high)
    return Range(
        max(low, bounded.mean_range(levels, counts, low_error * CLOSE_PART, imagined=imagined).low),
        min(high, bounded.mean_range(levels, counts, high_error * CLOSE_PART, imagined=imagined).high),
    )


def _early_part(mode: Mode) -> float:
    """How much of the error betting has."""
    return 1.0 if mode is Mode.ANYTIME else LIVE_PART


def _ahead(error: float, mode: Mode) -> Rule:
    """What will settle it: by the close, or whenever it is looked at where there is none."""
    if mode is Mode.ANYTIME:
        return Rule(exact=0.0, betting=error)
    return Rule(exact=error * CLOSE_PART, betting=error * LIVE_PART)


def _method(levels: Sequence[float], mode: Mode, imagined: float) -> str:
    if mode is not Mode.CLOSE:
        return "betting"
    return "clopper_pearson" if len(levels) == 2 and imagined == 1 else "dirichlet"


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
        share_met=1,
        share_not_met=1,
        mode=Mode.LIVE,
        p_met=float(not holds),
        p_not_met=float(holds),
        smallest_sample=None,
        smallest_early=None,
        more_early=None,
        more_likely=None,
        more_late=None,
        waiting=0,
        settles=None,
        gate=0.0,
        is_held=False,
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
    return rounded(point) if 0 <= point <= 1 else None


def reconciled(verdicts: Sequence[str]) -> list[Verdict]:
    """The verdicts on measures of one need, said together: some met and some not is contradicted."""
    found = [Verdict(each) for each in verdicts]
    if Verdict.MET in found and Verdict.NOT_MET in found:
        return [each if each is Verdict.INCONCLUSIVE else Verdict.CONTRADICTED for each in found]
    return found


def mean(levels: Sequence[float], counts: Sequence[float]) -> float | None:
    """None of nobody."""
    n = sum(counts)
    return rounded(sum(v * c for v, c in zip(levels, counts, strict=True)) / n) if n else None


def rounded(value: float) -> float:
    """Nine digits: more than anyone reads, fewer than machines may differ by."""
    return round(float(value), 9)


def _check(
    levels: Sequence[float], counts: Sequence[int], threshold: float, confidence: float, n_expectations: int
) -> None:
    if len(levels) != len(counts) or len(set(levels)) != len(levels) or len(levels) < 2:
        raise ValueError("each level needs one count, and there must be two levels or more")
    if min(counts) < 0:
        raise ValueError("counts cannot be negative")
    if not all(0 <= level <= 1 for level in levels):
        raise ValueError("levels lie between 0 and 1")
    if not 0 <= threshold <= 1:
        raise ValueError("the threshold lies between 0 and 1")
    if not 0.5 < confidence < 1:
        raise ValueError("confidence lies between 0.5 and 1")
    if n_expectations < 1:
        raise ValueError("at least one expectation is judged")
