"""Evidence that may be looked at every day: against its definition, and against what Ville's inequality promises."""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.statistics.betting import (
    answers_needed_anytime,
    chance_anytime,
    log_evidence,
    range_anytime,
    smallest_perfect_sample_anytime,
)

YES_NO = (0.0, 1.0)
FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)
COUNTS = st.lists(st.integers(0, 40), min_size=5, max_size=5)


@given(COUNTS, st.floats(0.05, 0.95))
def test_it_is_the_mean_of_what_the_gamblers_own(counts: list[int], threshold: float) -> None:
    owned = [
        math.prod(
            (1 + stake * (level / threshold - 1)) ** count for level, count in zip(FIVE, counts, strict=True)
        )
        for stake in ((number + 0.5) / 64 for number in range(64))
    ]
    assert math.exp(log_evidence(FIVE, counts, threshold)) == pytest.approx(sum(owned) / 64, rel=1e-9)


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_on_the_threshold_nobody_gains_by_betting(threshold: float) -> None:
    """The mean of the evidence over all that five people may answer is at most 1, and 1 where the mean is on it."""
    mean = 0.0
    for answers in product((0, 1), repeat=5):
        yes = sum(answers)
        chance = threshold**yes * (1 - threshold) ** (5 - yes)
        mean += chance * math.exp(log_evidence(YES_NO, (5 - yes, yes), threshold))
    assert mean == pytest.approx(1)


def test_whoever_looks_after_every_answer_is_rarely_fooled() -> None:
    """All 300 answers long, the chance that the evidence ever passed 20 is computed exactly, state by state."""
    threshold, error = 0.7, 0.05
    alive, fooled = {0: 1.0}, 0.0
    for n in range(1, 301):
        after: dict[int, float] = {}
        for yes, chance in alive.items():
            after[yes + 1] = after.get(yes + 1, 0.0) + chance * threshold
            after[yes] = after.get(yes, 0.0) + chance * (1 - threshold)
        gone = {yes for yes in after if chance_anytime(YES_NO, (n - yes, yes), threshold) <= error}
        fooled += sum(after.pop(yes) for yes in gone)
        alive = after
    assert 0.01 < fooled <= error


@pytest.mark.parametrize(("threshold", "people"), [(0.7, 18), (0.8, 29), (0.9, 62)])
def test_so_many_must_all_agree_before_it_is_called_early(threshold: float, people: int) -> None:
    assert smallest_perfect_sample_anytime(threshold, 0.01) == people
    assert chance_anytime(YES_NO, (0, people), threshold) <= 0.01
    assert chance_anytime(YES_NO, (0, people - 1), threshold) > 0.01


def test_no_number_proves_that_all_do_and_one_proves_that_some_do() -> None:
    assert smallest_perfect_sample_anytime(1.0, 0.01) is None
    assert smallest_perfect_sample_anytime(0.0, 0.01) == 1


@settings(max_examples=60)
@given(COUNTS, st.sampled_from([0.01, 0.05]))
def test_the_range_ends_where_the_evidence_is_enough(counts: list[int], error: float) -> None:
    low, high = range_anytime(FIVE, counts, error)
    assert 0 <= low <= high <= 1
    for end, below in ((low, True), (high, False)):
        if 0 < end < 1:
            levels = FIVE if below else tuple(1 - level for level in FIVE)
            at = end if below else 1 - end
            assert log_evidence(levels, counts, at) == pytest.approx(-math.log(error), abs=1e-5)


def test_nobody_has_said_nothing() -> None:
    assert range_anytime(FIVE, [0] * 5, 0.01) == (0.0, 1.0)
    assert chance_anytime(FIVE, [0] * 5, 0.5) == 1.0
    assert log_evidence(YES_NO, (3, 0), 0.0) == 0.0
    assert log_evidence(YES_NO, (3, 1), 0.0) == math.inf


@pytest.mark.parametrize(("truth", "answers"), [(0.8, 223), (0.85, 85), (0.9, 42)])
def test_the_answers_it_takes_are_those_simulated(truth: float, answers: int) -> None:
    """Simulated (80 % power at a threshold of 70 %, error 5 %): 223, 85 and 42, to within a few."""
    assert answers_needed_anytime(0.7, truth, 0.05) == pytest.approx(answers, rel=0.07)
    assert answers_needed_anytime(0.7, 0.7, 0.05) is None
    assert answers_needed_anytime(0.7, 0.71, 0.05) is None
