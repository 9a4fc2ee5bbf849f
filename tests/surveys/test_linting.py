"""Hints about a questionnaire as such."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.surveys import ready
from betaops.surveys.linting import lint
from betaops.surveys.reading import read


def hints(*elements: dict[str, Any]) -> list[str]:
    named = [{"name": f"q{number}", **element} for number, element in enumerate(elements)]
    return [finding.code for finding in lint(read({"pages": [{"elements": named}]}))]


def rating(title: Any, **more: Any) -> dict[str, Any]:
    ends = {"minRateDescription": "Very bad", "maxRateDescription": "Very good"}
    return {"type": "rating", "title": title, **ends, **more}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Don’t you agree that it is fast?", "leading"),
        ("How much did you enjoy the tour?", "leading"),
        ("Of course you use it daily?", "leading"),
        ("Finden Sie nicht auch, dass es schnell ist?", "leading"),
        ("Wie sehr mögen Sie die Suche?", "leading"),
        ("How fast and reliable is it?", "double"),
        ("Is it fast and/or simple?", "double"),
        ("Wie schnell und zuverlässig ist es?", "double"),
        ("Is it fast? Is it simple?", "double"),
        ("Do you not dislike it?", "negations"),
        ("Is it not impossible without help?", "negations"),
        ("Ist es nicht unklar, was zu tun ist?", "negations"),
        ("Does it always work for you?", "absolute"),
        ("Funktioniert es immer?", "absolute"),
    ],
)
def test_wording_that_bends_answers(title: str, code: str) -> None:
    assert code in hints(rating(title))


@pytest.mark.parametrize(
    "title",
    [
        "How satisfied or dissatisfied are you with it?",
        "How clear or unclear is it to you what to do next?",
        "Where between 1 and 5 would you put it?",
        "What are its pros and cons?",
        "Wie zufrieden oder unzufrieden sind Sie damit?",
        "Wie leicht war es, nicht mehr Gebrauchtes zu löschen?",
    ],
)
def test_plain_wording_passes(title: str) -> None:
    assert hints(rating(title)) == []


def test_open_questions_may_join_what_scales_may_not() -> None:
    assert hints({"type": "comment", "title": "What did you like and dislike?"}) == []
    assert hints(
        {"type": "matrix", "title": "Agree?", "columns": ["No", "Yes"], "rows": ["Fast and simple"]}
    ) == ["double"]


def test_every_language_is_looked_into() -> None:
    assert hints(rating({"default": "How fast is it?", "de": "Wie schnell und gut ist es?"})) == ["double"]
    assert hints(rating({"default": "How fast is it?", "fr": "Always and never?"})) == []


def test_whoever_must_choose_needs_a_way_out() -> None:
    forced = {
        "type": "radiogroup",
        "title": "Which plan is yours?",
        "isRequired": True,
        "choices": ["Team", "Pro"],
    }
    assert hints(forced) == ["no_way_out"]
    assert hints({**forced, "isRequired": False}) == []
    assert hints({**forced, "showDontKnowItem": True}) == []
    assert hints({**forced, "choices": ["Team", "Pro", "Weiß ich nicht"]}) == []
    assert hints({**forced, "choices": ["Very good", "Good", "Bad", "Very bad"]}) == []


def test_scales_have_as_much_on_either_side() -> None:
    scale = {
        "type": "radiogroup",
        "title": "How is it?",
        "choices": ["Excellent", "Very good", "Good", "Bad"],
    }
    assert hints(scale) == ["unbalanced"]
    assert hints({**scale, "choices": ["Good", "Fair", "Bad"]}) == []
    assert hints({**scale, "choices": ["Sehr zufrieden", "Zufrieden", "Eher zufrieden", "Unzufrieden"]}) == [
        "unbalanced"
    ]
    assert hints(rating("How is it?", minRateDescription="Good", maxRateDescription="Excellent")) == [
        "unbalanced"
    ]
    assert hints(rating("How is it?", minRateDescription="Not good", maxRateDescription="Good")) == []


def test_ends_of_scales_have_words() -> None:
    assert hints({"type": "rating", "title": "How is it?"}) == ["no_ends"]
    assert hints({"type": "rating", "title": "How is it?", "rateType": "stars"}) == []
    assert hints({"type": "matrix", "title": "How is it?", "columns": [1, 2, 3], "rows": ["Speed"]}) == [
        "no_ends"
    ]


def test_long_lists_are_shuffled_unless_they_have_an_order() -> None:
    many = {"type": "checkbox", "title": "What do you use?", "choices": list("abcdefgh")}
    assert hints(many) == ["fixed_order"]
    assert hints({**many, "choicesOrder": "random"}) == []
    assert hints({**many, "choices": [f"{n} hours" for n in range(8)]}) == []


def test_free_texts_are_few_and_free() -> None:
    text = {"type": "comment", "title": "What else?"}
    assert hints({**text, "isRequired": True}) == ["required_text"]
    assert hints(text, text, text) == []
    assert hints(text, text, text, text) == ["many_open"]


def test_a_survey_that_takes_too_long_says_how_long() -> None:
    findings = lint(read({"elements": [rating("How is it?", name=f"q{number}") for number in range(90)]}))
    assert [finding.code for finding in findings] == ["too_long"]
    assert "12 minutes" in findings[0].message


def test_a_hint_names_its_question_and_never_blocks() -> None:
    [finding] = lint(read({"elements": [{"type": "rating", "name": "speed", "title": "How fast is it?"}]}))
    assert (finding.name, finding.is_blocking) == ("speed", False)
    assert "“speed”" in finding.message


@pytest.mark.parametrize("each", ready.surveys(), ids=lambda each: each.name)
def test_our_own_surveys_pass(each: ready.Ready) -> None:
    assert lint(each.definition) == []


def test_our_own_questions_pass() -> None:
    for shelf in ready.bank():
        assert lint(read({"elements": list(shelf.questions)})) == []


ODD = st.none() | st.integers() | st.text(max_size=30) | st.lists(st.text(max_size=9), max_size=9)
ELEMENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["rating", "radiogroup", "checkbox", "matrix", "comment", "panel", "slider"])},
    optional={name: ODD | st.dictionaries(st.sampled_from(["default", "de", "en", "value", "text"]), ODD, max_size=3)
              for name in ("title", "choices", "rows", "columns", "rateValues", "minRateDescription", "x-betaops", "elements")},
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(ELEMENTS, max_size=4))
def test_no_definition_is_too_odd(elements: list[dict[str, Any]]) -> None:
    assert all(not finding.is_blocking for finding in lint(read({"elements": elements})))
