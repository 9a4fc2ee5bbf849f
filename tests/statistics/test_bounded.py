import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincinv

from betaops.statistics.bounded import _chance_positive, chance_below, chance_mean_at_most, mean_range
from betaops.statistics.intervals import clopper_pearson

FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)
counts_of_five = st.lists(st.integers(0, 60), min_size=5, max_size=5)


@pytest.mark.parametrize("seed", range(8))
def test_the_integral_agrees_with_the_beta_distribution_wherever_there_is_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(200):
        yes, no = np.exp(random.uniform(np.log(0.5), np.log(1e5), 2))
        limit = float(betaincinv(yes, no, random.random() ** 4)) if seed % 2 else float(random.random())
        if not 1e-12 < limit < 1 - 1e-12:
            continue
        shifts, weights = np.array([-limit, 1 - limit]), np.array([no, yes])
        at_most = float(betainc(yes, no, limit))
        if weights @ shifts > 0:
            assert _chance_positive(-shifts, weights) == pytest.approx(at_most, abs=1e-7)
        else:
            assert _chance_positive(shifts, weights) == pytest.approx(1 - at_most, abs=1e-7)


def test_the_integral_agrees_with_a_million_draws() -> None:
    weights = [3.0, 1.0, 5.0, 20.0, 30.0]
    means = np.random.default_rng(7).dirichlet(weights, 1_000_000) @ np.array(FIVE)
    for limit in (0.6, 0.7, 0.8, 0.85):
        assert chance_mean_at_most(FIVE, weights, limit) == pytest.approx(
            float(np.mean(means <= limit)), abs=2e-3
        )


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_on_yes_and_no_the_bound_is_clopper_pearson(share: tuple[int, int]) -> None:
    yes, n = share
    assert mean_range((0.0, 1.0), (n - yes, yes), 0.05) == clopper_pearson(yes, n, 0.05)
    # An empty level between changes the way, not the answer.
    assert mean_range((0.0, 0.5, 1.0), (n - yes, 0, yes), 0.05) == pytest.approx(
        clopper_pearson(yes, n, 0.05), abs=1e-6
    )


@settings(max_examples=40)
@given(counts_of_five.filter(any), st.permutations(range(5)))
def test_the_order_of_the_levels_does_not_matter(counts: list[int], order: list[int]) -> None:
    straight = mean_range(FIVE, counts, 0.05)
    assert mean_range([FIVE[at] for at in order], [counts[at] for at in order], 0.05) == pytest.approx(
        straight, abs=1e-8
    )


@settings(max_examples=40)
@given(counts_of_five.filter(any))
def test_turning_the_scale_round_mirrors_the_range(counts: list[int]) -> None:
    low, high = mean_range(FIVE, counts, 0.05)
    mirrored = mean_range(FIVE, counts[::-1], 0.05)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=1e-7)


@settings(max_examples=40)
@given(counts_of_five, st.integers(0, 3))
def test_one_better_answer_never_lowers_the_range(counts: list[int], level: int) -> None:
    worse, better = list(counts), list(counts)
    worse[level] += 1
    better[level + 1] += 1
    before, after = mean_range(FIVE, worse, 0.05), mean_range(FIVE, better, 0.05)
    assert after.low >= before.low - 1e-7
    assert after.high >= before.high - 1e-7


@settings(max_examples=40)
@given(counts_of_five.filter(any), st.floats(0.05, 0.95))
def test_the_range_lies_above_a_threshold_exactly_when_the_chance_says_so(
    counts: list[int], threshold: float
) -> None:
    low = mean_range(FIVE, counts, 0.05).low
    if abs(low - threshold) > 1e-6:
        assert (low > threshold) == (chance_below(FIVE, counts, threshold) < 0.05)


def test_ten_skewed_answers_are_not_believed_too_soon() -> None:
    """Ten answers on a scale to five with mean 4.53: a t interval is wrong for 21.5 % of samples, not 5 %."""
    chances = (0.02, 0.03, 0.05, 0.2, 0.7)
    truth = float(np.dot(FIVE, chances))
    random, wrong = np.random.default_rng(11), 0
    for counts in random.multinomial(10, chances, size=400):
        wrong += mean_range(FIVE, counts.tolist(), 0.05).low > truth
    assert wrong <= 0.05 * 400


def test_levels_without_an_order_or_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="two levels"):
        mean_range((1.0,), (3,), 0.05)
    with pytest.raises(ValueError, match="negative"):
        mean_range((0.0, 1.0), (-1, 3), 0.05)
