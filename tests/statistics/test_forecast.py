import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.statistics.betting import log_evidence, log_evidences
from betaops.statistics.bounded import chance_below
from betaops.statistics.forecast import Rule, about_more, chance_settled

EXACT = Rule(0.05)
FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)


def test_a_clear_majority_needs_fewer_more_than_a_narrow_one() -> None:
    clear = about_more((0.0, 1.0), (1, 11), 0.7, EXACT)
    narrow = about_more((0.0, 1.0), (6, 24), 0.75, EXACT)
    assert clear.likely is not None
    assert narrow.likely is not None
    assert clear.likely < narrow.likely


@settings(max_examples=40)
@given(st.integers(0, 40), st.integers(0, 40))
def test_the_three_figures_stand_in_order(yes: int, no: int) -> None:
    if not yes + no:
        return
    early, likely, late = about_more((0.0, 1.0), (no, yes), 0.7, EXACT)
    known = [figure for figure in (early, likely, late) if figure is not None]
    assert known == sorted(known)
    assert late is None or likely is not None


@settings(max_examples=12)
@given(st.lists(st.integers(0, 15), min_size=5, max_size=5).filter(any))
def test_equal_counts_give_equal_forecasts_in_whatever_order_they_came(counts: list[int]) -> None:
    forecast = about_more(FIVE, counts, 0.7, EXACT)
    assert forecast == about_more(FIVE, counts, 0.7, EXACT)
    assert forecast == about_more(FIVE[::-1], counts[::-1], 0.7, EXACT)


@pytest.mark.parametrize(("no", "yes", "more"), [(6, 24, 40), (5, 19, 26), (2, 30, 15), (20, 20, 60)])
def test_the_simulation_agrees_with_the_exact_reckoning_where_there_is_one(
    no: int, yes: int, more: int
) -> None:
    exact = chance_settled((0.0, 1.0), (no, yes), 0.7, EXACT, more)
    simulated = chance_settled((0.0, 0.5, 1.0), (no, 0, yes), 0.7, EXACT, more)
    assert simulated == pytest.approx(exact, abs=0.08)


def test_nothing_is_settled_by_nobody() -> None:
    assert chance_settled((0.0, 1.0), (6, 24), 0.75, EXACT, 0) == 0.0
    with pytest.raises(ValueError, match="no answers"):
        about_more((0.0, 1.0), (0, 0), 0.75, EXACT)


@pytest.mark.parametrize("levels", [(0.0, 1.0), FIVE], ids=["shares", "means"])
def test_forecasts_come_true_about_as_often_as_they_say(levels: tuple[float, ...]) -> None:
    """Truths are drawn from the prior, 20 answers from each truth, and 40 more after the forecast."""
    random, error, threshold, more = np.random.default_rng(5), 0.05, 0.6, 40
    said: list[float] = []
    true: list[bool] = []
    for _ in range(250):
        chances = random.dirichlet(np.full(len(levels), 0.5 / len(levels)) + 0.3)
        counts = random.multinomial(20, chances)
        if (
            min(chance_below(levels, counts.tolist(), threshold), _mirrored(levels, counts, threshold))
            <= error
        ):
            continue
        said.append(chance_settled(levels, counts.tolist(), threshold, Rule(error), more))
        later = counts + random.multinomial(more, chances)
        true.append(
            min(chance_below(levels, later.tolist(), threshold), _mirrored(levels, later, threshold)) <= error
        )
    assert len(said) > 60
    assert np.mean(said) == pytest.approx(np.mean(true), abs=0.12)
    likely = np.array(said) > 0.7
    unlikely = np.array(said) < 0.4
    assert np.mean(np.array(true)[likely]) > np.mean(np.array(true)[unlikely]) + 0.25


def _mirrored(levels: tuple[float, ...], counts: "np.ndarray", threshold: float) -> float:
    return chance_below([1 - level for level in levels], counts.tolist(), 1 - threshold)


@pytest.mark.parametrize("counts", [(5, 0, 19), (3, 8, 25)])
def test_betting_settles_later_than_one_exact_reading_and_both_settle_whatever_either_does(
    counts: tuple[int, int, int],
) -> None:
    levels = (0.0, 0.5, 1.0)
    for found in (levels, levels[::2]):
        given = counts if found is levels else counts[::2]
        exact, betting, both = (
            chance_settled(found, given, 0.7, rule, 60)
            for rule in (Rule(0.05), Rule(0.0, 0.05), Rule(0.05, 0.05))
        )
        assert betting < exact <= both + 1e-9


def test_the_betting_of_many_futures_is_that_of_each() -> None:
    counts = np.array([[3.0, 4.0, 20.0], [0.0, 1.0, 9.0]])
    found = log_evidences(np.array([0.0, 0.5, 1.0]), counts, 0.6)
    each = [log_evidence((0.0, 0.5, 1.0), [int(number) for number in row], 0.6) for row in counts]
    assert found == pytest.approx(each)
