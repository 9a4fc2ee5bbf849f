"""Screener questions and their answers."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.programs.screener import (
    BadAnswer,
    BadScreener,
    Kind,
    Question,
    attributes,
    check,
    is_ruled_out,
    name_for,
    questions,
    read,
    read_all,
)

PLATFORM = Question(
    name="platform",
    label="Where?",
    kind=Kind.CHOICE,
    options=("iOS", "Web"),
    knock_out=("Web",),
    keep_as="os",
)
TOOLS = Question(name="tools", label="Which?", kind=Kind.CHOICES, options=("a", "b", "c"), required=False)
ADULT = Question(name="adult", label="18?", kind=Kind.YESNO, knock_out=("no",))
HOURS = Question(name="hours", label="Hours?", kind=Kind.NUMBER)


@pytest.mark.parametrize(
    ("question", "raw", "kept"),
    [
        (PLATFORM, "iOS", "iOS"),
        (TOOLS, ["c", "a", "c"], ["a", "c"]),
        (TOOLS, [], None),
        (ADULT, "yes", True),
        (ADULT, False, False),
        (HOURS, "3,5", 3.5),
        (HOURS, "12", 12),
        (HOURS, 0, 0),
    ],
)
def test_an_answer_is_kept_in_its_own_type(question: Question, raw: Any, kept: Any) -> None:
    assert read(question, raw) == kept


@pytest.mark.parametrize(
    ("question", "raw"),
    [
        (PLATFORM, "Palm"),
        (PLATFORM, ["iOS"]),
        (PLATFORM, ""),
        (TOOLS, "a"),
        (TOOLS, ["d"]),
        (ADULT, "maybe"),
        (ADULT, None),
        (HOURS, "many"),
        (HOURS, "nan"),
        (HOURS, "1e400"),
        (HOURS, True),
        (HOURS, {"a": 1}),
    ],
)
def test_what_is_no_answer_is_refused(question: Question, raw: Any) -> None:
    with pytest.raises(BadAnswer):
        read(question, raw)


def test_an_answer_can_rule_a_person_out() -> None:
    assert is_ruled_out([PLATFORM, ADULT], {"platform": "Web", "adult": True})
    assert is_ruled_out([PLATFORM, ADULT], {"platform": "iOS", "adult": False})
    assert not is_ruled_out([PLATFORM, ADULT], {"platform": "iOS", "adult": True})


def test_answers_become_attributes_where_the_question_says_so() -> None:
    assert attributes([PLATFORM, HOURS], {"platform": "iOS", "hours": 3}) == {"os": "iOS"}


def test_unknown_answers_are_wrong() -> None:
    answers, wrong = read_all([HOURS], {"hours": 3, "role": "admin"})
    assert answers == {"hours": 3}
    assert list(wrong) == ["role"]


def test_every_problem_of_a_screener_is_named_at_once() -> None:
    bad = [
        Question(name="a", label="", kind=Kind.TEXT),
        Question(name="a", label="Twice", kind=Kind.CHOICE, options=("one",), knock_out=("two",)),
        Question(name="Bad Name", label="Name"),
    ]
    with pytest.raises(BadScreener) as caught:
        check(bad)
    assert set(caught.value.problems) == {"0.label", "1.name", "1.options", "1.knock_out", "2.name"}


def test_questions_survive_being_stored() -> None:
    asked = [PLATFORM, TOOLS, ADULT, HOURS]
    assert questions(question.to_json() for question in asked) == asked


@given(st.text(max_size=80), st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), max_size=5))
def test_a_name_made_from_words_is_free_and_sound(label: str, taken: list[str]) -> None:
    name = name_for(label, taken)
    assert name not in taken
    check([Question(name=name, label="x")])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3),
    )
)
def test_any_value_is_read_or_refused(raw: Any) -> None:
    for question in (PLATFORM, TOOLS, ADULT, HOURS, Question(name="t", label="Text?")):
        with contextlib.suppress(BadAnswer):
            read(question, raw)
