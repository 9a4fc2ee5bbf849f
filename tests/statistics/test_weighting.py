import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.weighting import (
    Refusal,
    effective_number,
    rake,
    standardised_difference,
    weighted_counts,
)


def people(**groups: int) -> list[dict[str, str]]:
    """`pro_new=3`: three who pay for pro and are new."""
    return [
        dict(zip(("plan", "use"), name.split("_"), strict=True))
        for name, number in groups.items()
        for _each in range(number)
    ]


def shares_of(everybody: list[dict[str, str]], weights: tuple[float, ...], margin: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for each, weight in zip(everybody, weights, strict=True):
        found[each[margin]] = found.get(each[margin], 0.0) + weight / sum(weights)
    return found


def test_raked_people_have_the_shares_of_the_market() -> None:
    asked = people(pro_new=10, pro_old=20, free_new=12, free_old=8)
    margins = {"plan": {"pro": 0.5, "free": 0.5}, "use": {"new": 0.4, "old": 0.6}}
    found = rake(asked, margins)
    for name, margin in margins.items():
        assert shares_of(asked, found.of, name) == pytest.approx(margin, abs=1e-6)
    assert sum(found.of) == pytest.approx(len(asked))
    assert found.effective == pytest.approx(effective_number(found.of))
    assert found.effective < len(asked)


def test_one_margin_is_post_stratification() -> None:
    """Each weighs its category's share in the market over its share here."""
    asked = people(pro_new=30, free_new=10)
    found = rake(asked, {"plan": {"pro": 0.6, "free": 0.4}})
    assert found.of[0] == pytest.approx(0.6 / 0.75)
    assert found.of[-1] == pytest.approx(0.4 / 0.25)
    assert found.effective == pytest.approx(40**2 / (30 * 0.8**2 + 10 * 1.6**2))


def test_nobody_weighs_more_than_five_times_the_mean() -> None:
    asked = people(pro_new=195, free_new=5)
    with pytest.raises(Refusal, match="worth_little"):
        rake(asked, {"plan": {"pro": 0.2, "free": 0.8}})
    found = rake(asked, {"plan": {"pro": 0.9, "free": 0.1}})
    assert max(found.of) <= 5 * sum(found.of) / len(found.of) + 1e-9


@pytest.mark.parametrize(
    ("asked", "margin", "reason"),
    [
        (people(pro_new=30, free_new=4), {"pro": 0.5, "free": 0.5}, "few"),
        (people(pro_new=30), {"pro": 0.5, "free": 0.5}, "few"),
        (people(pro_new=30, team_new=9), {"pro": 0.5, "free": 0.5}, "unknown"),
    ],
)
def test_what_cannot_be_weighted_is_refused(
    asked: list[dict[str, str]], margin: dict[str, float], reason: str
) -> None:
    with pytest.raises(Refusal) as refused:
        rake(asked, {"plan": margin})
    assert refused.value.reason == reason


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=50))
def test_people_are_worth_at_most_their_number(weights: list[float]) -> None:
    assert 1 - 1e-9 <= effective_number(weights) <= len(weights) + 1e-9


def test_weighted_counts_add_up_to_what_people_are_worth() -> None:
    asked = people(pro_new=30, free_new=10)
    weights = rake(asked, {"plan": {"pro": 0.6, "free": 0.4}})
    counts = weighted_counts((0.0, 1.0), [1.0] * 30 + [0.0] * 10, weights)
    assert sum(counts) == pytest.approx(weights.effective)
    assert counts[1] / sum(counts) == pytest.approx(0.6)


def test_a_standardised_difference_is_in_standard_deviations() -> None:
    assert standardised_difference(0.6, 0.5) == pytest.approx(0.1 / (0.245**0.5))
    assert standardised_difference(0.3, 0.3) == 0.0
    assert standardised_difference(1.0, 1.0) == 0.0
