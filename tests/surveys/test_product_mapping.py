"""Our questions as PostHog's SDK asks them in the product: exactly, or with the reason why not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.surveys.engine.scene import Scene
from betaops.surveys.product.answers import answers
from betaops.surveys.product.branching import BUCKETS
from betaops.surveys.product.payload import Compiled, compiled
from betaops.surveys.reading import read
from tests.factories.surveys import CHECK_IN, SHORT

NOW = datetime(2026, 3, 2, tzinfo=UTC)
THREE = ["Red", "Green", "Blue"]


def survey(*elements: dict[str, Any], **options: Any) -> Compiled:
    named = [{"name": f"q{number}", **element} for number, element in enumerate(elements)]
    return compiled(read({**options, "pages": [{"name": "p", "elements": named}]}), {})


def one(element: dict[str, Any]) -> dict[str, Any]:
    found = survey(element)
    assert found.problems == (), found.problems
    [question] = found.questions
    return question


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ({"type": "text"}, {"type": "open", "optional": True}),
        ({"type": "comment", "isRequired": True}, {"type": "open", "optional": False}),
        (
            {"type": "comment", "maxLength": 300, "validators": [{"type": "text", "minLength": 5}]},
            {"validation": [{"type": "max_length", "value": 300}, {"type": "min_length", "value": 5}]},
        ),
        ({"type": "rating"}, {"type": "rating", "display": "number", "scale": 5}),
        ({"type": "rating", "rateMax": 7}, {"display": "number", "scale": 7}),
        ({"type": "rating", "rateType": "smileys"}, {"display": "emoji", "scale": 5}),
        ({"type": "rating", "rateMax": 3}, {"display": "emoji", "scale": 3}),
        (
            {"type": "rating", "rateMin": 0, "rateMax": 10, "minRateDescription": "No", "maxRateDescription": "Yes"},
            {"scale": 10, "lowerBoundLabel": "No", "upperBoundLabel": "Yes"},
        ),
        (
            {"type": "radiogroup", "choices": THREE},
            {"type": "single_choice", "choices": THREE, "hasOpenChoice": False, "shuffleOptions": False},
        ),
        (
            {"type": "dropdown", "choices": THREE, "choicesOrder": "asc", "showOtherItem": True, "otherText": "Else"},
            {"type": "single_choice", "choices": ["Blue", "Green", "Red", "Else"], "hasOpenChoice": True},
        ),
        (
            {"type": "checkbox", "choices": THREE, "choicesOrder": "random"},
            {"type": "multiple_choice", "choices": THREE, "shuffleOptions": True},
        ),
        (
            {"type": "boolean", "labelTrue": "Sure"},
            {"type": "single_choice", "choices": ["Sure", "No"]},
        ),
        (
            {"type": "html", "html": "<p>Mind the <b>gap</b><script>x()</script></p>"},
            {"type": "link", "link": None, "description": "<p>Mind the <b>gap</b></p>", "descriptionContentType": "html"},
        ),
        (
            {"type": "text", "title": "A <b>bold</b> &amp; plain", "description": "<i>Help</i>"},
            {"question": "A bold & plain", "description": "Help", "descriptionContentType": "text"},
        ),
    ],
)  # fmt: skip
def test_what_the_product_can_ask(element: dict[str, Any], told: dict[str, Any]) -> None:
    question = one(element)
    assert {name: question[name] for name in told} == told


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ({"type": "matrix", "rows": ["a"], "columns": ["b"]}, "matrix"),
        ({"type": "text", "setValueIf": "{q0} = 1"}, "acting"),
        ({"type": "rating", "rateMax": 4}, "scale"),
        ({"type": "rating", "rateMax": 10}, "scale"),
        (
            {"type": "rating", "rateValues": [{"value": each, "text": f"No {each}"} for each in range(1, 6)]},
            "steps",
        ),
        ({"type": "text", "inputType": "number"}, "input_type"),
        ({"type": "text", "inputType": "email"}, "input_type"),
        ({"type": "text", "validators": [{"type": "regex", "regex": "a"}]}, "validators"),
        ({"type": "text", "validators": [{"type": "text", "allowDigits": False}]}, "validators"),
        ({"type": "text", "defaultValue": "a"}, "default"),
        ({"type": "text", "readOnly": True}, "changing"),
        ({"type": "text", "requiredIf": "{q0} = 1"}, "changing"),
        ({"type": "radiogroup", "choices": THREE, "showCommentArea": True}, "comment"),
        ({"type": "radiogroup", "choices": [{"value": "a", "visibleIf": "{x} = 1"}]}, "choices"),
        ({"type": "radiogroup", "choices": [{"value": 1, "text": "A"}, {"value": 2, "text": "A"}]}, "alike"),
        ({"type": "radiogroup", "choices": THREE, "showNoneItem": True, "choicesOrder": "random"}, "order"),
        ({"type": "checkbox", "choices": THREE, "showNoneItem": True}, "alone"),
        ({"type": "checkbox", "choices": THREE, "maxSelectedChoices": 2}, "limits"),
        (
            {"type": "panel", "isRequired": True, "elements": [{"type": "text", "name": "in"}]},
            "group_conditions",
        ),
    ],
)
def test_what_it_cannot_ask_is_named(element: dict[str, Any], code: str) -> None:
    found = survey(element, {"type": "comment", "title": "More?"})
    assert found.questions == ()
    [problem] = found.problems
    assert (problem.code, problem.name) == (code, "q0")
    assert problem.message.endswith(".")


def test_an_earlier_answer_in_a_text_cannot_be_shown_there() -> None:
    found = survey(
        {"type": "text"}, {"type": "text", "title": "Why {q0}?"}, {"type": "text", "title": "{braces}"}
    )
    assert [(each.code, each.name) for each in found.problems] == [("piped", "q1")]


A_CHOICE = {"type": "radiogroup", "choices": THREE, "isRequired": True}
A_SCALE = {"type": "rating", "rateMin": 0, "rateMax": 10, "isRequired": True}


def shown_if(condition: str) -> dict[str, Any]:
    return {"type": "comment", "visibleIf": condition}


@pytest.mark.parametrize(
    ("elements", "branching"),
    [
        ([A_CHOICE, {"type": "comment"}], [None, None]),
        (
            [A_CHOICE, shown_if("{q0} = 'Red'")],
            [{"0": 1, "1": "end", "2": "end"}, None],
        ),
        (
            [A_CHOICE, shown_if("{q0} anyof ['Red', 'Blue']"), {"type": "text"}],
            [{"0": 1, "1": 2, "2": 1}, None, None],
        ),
        (
            [A_SCALE, shown_if("{q0} <= 6"), shown_if("{q0} >= 9"), {"type": "text"}],
            [{"detractors": 1, "passives": 3, "promoters": 2}, 3, None, None],
        ),
        (
            [{"type": "rating", "isRequired": True}, shown_if("{q0} < 3")],
            [{"negative": 1, "neutral": "end", "positive": "end"}, None],
        ),
        # Two questions decide together, and the second comes last.
        (
            [A_CHOICE, shown_if("{q0} = 'Red'"), {"type": "boolean", "isRequired": True, "visibleIf": "{q0} <> 'Red'"},
             shown_if("{q2} = true")],
            [{"0": 1, "1": 2, "2": 2}, "end", {"0": 3, "1": "end"}, None],
        ),
        # Not required: who leaves it out goes on as the SDK does, to the next one.
        (
            [{"type": "radiogroup", "choices": THREE}, shown_if("{q0} <> 'Blue'"), {"type": "text"}],
            [{"0": 1, "1": 1, "2": 2}, None, None],
        ),
    ],
)  # fmt: skip
def test_conditions_become_branches(elements: list[dict[str, Any]], branching: list[Any]) -> None:
    found = survey(*elements)
    assert found.problems == ()
    assert [_branch(each.get("branching")) for each in found.questions] == branching


def _branch(branching: dict[str, Any] | None) -> Any:
    if branching is None:
        return None
    return branching.get("responseValues", branching.get("index", branching["type"]))


@pytest.mark.parametrize(
    ("elements", "code", "name"),
    [
        ([shown_if("{q1} = 1"), {"type": "text"}], "condition", "q0"),
        ([{"type": "text"}, shown_if("{q0} notempty")], "source", "q1"),
        ([{"type": "checkbox", "choices": THREE}, shown_if("{q0} contains 'Red'")], "source", "q1"),
        ([A_CHOICE, shown_if("today() > '2026-01-01'")], "condition", "q1"),
        ([A_CHOICE, shown_if("{q0-Comment} notempty")], "condition", "q1"),
        ([A_CHOICE, {"type": "text"}, shown_if("{q0} = 'Red'")], "parting", "q2"),
        ([A_SCALE, shown_if("{q0} < 5")], "buckets", "q0"),
        (
            [{"type": "radiogroup", "choices": THREE}, shown_if("{q0} notempty"), {"type": "text"}],
            "unanswered",
            "q0",
        ),
    ],
)
def test_conditions_that_no_branch_says_are_named(
    elements: list[dict[str, Any]], code: str, name: str
) -> None:
    found = survey(*elements)
    assert found.questions == ()
    assert [(each.code, each.name) for each in found.problems] == [(code, name)]


def test_a_survey_with_too_many_ways_is_refused_and_not_worked_out_for_ever() -> None:
    sources = [{**A_CHOICE, "choices": [f"c{number}" for number in range(40)]} for _source in range(4)]
    ends = [shown_if(" and ".join(f"{{q{each}}} = 'c1'" for each in range(4))) for _end in range(30)]
    found = survey(*sources, *ends)
    assert [each.code for each in found.problems] == ["ways"]


def walked(found: Compiled, give: Any) -> list[int]:
    """The questions that the SDK asks, for `give` of an item's number to its answer (a choice's place, a number)."""
    asked, at = [], 0
    while at < len(found.questions):
        asked.append(at)
        question, answer = found.questions[at], give(at)
        branching = question.get("branching") or {"type": "next_question"}
        match branching["type"]:
            case "next_question":
                at += 1
                continue
            case "response_based":
                key = str(answer)
                if question["type"] == "rating":
                    key = next(name for name, numbers in BUCKETS[question["scale"]] if answer in numbers)
                goes = branching["responseValues"][key]
            case "specific_question":
                goes = branching["index"]
            case _:
                goes = "end"
        at = len(found.questions) if goes == "end" else goes
    return asked


@pytest.mark.parametrize("definition", [SHORT, CHECK_IN])
def test_every_way_asks_what_our_own_pages_would(definition: dict[str, Any]) -> None:
    read_one = read(definition)
    found = compiled(read_one, {})
    places = {item.question.name: number for number, item in enumerate(found.outline.items)}
    for nps in range(11):
        for choice in (0, 1):
            given = {"nps": nps, "used_import": choice, "plan": choice}
            asked = walked(found, lambda at, given=given: given.get(found.outline.items[at].question.name, 0))
            values = {"nps": nps, "used_import": ["yes", "no"][choice]}
            scene = Scene(read_one, values, now=NOW)
            assert asked == [places[question.name] for question in scene.asked]


def test_answers_come_back_as_our_values_whatever_the_language() -> None:
    items = compiled(read(SHORT), {}).outline.items
    nps, trouble, plan = (f"$survey_response_{item.id}" for item in items)
    for properties, told in (
        ({nps: 9, trouble: None, plan: ""}, {"nps": 9}),
        ({nps: "0", trouble: "  Sync ", plan: "Mannschaft"}, {"nps": 0, "trouble": "Sync", "plan": "t"}),
        ({nps: 9, plan: "Team", "$survey_language": "de"}, {"nps": 9, "plan": "t"}),
        ({plan: "Solo"}, {"plan": "other", "plan-Comment": "Solo"}),
        ({"$survey_questions": [{"id": items[0].id, "response": 4}, {}, 7]}, {"nps": 4}),
        ({"$survey_response": 3, "$survey_response_1": "Why not"}, {"nps": 3, "trouble": "Why not"}),
    ):
        assert answers(items, properties) == told


def test_several_answers_and_something_else() -> None:
    found = survey({"type": "checkbox", "choices": ["a|Apple", "b|Pear"], "showOtherItem": True})
    key = f"$survey_response_{found.outline.items[0].id}"
    assert answers(found.outline.items, {key: ["Pear", "Apple", "Fig"]}) == {
        "q0": ["b", "a", "other"],
        "q0-Comment": "Fig",
    }


def test_triggers_are_not_for_the_product() -> None:
    trigger = {"type": "complete", "expression": "{q} = 1"}
    found = compiled(read({"elements": [{"type": "text", "name": "q"}], "triggers": [trigger]}), {})
    assert [each.code for each in found.outline.problems] == ["triggers"]
