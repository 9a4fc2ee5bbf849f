"""How long it takes until something happens: against published tables, and at the ends where there is no variance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.intervals import clopper_pearson
from betaops.statistics.survival import Wait, kaplan_meier

#: Weeks to relapse of Freireich and others (1963), the data that Gehan (1965) and Cox (1972) made known.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def waits(had: list[int], lost: list[int] | None = None) -> list[Wait]:
    lost = lost or []
    return [Wait(time, had.count(time), lost.count(time)) for time in {*had, *lost}]


@pytest.mark.parametrize(
    ("had", "lost", "at", "watched", "share", "low", "high"),
    [
        # As Stata lists them, with ranges on log(−log S): Rodríguez, Princeton, "The Gehan survival data".
        (PLACEBO, [], 1, 21, 0.9048, 0.6700, 0.9753),
        (PLACEBO, [], 2, 19, 0.8095, 0.5689, 0.9239),
        (TREATED, STILL_WELL, 6, 21, 0.8571, 0.6197, 0.9516),
        (TREATED, STILL_WELL, 7, 17, 0.8067, 0.5631, 0.9228),
    ],
)
def test_gehans_patients(
    had: list[int], lost: list[int], at: int, watched: int, share: float, low: float, high: float
) -> None:
    (found,) = [each for each in kaplan_meier(waits(had, lost), 0.025) if each.time == at]
    assert found.watched == watched
    assert (found.share, found.low, found.high) == pytest.approx((share, low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("at", "share", "low", "high"),
    [(1, 0.9, 0.6560, 0.9740), (2, 0.85, 0.6038, 0.9490), (3, 0.8, 0.5511, 0.9198), (4, 0.7, 0.4505, 0.8525)],
)
def test_statas_drug_trial(at: int, share: float, low: float, high: float) -> None:
    """The first rows of its control arm (20 people) in Stata's introduction to survival analysis: 2, 1, 1, 2 die."""
    told = [Wait(1, 2, 0), Wait(2, 1, 0), Wait(3, 1, 0), Wait(4, 2, 0), Wait(40, 0, 14)]
    (found,) = [each for each in kaplan_meier(told, 0.025) if each.time == at]
    assert (found.share, found.low, found.high) == pytest.approx((share, low, high), abs=5e-5)


def test_where_everybody_is_watched_to_the_end_it_is_the_share() -> None:
    found = kaplan_meier(waits(PLACEBO), 0.05)
    assert [each.share for each in found] == pytest.approx(
        [sum(time > each.time for time in PLACEBO) / 21 for each in found]
    )


def test_before_it_happened_to_anybody_the_exact_range_says_what_may_be() -> None:
    (first, _second) = kaplan_meier([Wait(3, 0, 2), Wait(5, 1, 9)], 0.05)
    assert (first.share, first.low, first.high) == (1.0, clopper_pearson(12, 12, 0.05).low, 1.0)


def test_once_it_happened_to_all_the_range_does_not_go_up_again() -> None:
    *_, before, last = kaplan_meier([Wait(1, 6, 0), Wait(2, 3, 0), Wait(3, 1, 0)], 0.05)
    assert (last.share, last.low, last.high) == (0.0, 0.0, before.high)
    (only,) = kaplan_meier([Wait(1, 4, 0)], 0.05)
    assert (only.low, only.high) == (0.0, clopper_pearson(0, 4, 0.05).high)


def test_nobody_makes_no_curve_and_fewer_than_nobody_is_refused() -> None:
    assert kaplan_meier([], 0.05) == []
    assert kaplan_meier([Wait(4, 0, 0)], 0.05) == []
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier([Wait(4, -1, 3)], 0.05)
    with pytest.raises(ValueError, match="error"):
        kaplan_meier([Wait(4, 1, 3)], 0.5)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 5)),
        max_size=12,
        unique_by=lambda e: e[0],
    )
)
def test_a_curve_only_falls_and_lies_within_its_range(told: list[tuple[int, int, int]]) -> None:
    found = kaplan_meier([Wait(*each) for each in told], 0.05)
    shares = [each.share for each in found]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= each.low <= each.share <= each.high <= 1 for each in found)
