"""Headers come out of a message as they went in, whatever their length and letters."""

import email
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.kernel import clock
from betaops.kernel.errors import Invalid
from betaops.kernel.mail import Letter, compose

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
subjects = st.lists(words, min_size=1, max_size=12).map(" ".join)


def read(letter):
    message = compose(letter, sender="betaops <b@example.com>", message_id="<x@example.com>", at=clock.now())
    sent = message.as_bytes()
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    return email.message_from_bytes(sent, policy=policy.default)


@given(subjects)
def test_a_subject_arrives_as_it_was_written(subject):
    assert read(Letter("ana@example.com", subject, "Hello"))["subject"] == subject


def test_the_address_to_unsubscribe_at_is_whole():
    url = "https://beta.example.com/unsubscribe/" + "aB3_-" * 40
    headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = compose(
        Letter("ana@example.com", "News", "Hello", headers=headers),
        sender="b@example.com",
        message_id="<x@y>",
        at=clock.now(),
    )
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in message.as_bytes()


@pytest.mark.parametrize(
    "letter",
    [
        Letter("ana@example.com", "News\r\nBcc: x@example.com", "Hello"),
        Letter("ana@example.com\r\nBcc: x@example.com", "News", "Hello"),
        Letter("ana@example.com, x@example.com", "News", "Hello"),
        Letter("ana@example.com", "News", "Hello", headers={"X-What": "a\nBcc: x@example.com"}),
        Letter(
            "ana@example.com",
            "News",
            "Hello",
            headers={"List-Unsubscribe": "<https://x>\r\nBcc: x@example.com"},
        ),
    ],
)
def test_statement_24_a_line_break_never_becomes_a_header(letter):
    with pytest.raises(Invalid):
        compose(letter, sender="b@example.com", message_id="<x@y>", at=clock.now())
