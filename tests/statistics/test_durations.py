import math
import random

import pytest
from scipy import stats

from betaops.statistics.durations import (
    chance_faster_anytime,
    geometric_mean,
    geometric_range,
    log_evidence_faster,
)

SECONDS = [94, 95, 96, 113, 121, 132, 34, 61, 77, 203]


def test_the_range_is_students_on_logarithms() -> None:
    logs = [math.log(each) for each in SECONDS]
    oracle = stats.ttest_1samp(logs, 0).confidence_interval(0.9)
    assert geometric_range(SECONDS, 0.05) == pytest.approx((math.exp(oracle.low), math.exp(oracle.high)))
    assert geometric_mean(SECONDS) == pytest.approx(stats.gmean(SECONDS))


def test_one_time_says_nothing() -> None:
    assert geometric_range([20], 0.05) is None
    assert chance_faster_anytime([20], 30) == 1.0
    with pytest.raises(ValueError, match="somebody"):
        geometric_mean([])
    with pytest.raises(ValueError, match="above 0"):
        geometric_mean([3, 0])


def test_evidence_is_of_the_wanted_side_only() -> None:
    assert log_evidence_faster(SECONDS, 300) > 0
    assert log_evidence_faster(SECONDS, 30) == 0.0
    assert log_evidence_faster([20, 20, 20], 30) == math.inf


def test_the_evidence_is_the_ratio_of_two_t_densities() -> None:
    """With g the effect's variance, the marginal of t against H0 (Rouder et al. 2009, fixed scale)."""
    n, t = 10, 2.3
    logs = [math.log(each) for each in SECONDS]
    deviation = math.sqrt(sum((each - sum(logs) / n) ** 2 for each in logs) / (n - 1))
    target = math.exp(sum(logs) / n + t * deviation / math.sqrt(n))
    ratio = stats.t.pdf(t / math.sqrt(1 + n), n - 1) / math.sqrt(1 + n) / stats.t.pdf(t, n - 1)
    assert math.exp(log_evidence_faster(SECONDS, target)) == pytest.approx(ratio)


def test_daily_looks_at_times_on_the_target_are_rarely_fooled() -> None:
    chance = random.Random(7)
    fooled = 0
    for _run in range(300):
        seconds: list[float] = []
        for _day in range(40):
            seconds.append(60 * math.exp(chance.gauss(0, 0.6)))
            if chance_faster_anytime(seconds, 60) <= 0.05:
                fooled += 1
                break
    assert fooled <= 0.05 * 300
