"""Definitions of every shape: read, checked, compared, walked through; none makes anything fall over."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from betaops.kernel.errors import Invalid
from betaops.surveys.changes import Weight, compare
from betaops.surveys.checking import check, problems
from betaops.surveys.engine import endings
from betaops.surveys.engine.conditions import in_words
from betaops.surveys.engine.judging import judge_all, rows_of
from betaops.surveys.engine.scene import STATE
from betaops.surveys.engine.walking import Walk
from betaops.surveys.importers import read_file, report_on
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text
from betaops.surveys.reading import read
from betaops.surveys.rendering import form_for, values_from, view
from tests.factories.surveys import CHECK_IN
from tests.support.examples import examples
from tests.support.odd_definitions import ANY, DEFINITIONS, SCALAR

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@settings(
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)
@given(
    source=DEFINITIONS,
    answers=st.dictionaries(st.sampled_from(["a", "b", "c", "data", "a-Comment", "__logic"]), ANY),
    state=ANY
    | st.fixed_dictionaries(
        {},
        optional={
            "variables": ANY | st.dictionaries(st.sampled_from(["a", "x"]), ANY),
            "direct": ANY,
            "aside": ANY,
        },
    ),
    other=DEFINITIONS,
)
def test_no_definition_and_no_answer_makes_anything_fall_over(
    source: Any, answers: dict[str, Any], state: Any, other: Any
) -> None:
    definition = read(source)
    check(definition)
    compare(definition, read(other))
    report_on(source)
    for question in definition.questions:
        in_words(question.visible_if, definition)
    judged = judge_all(definition, answers, now=NOW, seed="s")
    if not judged.problems:
        rows_of(definition, judged.values)
    walk = Walk(definition, NOW, "fr", "seed")
    answers = walk.answered({**walk.begun(), STATE: state}, answers)
    for ending in (walk.scene(answers), walk.scene(judged.values)):
        endings.words(ending)
        endings.address(ending, ["https://example.com"])
    scene, page = walk.page(answers, 0)
    if page is not None:
        view(scene, page)
        asked = [each for each in page.questions if each.is_asked]
        values_from(form_for(scene, asked, None), asked)
        step = walk.forward(answers, walk.number(page), {each.name for each in asked})
        view(scene, page, problems=step.problems)
        walk.back(answers, walk.number(page))


@given(st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
def test_any_json_is_read(source: Any) -> None:
    check(read(source))


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused_with_words(data: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(read_file(data)[0], dict)


def names(definition: Any) -> list[str]:
    return [question.name for question in read(definition).asked]


def test_old_property_names_are_understood() -> None:
    definition = read(
        {
            "questions": [
                {"type": "radiogroup", "name": "q", "choices": ["a|Ay", 2], "hasOther": True},
                {"type": "rating", "name": "r", "mininumRateDescription": "low", "rateMax": 3},
            ]
        }
    )
    question, rating = definition.asked
    assert [(choice.value, text(choice.text)) for choice in question.choices] == [
        ("a", "Ay"),
        (2, "2"),
        ("other", "Other (describe)"),
    ]
    assert rating.option_text("minRateDescription") == "low"


def test_what_is_not_supported_is_kept_named_and_not_asked() -> None:
    source = {"elements": [{"type": "signaturepad", "name": "sign"}, {"type": "text", "name": "a"}]}
    definition = read(source)
    assert names(source) == ["a"]
    assert [(finding.code, finding.is_blocking) for finding in check(definition)] == [
        ("unsupported_type", False)
    ]
    report = report_on(source)
    assert (report.taken, report.dropped, report.problems) == (["a (text)"], ["sign (signaturepad)"], [])


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ({"type": "radiogroup", "name": "q"}, "no_choices"),
        ({"type": "text", "name": "q", "visibleIf": "{a} ="}, "bad_expression"),
        ({"type": "text", "name": "q", "requiredIf": "fly({q})"}, "unknown_function"),
        ({"type": "text", "name": "q", "enableIf": "{missing} = 1"}, "unknown_name"),
        ({"type": "text", "name": "q", "validators": [{"type": "regex", "regex": "(?=x)"}]}, "bad_pattern"),
        ({"type": "rating", "name": "q", "rateMin": 5, "rateMax": 1}, "empty_range"),
        ({"type": "text"}, "no_name"),
        ({"type": "text", "name": "__page"}, "bad_name"),
        ({"type": "radiogroup", "name": "q", "choices": [1, "1"]}, "same_choice_twice"),
        ({"type": "dropdown", "name": "q", "choicesByUrl": {"url": "http://x"}}, "choices_by_url"),
    ],
)
def test_a_problem_names_its_element_and_place(element: dict[str, Any], code: str) -> None:
    found = {
        finding.code: finding
        for finding in problems(read({"pages": [{"elements": [{"type": "html", "name": "h"}, element]}]}))
    }
    assert code in found
    assert found[code].place[:4] == ("pages", 0, "elements", 1)


def test_conditions_read_as_words() -> None:
    definition = read(CHECK_IN)
    assert in_words("{used_import} = 'yes' and {nps} <= 6", definition) == (
        "“Did you import notes?” is Yes and “Would you recommend it?” is 6 or less"
    )
    assert in_words("{platforms} anyof ['iOS', 'Web'] or {why} empty", definition) == (
        "“Where do you use it?” is one of iOS, Web or “Why?” is not answered"
    )
    assert in_words("age({x}) > 3", definition) == "age({x}) > 3"


def test_changes_are_weighed() -> None:
    old = read(
        {
            "elements": [
                {"type": "rating", "name": "a", "title": "A"},
                {"type": "text", "name": "b"},
                {"type": "radiogroup", "name": "c", "choices": [1, 2]},
            ]
        }
    )
    new = read(
        {
            "elements": [
                {"type": "radiogroup", "name": "c", "choices": [1, 3]},
                {"type": "rating", "name": "a", "title": "A!", "rateMax": 7},
                {"type": "text", "name": "d"},
            ]
        }
    )
    weights = [(change.weight, change.name) for change in compare(old, new)]
    assert weights[0] == (Weight.BREAKING, "a")
    assert {
        (Weight.ADDITIVE, "d"),
        (Weight.ADDITIVE, "b"),
        (Weight.ADDITIVE, "c"),
        (Weight.COSMETIC, "a"),
    } <= set(weights)
    assert compare(old, old) == []


def test_a_scale_has_the_steps_that_its_author_gave() -> None:
    def steps(**options: Any) -> list[Any]:
        return [
            choice.value
            for choice in scale(read({"elements": [{"type": "rating", "name": "r", **options}]}).asked[0])
        ]

    assert steps() == [1, 2, 3, 4, 5]
    assert steps(rateMin=0, rateMax=10) == list(range(11))
    assert steps(rateMin=0, rateMax=1, rateStep=0.25) == [0, 0.25, 0.5, 0.75, 1]
    assert steps(rateValues=["bad", {"value": "good", "text": "Good"}]) == ["bad", "good"]
    assert steps(rateCount=3) == [1, 2, 3]


def test_panels_hide_what_is_inside_and_ask_for_one_answer() -> None:
    source = {
        "elements": [
            {"type": "boolean", "name": "more"},
            {
                "type": "panel",
                "name": "p",
                "visibleIf": "{more} = true",
                "isRequired": True,
                "elements": [
                    {"type": "text", "name": "x", "isRequired": True},
                    {"type": "text", "name": "y"},
                ],
            },
        ]
    }
    definition = read(source)
    assert judge_all(definition, {"more": False, "x": "gone"}, now=NOW).values == {"more": False}
    assert [problem.name for problem in judge_all(definition, {"more": True}, now=NOW).problems] == ["x"]


def test_hidden_answers_go_in_one_look_as_survey_core_does_it() -> None:
    source = {
        "elements": [
            {"type": "boolean", "name": "a"},
            {"type": "text", "name": "b", "visibleIf": "{a} = true"},
            {"type": "text", "name": "c", "visibleIf": "{b} notempty"},
        ]
    }
    given = {"a": False, "b": "x", "c": "y"}
    assert judge_all(read(source), given, now=NOW).values == {"a": False, "c": "y"}
    assert judge_all(read({**source, "clearInvisibleValues": "none"}), given, now=NOW).values == given


def test_a_condition_for_being_required_is_the_last_word() -> None:
    source = {
        "elements": [
            {"type": "text", "name": "a", "isRequired": True, "requiredIf": "{b} = 1"},
            {"type": "text", "name": "b"},
        ]
    }
    assert judge_all(read(source), {}, now=NOW).problems == ()
    assert [each.name for each in judge_all(read(source), {"b": "1"}, now=NOW).problems] == ["a"]


def test_what_only_shows_something_needs_no_name() -> None:
    """SurveyJS's own tutorials begin with such a page."""
    definition = {"pages": [{"elements": [{"type": "html", "html": "<h2>Welcome</h2>"}, {"type": "image"}]}]}
    told = report_on(definition)
    assert "no_name" not in {finding.code for finding in check(read(definition))}
    assert told.taken == ["question1 (html)", "question2 (image)"]
