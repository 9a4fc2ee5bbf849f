import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.intervals import adjusted_wald_nps, clopper_pearson, wilson

#: Newcombe (1998), Statistics in Medicine 17, 857–872, table I: two-sided 95 % ranges.
NEWCOMBE = [
    # yes, n, Wilson (method 3), Clopper–Pearson (method 5)
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]

shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
errors = st.floats(0.001, 0.4)


@pytest.mark.parametrize(("yes", "n", "score", "exact"), NEWCOMBE)
def test_both_ranges_agree_with_newcombes_table(
    yes: int, n: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert wilson(yes, n, 0.025) == pytest.approx(score, abs=5e-5)
    assert clopper_pearson(yes, n, 0.025) == pytest.approx(exact, abs=5e-5)


def test_twenty_four_of_thirty_could_be_63_to_90_percent() -> None:
    assert wilson(24, 30, 0.025) == pytest.approx((0.627, 0.905), abs=5e-4)


@given(shares, errors)
def test_both_ranges_hold_the_estimate_and_stay_within_0_and_1(share: tuple[int, int], error: float) -> None:
    yes, n = share
    for low, high in (wilson(yes, n, error), clopper_pearson(yes, n, error)):
        assert 0 <= low <= yes / n + 1e-12
        assert yes / n - 1e-12 <= high <= 1


@given(shares, errors)
def test_asking_the_question_the_other_way_round_mirrors_the_range(
    share: tuple[int, int], error: float
) -> None:
    yes, n = share
    for method in (wilson, clopper_pearson):
        low, high = method(yes, n, error)
        mirrored_low, mirrored_high = method(n - yes, n, error)
        assert low == pytest.approx(1 - mirrored_high, abs=1e-9)
        assert high == pytest.approx(1 - mirrored_low, abs=1e-9)


@given(shares, errors)
def test_one_more_yes_never_lowers_the_range(share: tuple[int, int], error: float) -> None:
    yes, n = share
    for method in (wilson, clopper_pearson):
        low, high = method(yes, n + 1, error)
        more_low, more_high = method(yes + 1, n + 1, error)
        assert more_low >= low
        assert more_high >= high


@given(shares)
def test_less_allowed_error_means_a_wider_range(share: tuple[int, int]) -> None:
    yes, n = share
    narrow, wide = clopper_pearson(yes, n, 0.1), clopper_pearson(yes, n, 0.01)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


def test_nobody_asked_leaves_everything_possible() -> None:
    assert clopper_pearson(0, 0, 0.05) == (0.0, 1.0)
    assert wilson(0, 0, 0.05) == (0.0, 1.0)
    assert adjusted_wald_nps(0, 0, 0, 0.05) == (-100.0, 100.0)


def test_the_nps_range_adds_three_answers_before_it_computes() -> None:
    # 15 promoters and 3 detractors of 30, by hand: centre 12/33, se² = (19.5/33 − (12/33)²)/33.
    centre, se = 12 / 33, ((19.5 / 33 - (12 / 33) ** 2) / 33) ** 0.5
    low, high = adjusted_wald_nps(15, 3, 30, 0.05)
    assert low == pytest.approx(100 * (centre - 1.6448536 * se), abs=1e-4)
    assert high == pytest.approx(100 * (centre + 1.6448536 * se), abs=1e-4)


@pytest.mark.parametrize(("yes", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_not_a_share_is_refused(yes: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        clopper_pearson(yes, n, 0.05)


@pytest.mark.parametrize("error", [0.0, 0.5, 1.0])
def test_an_error_of_a_half_or_none_is_refused(error: float) -> None:
    with pytest.raises(ValueError, match="error"):
        wilson(1, 3, error)
