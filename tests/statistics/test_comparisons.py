"""Means, differences of means and shares, tables: against published figures, and against scipy."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from betaops.statistics.means import overlapping, paired, summary, t_range, welch
from betaops.statistics.shares import chi_square, mcnemar, newcombe

SCORES = st.dictionaries(st.integers(0, 10), st.integers(1, 9), min_size=2, max_size=6)


def spread(counts: dict[int, int]) -> list[int]:
    return [value for value, count in counts.items() for _ in range(count)]


@given(SCORES)
def test_the_range_of_a_mean_is_scipys(counts: dict[int, int]) -> None:
    found = t_range(counts, 0.05)
    values = spread(counts)
    oracle = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert found is not None
    assert found == pytest.approx((oracle.low, oracle.high))


def test_one_person_or_one_opinion_has_no_spread_to_go_by() -> None:
    assert t_range({4: 1}, 0.05) is None
    assert t_range({4: 7}, 0.05) is None
    assert summary({4: 1}) == (1, 4, 0)
    with pytest.raises(ValueError, match="somebody"):
        summary({4: 0})


@given(SCORES, SCORES)
def test_different_people_are_compared_as_welch_did(before: dict[int, int], after: dict[int, int]) -> None:
    found = welch(before, after, 0.05)
    oracle = stats.ttest_ind(spread(after), spread(before), equal_var=False)
    assert found is not None
    assert found.chance == pytest.approx(oracle.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.9)))


def test_students_sleep_data_of_1908() -> None:
    """Ten patients, two soporifics: the differences have mean 1.58, t = 4.0621, p = 0.00283."""
    differences = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    counts: dict[float, int] = {}
    for each in differences:
        counts[each] = counts.get(each, 0) + 1
    found = paired(counts, 0.025)
    assert found is not None
    assert found.value == pytest.approx(1.58)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858))
    assert found.chance == pytest.approx(0.00283289, rel=1e-4)


@pytest.mark.parametrize(
    ("yes", "n", "other_yes", "other_n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10.
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_newcombes_own_examples_of_two_shares(
    yes: int, n: int, other_yes: int, other_n: int, low: float, high: float
) -> None:
    found = newcombe(other_yes, other_n, yes, n, 0.025)
    assert found.value == pytest.approx(yes / n - other_yes / other_n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_mcnemar_on_agrestis_approval_ratings() -> None:
    """Agresti (1990), as in R's help of mcnemar.test: 794 and 86, 150 and 570; far from chance."""
    found = mcnemar(794, 150, 86, 570, 0.025)
    assert found.value == pytest.approx(-0.04)
    assert found.chance == pytest.approx(stats.binomtest(86, 236, 0.5).pvalue)
    assert -0.06 < found.low < -0.04 < found.high < -0.02


@given(st.tuples(*[st.integers(0, 12)] * 4).filter(any))
def test_a_paired_range_holds_its_estimate_and_mirrors(cells: tuple[int, int, int, int]) -> None:
    both, before, after, neither = cells
    found = mcnemar(both, before, after, neither, 0.05)
    turned = mcnemar(both, after, before, neither, 0.05)
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_chi_square_on_physicians_and_aspirin() -> None:
    """Agresti, Categorical Data Analysis, table 2.1: 189 of 11,034 and 104 of 11,037 heart attacks, X² = 25.0."""
    found = chi_square([[189, 10845], [104, 10933]])
    assert found is not None
    assert (found.statistic, found.degrees) == (pytest.approx(25.0139, abs=1e-3), 1)
    assert found.strength == pytest.approx((25.0139 / 22071) ** 0.5, abs=1e-4)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=2, max_size=4))
def test_chi_square_is_scipys_where_it_may_be_said(table: list[tuple[int, int, int]]) -> None:
    found = chi_square(table)
    if found is not None:
        used = [row for row in table if sum(row)]
        columns = [each for each in zip(*used, strict=True) if sum(each)]
        oracle = stats.chi2_contingency(columns, correction=False)
        assert (found.statistic, found.chance) == pytest.approx((oracle.statistic, oracle.pvalue))


@pytest.mark.parametrize("table", [[[3, 1], [1, 3]], [[10, 0], [10, 0]], [[9, 9]], [], [[50, 50], [1, 0]]])
def test_too_few_people_are_not_tested(table: list[list[int]]) -> None:
    assert chi_square(table) is None


#: Derrick, Toher and White (2017), The Quantitative Methods for Psychology 13:120: eight in both, eight in each alone.
BOTH = list(zip([14, 15, 18, 20, 11, 19, 14, 15], [15, 10, 15, 17, 13, 19, 12, 13], strict=True))
ONLY_A, ONLY_B = [20, 21, 16, 18, 14, 12, 14, 17], [10, 16, 18, 16, 15, 14, 13, 10]


def test_some_of_the_same_people_as_derrick_and_others_compared_them() -> None:
    """Their p is 0.026 (variances taken to be equal, which they nearly are)."""
    before, after = Counter(ONLY_A + [a for a, _ in BOTH]), Counter(ONLY_B + [b for _, b in BOTH])
    found = overlapping(before, after, Counter(BOTH), 0.05)
    assert found is not None
    assert found.value == pytest.approx(-2.0)
    assert found.chance == pytest.approx(0.026, abs=0.0005)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=3, max_size=12))
def test_all_the_same_people_are_paired(pairs: list[tuple[int, int]]) -> None:
    before, after = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    found = overlapping(before, after, Counter(pairs), 0.05)
    oracle = paired(Counter(b - a for a, b in pairs), 0.05)
    if found is not None and oracle is not None:
        assert tuple(found) == pytest.approx(tuple(oracle), abs=1e-6)


@given(SCORES, SCORES)
def test_none_of_the_same_people_are_welchs(before: dict[int, int], after: dict[int, int]) -> None:
    found, oracle = overlapping(before, after, {}, 0.05), welch(before, after, 0.05)
    assert found is not None
    assert oracle is not None
    assert tuple(found) == pytest.approx(tuple(oracle))


def test_one_person_cannot_be_compared() -> None:
    assert overlapping({3: 1}, {4: 5, 2: 1}, {}, 0.05) is None
    assert overlapping({3: 4}, {4: 5}, {}, 0.05) is None
