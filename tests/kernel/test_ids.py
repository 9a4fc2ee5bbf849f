"""Ids: ordered inside, readable outside, and nothing else accepted."""

import contextlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.kernel import ids
from betaops.kernel.errors import NotFound


def test_ids_made_one_after_the_other_sort_in_that_order() -> None:
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_many_made_at_once_stand_between_the_one_before_and_the_one_after() -> None:
    made = [ids.new_id(), *ids.new_ids(5000), ids.new_id(), *ids.new_ids(0), *ids.new_ids(1)]
    assert made == sorted(made)
    assert len(set(made)) == len(made) == 5003


@pytest.mark.parametrize("made", [ids.new_id(), *ids.new_ids(2)])
def test_an_id_is_a_version_7_uuid(made: uuid.UUID) -> None:
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(st.uuids())
def test_what_is_encoded_decodes_to_itself(value: uuid.UUID) -> None:
    text = ids.encode("enr", value)
    assert ids.decode("enr", text) == value
    assert ids.decode("enr", text.upper()) == value


def test_letters_that_look_alike_are_read_as_the_digit_that_was_meant() -> None:
    text = ids.encode("enr", uuid.UUID(int=1))
    assert ids.decode("enr", text[:-1] + "l") == uuid.UUID(int=1)
    assert ids.decode("enr", text.replace("0", "O")) == uuid.UUID(int=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "enr",
        "enr_",
        "tst_00000000000000000000000001",
        "enr_0000000000000000000000000",
        "enr_0000000000000000000000000u",
        "enr_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "enr_\0",
    ],
)
def test_anything_else_is_simply_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        ids.decode("enr", text)


@given(st.text())
def test_no_text_makes_decoding_fail_otherwise(text: str) -> None:
    with contextlib.suppress(NotFound):
        ids.decode("enr", text)
