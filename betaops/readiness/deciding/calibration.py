"""How good predictions were: what was estimated when it was decided, beside what came true. Pure.

A prediction is an estimate, a range, and the chance that the line is crossed, which the counts imply: that the mean of a
Dirichlet posterior lies on the wanted side (half an answer spread over the levels beforehand). A prediction is scored by
whether reality lay in the range, by how far the estimate was off, and by the squared distance between the chance and what
happened (Brier 1950): 0 is perfect, 0.25 is what always saying one half gets.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from betaops.readiness.verdict import Direction
from betaops.statistics.bounded import chance_mean_at_most


class Prediction(NamedTuple):
    """Of one expectation, in the measure's unit; `chance` that its line is crossed, None where none is implied."""

    estimate: float | None
    low: float | None
    high: float | None
    threshold: float
    direction: Direction
    chance: float | None


class Score(NamedTuple):
    #: Whether the need was met in the world.
    is_met: bool
    #: None where there was no range.
    is_inside: bool | None
    #: Reality less the estimate, in the unit; None where nothing was estimated.
    error: float | None
    #: From 0 to 1; None where no chance was implied.
    brier: float | None


class Summary(NamedTuple):
    """Of several scores."""

    number: int
    inside: int
    ranged: int
    brier: float | None


def chance(
    levels: Sequence[float], counts: Sequence[int], threshold: float, direction: Direction
) -> float | None:
    """That the mean is on the wanted side of `threshold`, all on the score scale; None without answers."""
    if not sum(counts):
        return None
    spread = 0.5 / len(levels)
    below = chance_mean_at_most(levels, [count + spread for count in counts], threshold)
    wanted = 1 - below if direction is Direction.AT_LEAST else below
    return min(1.0, max(0.0, wanted))


def score(prediction: Prediction, reality: float) -> Score:
    is_met = (
        reality >= prediction.threshold
        if prediction.direction is Direction.AT_LEAST
        else reality <= prediction.threshold
    )
    has_range = prediction.low is not None and prediction.high is not None
    return Score(
        is_met=is_met,
        is_inside=prediction.low <= reality <= prediction.high  # type: ignore[operator]  # has_range says so
        if has_range
        else None,
        error=None if prediction.estimate is None else reality - prediction.estimate,
        brier=None if prediction.chance is None else (prediction.chance - is_met) ** 2,
    )


def summary(scores: Iterable[Score]) -> Summary:
    found = list(scores)
    briers = [each.brier for each in found if each.brier is not None]
    ranged = [each for each in found if each.is_inside is not None]
    return Summary(
        number=len(found),
        inside=sum(bool(each.is_inside) for each in ranged),
        ranged=len(ranged),
        brier=sum(briers) / len(briers) if briers else None,
    )


def due_on(launched_on: date, days: int) -> date:
    """The day on which so many days are over."""
    return launched_on + timedelta(days=days)
