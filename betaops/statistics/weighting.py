"""Making those who answered look like those the product is for: raking, trimming, and what it costs.

Counts of people become counts of weight, scaled down to as many people as they are worth (Kish 1965), so that every
method that takes counts can judge them. Who stands in the same categories of every margin is one cell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: A margin has the share of each category in the market; shares add up to 1.
Margin = Mapping[str, float]
#: The category in each margin.
Cell = tuple[str, ...]
#: No weight is more than so many times the mean.
MOST_WEIGHT = 5.0
#: Categories with fewer answers are merged, or not weighted by.
FEWEST = 5
#: Below these nothing is said by weight.
LEAST_EFFECTIVE, LEAST_SHARE = 10.0, 0.4
_MOST_ROUNDS, _CLOSE_ENOUGH = 200, 1e-9


class Refusal(ValueError):
    """Weights that would say more about the weighting than about the people; `reason` is a code."""

    def __init__(self, reason: str, where: int | None = None, effective: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.where, self.effective = reason, where, effective


class Weights(NamedTuple):
    """The weight of one person of each cell, the mean over people 1; `effective` is how many they are worth together."""

    of: Mapping[Cell, float]
    effective: float


def rake(people: Mapping[Cell, int], margins: Sequence[Margin]) -> Weights:
    """Weights with which `people` (how many stand in each cell) have the margins' shares.

    Iterative proportional fitting (Deming and Stephan 1940); trimmed at five times the mean in every round.
    `Refusal`: `few` (a category with fewer than five people; `where` is its margin), `worth_little` (the weights are
    worth fewer than ten people, or less than two fifths of those who answered).
    """
    _check(people, margins)
    weights = dict.fromkeys(people, 1.0)
    n = sum(people.values())
    for _round in range(_MOST_ROUNDS):
        before = weights
        for at, margin in enumerate(margins):
            weights = _fitted(weights, people, at, margin)
        weights = _trimmed(weights, people)
        if max(abs(weights[cell] - before[cell]) for cell in people) < _CLOSE_ENOUGH:
            break
    effective = effective_number(weights, people)
    if effective < LEAST_EFFECTIVE or effective < LEAST_SHARE * n:
        raise Refusal("worth_little", effective=effective)
    return Weights(weights, effective)


def effective_number(weights: Mapping[Cell, float], people: Mapping[Cell, int]) -> float:
    """Kish's: how many people of equal weight say as much."""
    total = sum(weights[cell] * count for cell, count in people.items())
    return total * total / sum(weights[cell] ** 2 * count for cell, count in people.items()) if total else 0.0


def weighted_counts(
    levels: Sequence[float], scored: Mapping[tuple[Cell, float], int], weights: Weights
) -> tuple[float, ...]:
    """How much weight stands at each level, adding up to the effective number; `scored` people have a cell and a score."""
    totals = dict.fromkeys(levels, 0.0)
    for (cell, score), count in scored.items():
        totals[score] += weights.of[cell] * count
    scale = weights.effective / sum(totals.values())
    return tuple(total * scale for total in totals.values())


def merged(found: Mapping[str, int], margin: Margin) -> dict[str, str]:
    """What each category of a margin counts as: those with fewer than five people join the next smallest.

    Names of what is joined stand with " / " between. `Refusal` (`few`) where only one would be left.
    """
    groups = [([name], found.get(name, 0)) for name in margin]
    while len(groups) > 1:
        groups.sort(key=lambda group: group[1])
        (names, number), (others, further) = groups[:2]
        if number >= FEWEST:
            break
        groups[:2] = [([*others, *names], number + further)]
    if len(groups) < 2:
        raise Refusal("few")
    place = list(margin)
    return {name: " / ".join(sorted(names, key=place.index)) for names, _number in groups for name in names}


def standardised_difference(share: float, target: float) -> float:
    """How far the share of a category is from the market's, in standard deviations (Austin 2009); 0 where equal."""
    spread = (share * (1 - share) + target * (1 - target)) / 2
    if spread <= 0:
        return 0.0 if share == target else float("inf")
    return float((share - target) / spread**0.5)


def _check(people: Mapping[Cell, int], margins: Sequence[Margin]) -> None:
    for at, margin in enumerate(margins):
        if abs(sum(margin.values()) - 1) > 1e-6 or min(margin.values()) <= 0:
            raise ValueError("shares are above 0 and add up to 1")
        found = Counter(dict.fromkeys(margin, 0))
        for cell, count in people.items():
            if cell[at] not in margin:
                raise ValueError(f"{cell[at]!r} is no category of the margin")
            found[cell[at]] += count
        if min(found.values()) < FEWEST:
            raise Refusal("few", at)


def _fitted(
    weights: Mapping[Cell, float], people: Mapping[Cell, int], at: int, margin: Margin
) -> dict[Cell, float]:
    held = dict.fromkeys(margin, 0.0)
    for cell, count in people.items():
        held[cell[at]] += weights[cell] * count
    total = sum(held.values())
    return {cell: weights[cell] * margin[cell[at]] * total / held[cell[at]] for cell in people}


def _trimmed(weights: Mapping[Cell, float], people: Mapping[Cell, int]) -> dict[Cell, float]:
    """None above five times the mean; the mean stays 1."""
    n = sum(people.values())
    mean = sum(weights[cell] * count for cell, count in people.items()) / n
    cut = {cell: min(weights[cell] / mean, MOST_WEIGHT) for cell in people}
    again = sum(cut[cell] * count for cell, count in people.items()) / n
    return {cell: each / again for cell, each in cut.items()}
