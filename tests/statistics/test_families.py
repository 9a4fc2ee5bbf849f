import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.families import hochberg, holm

#: Benjamini and Hochberg (1995), section 4.1: fifteen comparisons of two treatments after a heart attack.
HEART = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def claimed(chances: list[float], shares: list[int], error: float = 0.05) -> list[bool]:
    return [chance <= error / share for chance, share in zip(chances, shares, strict=True)]


@pytest.mark.parametrize("way", [hochberg, holm])
def test_of_the_fifteen_of_1995_three_are_claimed(way: object) -> None:
    """The paper: Bonferroni's 0.05/15 claims the three smallest, and Hochberg's procedure the same three."""
    assert [chance <= 0.05 / 15 for chance in HEART] == [True] * 3 + [False] * 12
    shares = way(HEART, 0.05)  # type: ignore[operator]
    assert claimed(HEART, shares) == [True] * 3 + [False] * 12


def test_hochberg_claims_all_as_soon_as_each_would_be_alone() -> None:
    assert hochberg([0.04, 0.03, 0.05], 0.05) == [1, 1, 1]
    assert holm([0.04, 0.03, 0.05], 0.05) == [3, 3, 3]


def _adjusted(chances: list[float], *, up: bool) -> list[float]:
    """As R's p.adjust has it."""
    n, order = len(chances), sorted(range(len(chances)), key=lambda at: chances[at])
    scaled = [min(1.0, (n - rank) * chances[at]) for rank, at in enumerate(order)]
    found = [0.0] * n
    for rank, at in enumerate(order):
        found[at] = min(scaled[rank:]) if up else max(scaled[: rank + 1])
    return found


@given(CHANCES)
def test_both_claim_what_adjusted_chances_claim(chances: list[float]) -> None:
    for way, up in ((hochberg, True), (holm, False)):
        expected = [each <= 0.05 for each in _adjusted(chances, up=up)]
        assert claimed(chances, way(chances, 0.05)) == expected


@given(CHANCES)
def test_what_holm_claims_hochberg_claims_and_neither_needs_more_than_all(chances: list[float]) -> None:
    strict, usual = (claimed(chances, way(chances, 0.05)) for way in (holm, hochberg))
    assert all(one <= other for one, other in zip(strict, usual, strict=True))
    assert all(1 <= share <= len(chances) for share in [*holm(chances, 0.05), *hochberg(chances, 0.05)])
