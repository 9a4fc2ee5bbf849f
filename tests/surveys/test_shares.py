"""Shares of people who gave an answer: with a range, of those who answered, and none where people are not counted once."""

from typing import Any
from uuid import UUID

import pytest

from betaops.statistics.intervals import wilson
from betaops.surveys.analysis.results import Card, Known, Tally, cards
from betaops.surveys.reading import read


def card(source: dict[str, Any], people: int, *tallies: tuple[str, str, int]) -> Card:
    """`tallies` are (row, code, times)."""
    question = read({"elements": [{"name": "q", **source}]}).by_name["q"]
    found = [Tally(row, code, None, times) for row, code, times in tallies]
    return cards([Known(UUID(int=1), question, people, False, found)])[0]


def test_a_share_has_wilsons_range() -> None:
    """24 of 30 at 90 % in both directions."""
    choice = card({"type": "radiogroup", "choices": ["a", "b"]}, 30, ("", "a", 24), ("", "b", 6))
    shares = [bar.share for bar in choice.bars]
    assert [share and (share.value, share.low, share.high) for share in shares] == [
        (0.8, *wilson(24, 30, 0.05)), (0.2, *wilson(6, 30, 0.05)),
    ]  # fmt: skip
    assert shares[0]
    assert (shares[0].low, shares[0].high) == pytest.approx((0.6576, 0.8924), abs=5e-4)


def test_of_several_answers_each_share_is_of_all_people() -> None:
    uses = card({"type": "checkbox", "choices": ["web", "app", "never"]}, 10, ("", "web", 10), ("", "app", 6))
    found = [(bar.label, bar.share and bar.share.value, bar.share and bar.share.high) for bar in uses.bars]
    assert found == [
        ("web", 1.0, 1.0), ("app", 0.6, wilson(6, 10, 0.05).high), ("never", 0.0, wilson(0, 10, 0.05).high),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "tallies", "has_range"),
    [
        ({"type": "matrix", "rows": ["r"], "columns": ["a", "b"]}, [("r", "a", 4)], True),
        ({"type": "matrix", "rows": ["r"], "columns": ["a", "b"], "cellType": "checkbox"}, [("r", "a", 4)], False),
        ({"type": "ranking", "choices": ["a", "b"]}, [("a", "1", 4), ("b", "2", 4)], True),
        ({"type": "matrixdropdown", "rows": ["r"], "columns": [{"name": "c", "cellType": "dropdown", "choices": ["a"]}]},
         [("r.c", "a", 4)], True),
        ({"type": "matrixdropdown", "rows": ["r"], "columns": [{"name": "c", "cellType": "checkbox", "choices": ["a"]}]},
         [("r.c", "a", 4)], False),
        ({"type": "paneldynamic", "templateElements": [{"type": "dropdown", "name": "c", "choices": ["a"]}]},
         [("0.c", "a", 4), ("1.c", "a", 4)], False),
    ],
)  # fmt: skip
def test_only_where_everybody_counts_once_there_is_a_range(
    source: dict[str, Any], tallies: list[tuple[str, str, int]], has_range: bool
) -> None:
    bars = [bar for line in card(source, 4, *tallies).lines for bar in line.bars]
    assert bars
    assert {bar.share is not None for bar in bars} == {has_range}
