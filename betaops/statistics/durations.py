"""Time on a task: geometric means, since times are long on one side."""

import math
from collections.abc import Sequence

from betaops.statistics.intervals import Range
from betaops.statistics.means import quantile


def geometric_range(seconds: Sequence[float], error: float) -> Range | None:
    """Student's range on logarithms (Sauro and Lewis 2010, for fewer than 25 people). None for fewer than two."""
    logs = _logs(seconds)
    if len(logs) < 2:
        return None
    mean, deviation = _moments(logs)
    half = quantile(error, len(logs) - 1) * deviation / math.sqrt(len(logs))
    return Range(math.exp(mean - half), math.exp(mean + half))


def geometric_mean(seconds: Sequence[float]) -> float:
    """Of nobody there is none: `ValueError`."""
    logs = _logs(seconds)
    if not logs:
        raise ValueError("a mean needs somebody")
    return math.exp(math.fsum(logs) / len(logs))


def log_evidence_faster(seconds: Sequence[float], target: float) -> float:
    """The logarithm of the evidence that the geometric mean lies below `target`, whenever one looks.

    The t-statistic's e-process with the right-Haar prior for the spread and a standard normal one for the effect;
    it does not know on which side the effect lies, so compare it at twice the error. 0 for fewer than two, and where
    times lie on the other side.
    """
    logs = _logs(seconds)
    n = len(logs)
    if n < 2:
        return 0.0
    mean, deviation = _moments(logs)
    distance = math.log(target) - mean
    if distance <= 0:
        return 0.0
    if deviation == 0:
        return math.inf
    square = n * (distance / deviation) ** 2
    degrees = n - 1
    return -math.log1p(n) / 2 + n / 2 * (
        math.log1p(square / degrees) - math.log1p(square / (degrees * (1 + n)))
    )


def chance_faster_anytime(seconds: Sequence[float], target: float) -> float:
    """How easily times this short ever come about when the geometric mean is `target` (a p-value, one-sided)."""
    return min(1.0, 2 * math.exp(-max(0.0, log_evidence_faster(seconds, target))))


def _logs(seconds: Sequence[float]) -> list[float]:
    if any(each <= 0 for each in seconds):
        raise ValueError("times are above 0")
    return [math.log(each) for each in seconds]


def _moments(logs: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(logs) / len(logs)
    return mean, math.sqrt(math.fsum((each - mean) ** 2 for each in logs) / (len(logs) - 1))
