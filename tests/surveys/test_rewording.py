"""What is taken for a correction, and what for another meaning."""

import pytest

from betaops.surveys.rewording import is_small


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Yes", "yes"),
        ("Every day", "Everyday"),
        ("Very easy", "Very easy!"),
        ("Recieved", "Received"),
        ("Sattisfied", "Satisfied"),
        ("E-mail", "Email"),
        ("1 - 5 people", "1-5 people"),
        ("Größe", "Grösse"),
        ("☹", "☹"),
    ],
)
def test_a_slip_of_the_pen_is_corrected(old: str, new: str) -> None:
    assert is_small(old, new)
    assert is_small(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Yes", "No"),
        ("Satisfied", "Dissatisfied"),
        ("Likely", "Unlikely"),
        ("Likely", "Not likely"),
        ("Possible", "Impossible"),
        ("1 to 5", "1 to 6"),
        ("-1", "1"),
        ("now", "not"),
        ("Pro", "Team"),
        ("Every day", "Every week"),
        ("☹", "☺"),
        ("Yes", ""),
    ],
)
def test_what_may_mean_something_else_is_no_slip(old: str, new: str) -> None:
    assert not is_small(old, new)
    assert not is_small(new, old)
