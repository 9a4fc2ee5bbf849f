"""Short names for addresses."""

from hypothesis import given
from hypothesis import strategies as st

from betaops.programs.slugs import LONGEST, PATTERN, RESERVED, candidates, slug


def test_letters_lose_their_accents_and_the_rest_becomes_dashes() -> None:
    assert slug("Crème brûlée 2.0!") == "creme-brulee-2-0"


def test_a_name_without_letters_gets_the_fallback() -> None:
    assert candidates("日本語", "program")[0] == "program"


def test_words_that_stand_in_addresses_are_no_slugs() -> None:
    assert not RESERVED & set(candidates("New", "program"))


@given(st.text(max_size=200))
def test_every_candidate_fits_an_address(name: str) -> None:
    for candidate in candidates(name, "program"):
        assert PATTERN.fullmatch(candidate)
        assert len(candidate) <= LONGEST
