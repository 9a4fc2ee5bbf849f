"""Making those who answered look like those the product is for: raking, trimming, and what it costs.

Counts of people become counts of weight, scaled down to as many people as they are worth (Kish 1965), so that every
method that takes counts can judge them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: A margin has the share of each category in the market; shares add up to 1.
Margin = Mapping[str, float]
#: No weight is more than so many times the mean.
MOST_WEIGHT = 5.0
#: Categories with fewer answers are merged by whoever plans, or not weighted by.
FEWEST = 5
#: Below these nothing is said by weight.
LEAST_EFFECTIVE, LEAST_SHARE = 10.0, 0.4
_MOST_ROUNDS, _CLOSE_ENOUGH = 200, 1e-9


class Refusal(ValueError):
    """Weights that would say more about the weighting than about the people; `reason` is a code."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason}: {where}" if where else reason)
        self.reason, self.where = reason, where


class Weights(NamedTuple):
    """One weight a person, their mean 1; `effective` is how many people they are worth together."""

    of: tuple[float, ...]
    effective: float


def rake(people: Sequence[Mapping[str, str]], margins: Mapping[str, Margin]) -> Weights:
    """Weights with which `people` (their category in each margin) have the margins' shares.

    Iterative proportional fitting (Deming and Stephan 1940); trimmed at five times the mean in every round.
    `Refusal`: `few` (a category with fewer than five people), `unknown` (somebody in no category), `worth_little` (the
    weights are worth fewer than ten people, or less than two fifths of those who answered).
    """
    _check(people, margins)
    weights = [1.0] * len(people)
    for _round in range(_MOST_ROUNDS):
        before = weights
        for name, margin in margins.items():
            weights = _fitted(weights, [each[name] for each in people], margin)
        weights = _trimmed(weights)
        if max(abs(new - old) for new, old in zip(weights, before, strict=True)) < _CLOSE_ENOUGH:
            break
    effective = effective_number(weights)
    if effective < LEAST_EFFECTIVE or effective < LEAST_SHARE * len(people):
        raise Refusal("worth_little", f"{effective:.1f} of {len(people)}")
    return Weights(tuple(weights), effective)


def effective_number(weights: Sequence[float]) -> float:
    """Kish's: how many people of equal weight say as much."""
    total = sum(weights)
    return total * total / sum(each * each for each in weights) if total else 0.0


def weighted_counts(levels: Sequence[float], scores: Sequence[float], weights: Weights) -> tuple[float, ...]:
    """How much weight stands at each level, adding up to the effective number of people."""
    scale = weights.effective / sum(weights.of)
    totals = dict.fromkeys(levels, 0.0)
    for score, weight in zip(scores, weights.of, strict=True):
        totals[score] += weight * scale
    return tuple(totals[level] for level in levels)


def standardised_difference(share: float, target: float) -> float:
    """How far the share of a category is from the market's, in standard deviations (Austin 2009); 0 where equal."""
    spread = (share * (1 - share) + target * (1 - target)) / 2
    if spread <= 0:
        return 0.0 if share == target else float("inf")
    return float((share - target) / spread**0.5)


def _check(people: Sequence[Mapping[str, str]], margins: Mapping[str, Margin]) -> None:
    for name, margin in margins.items():
        if abs(sum(margin.values()) - 1) > 1e-6 or min(margin.values()) <= 0:
            raise ValueError(f"shares of {name} are above 0 and add up to 1")
        found = dict.fromkeys(margin, 0)
        for each in people:
            if each.get(name) not in found:
                raise Refusal("unknown", f"{name} = {each.get(name)}")
            found[each[name]] += 1
        for category, number in found.items():
            if number < FEWEST:
                raise Refusal("few", f"{name} = {category}: {number}")


def _fitted(weights: Sequence[float], categories: Sequence[str], margin: Margin) -> list[float]:
    held = dict.fromkeys(margin, 0.0)
    for weight, category in zip(weights, categories, strict=True):
        held[category] += weight
    total = sum(weights)
    return [
        weight * margin[category] * total / held[category]
        for weight, category in zip(weights, categories, strict=True)
    ]


def _trimmed(weights: Sequence[float]) -> list[float]:
    """None above five times the mean; the mean stays 1."""
    mean = sum(weights) / len(weights)
    cut = [min(each / mean, MOST_WEIGHT) for each in weights]
    again = sum(cut) / len(cut)
    return [each / again for each in cut]
