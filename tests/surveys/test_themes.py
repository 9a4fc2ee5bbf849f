"""Themes suggested from what people wrote."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys.analysis import themes as module
from betaops.surveys.analysis.themes import FEWEST_TEXTS, themes

SYNC = [
    "Syncing between my laptop and phone",
    "The sync of notes",
    "Synchronising large notebooks",
    "Sync over mobile data",
]
SYNC_ENDS = ["takes far too long", "is slow", "loses changes", "stops halfway"]
PRICE = ["The price per month", "This subscription price", "A yearly price like this", "The price for teams"]
PRICE_ENDS = ["is too expensive for us", "is more expensive than others", "seems high", "is not worth it"]
SEARCH = ["Searching for old pages", "The search box", "Search in attachments", "Full text search"]
SEARCH_ENDS = ["does not find Übersicht", "finds nothing useful", "misses results", "shows wrong results"]


def said(starts: list[str], ends: list[str]) -> list[str]:
    return [f"{start} {end}." for start, end in product(starts, ends)]


TEXTS = [text for three in zip(said(SYNC, SYNC_ENDS), said(PRICE, PRICE_ENDS), said(SEARCH, SEARCH_ENDS), strict=True)
         for text in three]  # fmt: skip


def test_what_people_complain_about_falls_into_its_themes() -> None:
    found = themes(TEXTS)
    for theme in found:
        kinds = [at % 3 for at in theme.members]
        most = max(kinds.count(kind) for kind in range(3))
        assert most / len(kinds) >= 0.8, theme.words
    assert {at % 3 for theme in found for at in theme.members} == {0, 1, 2}
    words = {word for theme in found for word in theme.words}
    assert {"price", "search"} <= words
    assert words & {"sync", "syncing"}
    for theme in found:
        assert 1 <= len(theme.quotes) <= 3
        assert set(theme.quotes) <= set(theme.members)
    assert [len(theme.members) for theme in found] == sorted(
        (len(theme.members) for theme in found), reverse=True
    )


def test_equal_texts_give_equal_themes() -> None:
    assert themes(TEXTS) == themes(list(TEXTS))


def test_a_quote_is_not_said_twice() -> None:
    found = themes(["The sync is slow"] * 20 + said(PRICE, PRICE_ENDS))
    for theme in found:
        texts = [(["The sync is slow"] * 20 + said(PRICE, PRICE_ENDS))[at] for at in theme.quotes]
        assert len(set(texts)) == len(texts)


def test_too_few_texts_have_no_themes() -> None:
    assert themes([]) == []
    assert themes(TEXTS[: FEWEST_TEXTS - 1]) == []
    assert themes(["", "  ", "1", "!?"] * 5) == []


def test_no_more_texts_are_looked_at_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TEXTS", 30)
    assert max(at for theme in themes(TEXTS) for at in theme.members) < 30


@given(st.lists(st.text(max_size=20), max_size=25))
def test_no_text_makes_it_fall_over(texts: list[str]) -> None:
    seen: list[int] = []
    for theme in themes(texts):
        assert len(theme.members) >= 3
        seen += theme.members
    assert len(seen) == len(set(seen))
