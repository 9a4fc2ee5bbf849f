"""s14: what is refused as a password, and what never is. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.accounts import passwords

LETTERS = st.characters(blacklist_categories=("Cs",))


@pytest.mark.parametrize(
    "typed",
    [
        "password", "Password1", "P4ssw0rd!", "passwort", "pa$$word", "qwertyuiop", "QWERTZUIOP", "12345678", "87654321",
        "1234567890", "aaaaaaaa", "abababab", "abcabcabc", "11112222", "iloveyou", "1loveyou", "Summer2026!", "welcome1",
        "letmein123", "1q2w3e4r", "1qaz2wsx", "qazwsxedc", "asdfghjkl", "zxcvbnm,", "admin123", "monkey12", "dragon!!",
        "sunshine", "princess1", "19840704", "04.07.1984", "2020-01-01", "starwars", "football1", "changeme!", "trustno1",
        "abcdefgh", "hgfedcba", "azertyuiop", "a1b2c3d4", "147258369", "0000000000",
    ],
)  # fmt: skip
def test_s14_the_first_guesses_are_refused(typed: str) -> None:
    assert passwords.problem(typed) == "This is one of the first passwords that anybody tries. Take another."


@pytest.mark.parametrize(
    "typed",
    [
        "seven grey herons wait",
        "correct horse battery staple",
        "kX9#vTq2",
        "Zufall im Garten",
        "日本語のパスワード",
        "🦊🦉🐢🐙🦀🐝🦔🐌",
    ],
)
def test_s14_any_composition_is_taken(typed: str) -> None:
    assert passwords.problem(typed) is None


@pytest.mark.parametrize(
    "typed", ["maraklein", "MaraKlein1", "mara.klein", "acme-notes", "betaops1", "BetaOps!2026"]
)
def test_s14_names_of_the_person_and_the_place_are_refused(typed: str) -> None:
    words = ("Mara Klein", "mara.klein@acme.example", "Acme Notes")
    assert passwords.problem(typed, words) == "Do not use a name that belongs to you or to this place."
    assert passwords.problem(typed + " and a long tail behind", words) is None


def test_s14_eight_characters_suffice_and_128_are_taken() -> None:
    assert passwords.problem("kX9#vTq") == "Use at least 8 characters."
    assert passwords.problem("kX9#vTq2") is None
    assert passwords.problem("a long way home " * 8) is None
    assert passwords.problem("a long way home " * 8 + "!") == "Use at most 128 characters."


@given(st.text(LETTERS, max_size=200), st.lists(st.text(LETTERS, max_size=40), max_size=3))
def test_s14_no_text_is_too_odd_to_be_judged(typed: str, words: list[str]) -> None:
    problem = passwords.problem(typed, words)
    assert (problem is None) or problem.endswith(".")


def test_s14_a_password_is_kept_as_argon2id_with_the_advised_costs() -> None:
    stored = passwords.digest("seven grey herons wait")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, "seven grey herons wait")
    assert not passwords.matches(stored, "seven grey herons wait ")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("nonsense", "x")
