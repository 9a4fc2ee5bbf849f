"""Which addresses are usable, and which are one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.enrollment.addresses import BadAddress, clean, mail_key


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@example.com", "ana@example.com"),
        ("  Ana.Ruiz@Example.COM ", "Ana.Ruiz@example.com"),
        ("ana@example.com.", "ana@example.com"),
        ("<ana@example.com>", "ana@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("ana+beta@example.com", "ana+beta@example.com"),
    ],
)
def test_an_address_is_kept_as_typed_without_what_does_not_belong_to_it(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "ana@@example.com", "ana@exa mple.com",
     "ana@example.com, ben@example.com", "x" * 65 + "@example.com", "ana@" + "e" * 260 + ".com", "ana@-x.com",
     "ana@example..com", "ana\n@example.com", "ana\x00@example.com", "=1+1"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(BadAddress, match="address"):
        clean(typed)


def test_case_and_a_trailing_dot_make_no_second_person() -> None:
    assert mail_key("Ana@Example.COM.") == mail_key("ana@example.com")


def test_what_follows_a_plus_is_somebody_else() -> None:
    assert mail_key("ana+beta@example.com") != mail_key("ana@example.com")


@given(st.text(max_size=300))
def test_any_text_is_either_an_address_or_refused(typed: str) -> None:
    try:
        address = clean(typed)
    except BadAddress:
        return
    assert "@" in address
    assert mail_key(clean(address)) == mail_key(address)
