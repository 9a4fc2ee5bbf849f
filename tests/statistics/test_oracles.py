"""What we compute against statsmodels, which computes it another way. It takes seconds to load: only tests here do."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.statistics.bounded import chance_below
from betaops.statistics.families import hochberg, holm
from betaops.statistics.intervals import clopper_pearson, wilson
from betaops.statistics.means import t_range, welch
from betaops.statistics.shares import chi_square, mcnemar, newcombe
from betaops.statistics.survival import Wait, kaplan_meier

SHARES = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ERRORS = st.floats(0.005, 0.3)
SCORES = st.dictionaries(st.integers(0, 10), st.integers(1, 9), min_size=2, max_size=6)
CHANCES = st.lists(st.floats(1e-9, 1), min_size=1, max_size=12, unique=True)
WAITS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)


@pytest.mark.parametrize(("ours", "theirs"), [(wilson, "wilson"), (clopper_pearson, "beta")])
@given(share=SHARES, error=ERRORS)
def test_ranges_of_shares(ours: object, theirs: str, share: tuple[int, int], error: float) -> None:
    from statsmodels.stats.proportion import proportion_confint

    expected = proportion_confint(*share, alpha=2 * error, method=theirs)
    assert ours(*share, error) == pytest.approx(expected, abs=1e-9)  # type: ignore[operator]


@given(SHARES, ERRORS)
def test_the_score_range_has_the_middle_of_agrestis_and_coulls_and_lies_within_it(
    share: tuple[int, int], error: float
) -> None:
    from statsmodels.stats.proportion import proportion_confint

    low, high = wilson(*share, error)
    theirs_low, theirs_high = proportion_confint(*share, alpha=2 * error, method="agresti_coull")
    assert theirs_low - 1e-9 <= low
    assert high <= theirs_high + 1e-9
    if theirs_low > 0 and theirs_high < 1:
        assert (low + high) / 2 == pytest.approx((theirs_low + theirs_high) / 2, abs=1e-9)


@given(SHARES, st.floats(0.05, 0.95))
def test_how_easily_so_many_say_yes_by_chance(share: tuple[int, int], threshold: float) -> None:
    from statsmodels.stats.proportion import binom_test

    yes, n = share
    expected = binom_test(yes, n, threshold, alternative="larger")
    assert chance_below((0.0, 1.0), (n - yes, yes), threshold) == pytest.approx(expected, abs=1e-9)


@given(SHARES, SHARES, ERRORS)
def test_the_difference_of_two_shares(before: tuple[int, int], after: tuple[int, int], error: float) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    found = newcombe(*before, *after, error)
    expected = confint_proportions_2indep(*after, *before, method="newcomb", alpha=2 * error)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


@given(SHARES, SHARES)
def test_the_chance_of_two_equal_shares(before: tuple[int, int], after: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import proportions_ztest

    yes, n = zip(before, after, strict=True)
    if 0 < sum(yes) < sum(n):
        assert newcombe(*before, *after, 0.05).chance == pytest.approx(proportions_ztest(yes, n)[1], abs=1e-9)


@given(st.tuples(*[st.integers(0, 40)] * 4).filter(any))
def test_the_same_people_before_and_after(cells: tuple[int, int, int, int]) -> None:
    from statsmodels.stats.contingency_tables import mcnemar as theirs

    both, before, after, neither = cells
    if before + after:
        expected = theirs([[both, before], [after, neither]], exact=True).pvalue
        assert mcnemar(*cells, 0.05).chance == pytest.approx(expected)


@given(st.lists(st.tuples(*[st.integers(1, 60)] * 3), min_size=2, max_size=4))
def test_tables(table: list[tuple[int, int, int]]) -> None:
    import numpy as np
    from statsmodels.stats.contingency_tables import Table

    found = chi_square(table)
    if found is not None:
        expected = Table(np.array(table), shift_zeros=False).test_nominal_association()
        assert (found.statistic, found.degrees) == pytest.approx((expected.statistic, expected.df))
        assert found.chance == pytest.approx(expected.pvalue, abs=1e-9)


@pytest.mark.parametrize(("ours", "theirs"), [(hochberg, "simes-hochberg"), (holm, "holm")])
@given(chances=CHANCES, error=ERRORS)
def test_what_is_claimed_of_several(ours: object, theirs: str, chances: list[float], error: float) -> None:
    from statsmodels.stats.multitest import multipletests

    shares = ours(chances, error)  # type: ignore[operator]
    claimed = [chance <= error / share for chance, share in zip(chances, shares, strict=True)]
    adjusted = multipletests(chances, alpha=error, method=theirs)[1]
    assert all(
        is_claimed == (chance <= error) or abs(chance - error) < 1e-9
        for is_claimed, chance in zip(claimed, adjusted, strict=True)
    )


@given(SCORES, ERRORS)
def test_ranges_of_means(counts: dict[int, int], error: float) -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    found = t_range(counts, error)
    values, weights = zip(*counts.items(), strict=True)
    assert found == pytest.approx(DescrStatsW(values, weights=weights).tconfint_mean(alpha=2 * error))


@given(SCORES, SCORES, ERRORS)
def test_the_difference_of_two_means(before: dict[int, int], after: dict[int, int], error: float) -> None:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    both = [DescrStatsW(list(each), weights=list(each.values())) for each in (after, before)]
    theirs, found = CompareMeans(*both), welch(before, after, error)
    assert found is not None
    expected = theirs.tconfint_diff(alpha=2 * error, usevar="unequal")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert found.chance == pytest.approx(theirs.ttest_ind(usevar="unequal")[1], abs=1e-9)


@settings(max_examples=60)
@given(WAITS, ERRORS)
def test_curves_of_what_has_not_happened_yet(told: Sequence[tuple[int, int, int]], error: float) -> None:
    """statsmodels gives Greenwood's error; the log-log range follows from it."""
    from scipy.special import ndtri
    from statsmodels.duration.survfunc import SurvfuncRight

    waits = [Wait(*each) for each in {each[0]: each for each in told}.values()]
    people = [(wait.time, had) for wait in waits for had in [1] * wait.had + [0] * wait.lost]
    if not any(had for _time, had in people):
        return
    times, statuses = zip(*people, strict=True)
    theirs = SurvfuncRight(times, statuses)
    ours = {each.time: each for each in kaplan_meier(waits, error)}
    for time, share, deviation, watched in zip(
        theirs.surv_times, theirs.surv_prob, theirs.surv_prob_se, theirs.n_risk, strict=True
    ):
        found = ours[time]
        assert (found.watched, found.share) == (watched, pytest.approx(share, abs=1e-12))
        if 0 < share < 1:
            width = math.exp(ndtri(1 - error) * deviation / share / abs(math.log(share)))
            assert (found.low, found.high) == pytest.approx((share**width, share ** (1 / width)))
