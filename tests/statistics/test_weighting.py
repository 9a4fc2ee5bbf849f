import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.weighting import (
    Cell,
    Refusal,
    effective_number,
    merged,
    rake,
    standardised_difference,
    weighted_counts,
)


def people(**groups: int) -> dict[Cell, int]:
    """`pro_new=3`: three who pay for pro and are new."""
    return {tuple(name.split("_")): number for name, number in groups.items()}


def shares_of(everybody: dict[Cell, int], weights: object, at: int) -> dict[str, float]:
    found: dict[str, float] = {}
    total = sum(weights[cell] * count for cell, count in everybody.items())  # type: ignore[index]
    for cell, count in everybody.items():
        found[cell[at]] = found.get(cell[at], 0.0) + weights[cell] * count / total  # type: ignore[index]
    return found


def test_raked_people_have_the_shares_of_the_market() -> None:
    asked = people(pro_new=10, pro_old=20, free_new=12, free_old=8)
    margins = [{"pro": 0.5, "free": 0.5}, {"new": 0.4, "old": 0.6}]
    found = rake(asked, margins)
    for at, margin in enumerate(margins):
        assert shares_of(asked, found.of, at) == pytest.approx(margin, abs=1e-6)
    assert sum(found.of[cell] * count for cell, count in asked.items()) == pytest.approx(50)
    assert found.effective == pytest.approx(effective_number(found.of, asked))
    assert found.effective < 50


def test_raking_keeps_how_the_margins_go_together() -> None:
    """Deming and Stephan (1940): what is fitted has the odds ratio of what was found."""
    asked = people(pro_new=10, pro_old=20, free_new=12, free_old=8)
    found = rake(asked, [{"pro": 0.5, "free": 0.5}, {"new": 0.4, "old": 0.6}])
    mass = {cell: found.of[cell] * count for cell, count in asked.items()}
    odds = mass["pro", "new"] * mass["free", "old"] / (mass["pro", "old"] * mass["free", "new"])
    assert odds == pytest.approx(10 * 8 / (20 * 12), rel=1e-6)


def test_one_margin_is_post_stratification() -> None:
    """Each weighs its category's share in the market over its share here."""
    asked = people(pro=30, free=10)
    found = rake(asked, [{"pro": 0.6, "free": 0.4}])
    assert found.of["pro",] == pytest.approx(0.6 / 0.75)
    assert found.of["free",] == pytest.approx(0.4 / 0.25)
    assert found.effective == pytest.approx(40**2 / (30 * 0.8**2 + 10 * 1.6**2))


def test_nobody_weighs_more_than_five_times_the_mean() -> None:
    asked = people(pro=195, free=5)
    with pytest.raises(Refusal, match="worth_little") as refused:
        rake(asked, [{"pro": 0.2, "free": 0.8}])
    assert 0 < refused.value.effective < 0.4 * 200
    found = rake(asked, [{"pro": 0.9, "free": 0.1}])
    assert max(found.of.values()) <= 5 + 1e-9


@pytest.mark.parametrize("asked", [people(pro=30, free=4), people(pro=30)])
def test_a_category_with_few_people_is_not_weighted_by(asked: dict[Cell, int]) -> None:
    with pytest.raises(Refusal) as refused:
        rake(asked, [{"pro": 0.5, "free": 0.5}])
    assert (refused.value.reason, refused.value.where) == ("few", 0)


def test_small_categories_join_the_next_smallest() -> None:
    margin = {"free": 0.5, "pro": 0.3, "team": 0.15, "enterprise": 0.05}
    found = {"free": 40, "pro": 20, "team": 6, "enterprise": 1}
    joined = {"free": "free", "pro": "pro", "team": "team / enterprise", "enterprise": "team / enterprise"}
    assert merged(found, margin) == joined
    assert set(merged({"free": 40, "pro": 20, "team": 6, "enterprise": 5}, margin).values()) == set(margin)


def test_a_margin_of_which_one_category_would_be_left_is_refused() -> None:
    with pytest.raises(Refusal, match="few"):
        merged({"pro": 40, "free": 3}, {"pro": 0.5, "free": 0.5})


@given(st.dictionaries(st.tuples(st.text()), st.tuples(st.floats(0.1, 10), st.integers(1, 30)), min_size=1))
def test_people_are_worth_at_most_their_number(cells: dict[Cell, tuple[float, int]]) -> None:
    asked = {cell: count for cell, (_weight, count) in cells.items()}
    worth = effective_number({cell: weight for cell, (weight, _count) in cells.items()}, asked)
    assert 1 - 1e-9 <= worth <= sum(asked.values()) + 1e-9


def test_weighted_counts_add_up_to_what_people_are_worth() -> None:
    asked = people(pro=30, free=10)
    weights = rake(asked, [{"pro": 0.6, "free": 0.4}])
    counts = weighted_counts((0.0, 1.0), {(("pro",), 1.0): 30, (("free",), 0.0): 10}, weights)
    assert sum(counts) == pytest.approx(weights.effective)
    assert counts[1] / sum(counts) == pytest.approx(0.6)


def test_a_standardised_difference_is_in_standard_deviations() -> None:
    assert standardised_difference(0.6, 0.5) == pytest.approx(0.1 / (0.245**0.5))
    assert standardised_difference(0.3, 0.3) == 0.0
    assert standardised_difference(1.0, 1.0) == 0.0
