"""Conditions of one comparison: from a form's words to an expression and back."""

from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.surveys.comparisons import Comparison, read, written
from betaops.surveys.expressions import holds
from betaops.surveys.reading import read as definition_of
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey

DEFINITION = definition_of(
    {
        "elements": [
            {"type": "radiogroup", "name": "often", "title": "How often?", "choices": [
                {"value": "d", "text": "Daily"}, {"value": "w", "text": "Weekly"}, "Never"]},
            {"type": "checkbox", "name": "where", "choices": [{"value": 1, "text": "At home"}, {"value": 2, "text": "At work"}]},
            {"type": "boolean", "name": "paid"},
            {"type": "rating", "name": "stars", "rateMax": 5},
            {"type": "radiogroup", "name": "plan", "choices": ["Free"], "showOtherItem": True},
            {"type": "text", "name": "city", "title": "Where do you live?"},
            {"type": "text", "name": "age", "inputType": "number"},
            {"type": "matrix", "name": "grid", "rows": ["a"], "columns": [1, 2]},
        ]
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("key", "operator", "answer", "expression", "holds_for", "not_for"),
    [
        ("often", "=", "daily", "{often} = 'd'", "d", "w"),
        ("often", "<>", "Never", "{often} <> 'Never'", "d", "Never"),
        ("where", "=", "At home", "{where} contains 1", [1, 2], [2]),
        ("where", "<>", "2", "{where} notcontains 2", [1], [1, 2]),
        ("paid", "=", "Yes", "{paid} = true", True, False),
        ("stars", ">=", "4", "{stars} >= 4", 5, 3),
        ("stars", ">", "3,5", "{stars} > 3.5", 4, 3),
        ("plan", "=", "Our own", "{plan} = 'Our own'", "Our own", "Free"),
        ("city", "=", "St. John's", "{city} = 'St. John\\'s'", "st. john's", "Berlin"),
        ("city", "contains", "7", "{city} contains '7'", "Route 7", "Route 6"),
        ("age", "<", "18", "{age} < 18", 17, 18),
        ("grid", "notempty", "", "{grid} notempty", {"a": 1}, {}),
    ],
)
def test_words_become_an_expression_that_holds_for_them_and_are_read_again(
    key: str, operator: str, answer: str, expression: str, holds_for: Any, not_for: Any
) -> None:
    made = written(Comparison(key, operator, answer), DEFINITION)
    assert made == expression
    assert holds(made, {key: holds_for})
    assert not holds(made, {key: not_for})
    again = read(made, DEFINITION)
    assert again is not None
    assert written(again, DEFINITION) == made


@pytest.mark.parametrize(
    ("key", "operator", "answer", "words"),
    [
        ("often", "=", "Monthly", "“How often?” has no answer “Monthly”. It has “Daily”, “Weekly”, “Never”."),
        ("stars", "=", "6", "has no answer “6”"),
        ("city", "=", "  ", "Say which answer."),
        ("grid", "=", "1", "it can only be asked whether it is answered"),
        ("gone", "=", "1", "not in the survey any more"),
    ],
)
def test_a_condition_that_could_never_hold_is_refused(
    key: str, operator: str, answer: str, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        written(Comparison(key, operator, answer), DEFINITION)
    assert words in str(refusal.value.message)


@pytest.mark.parametrize(
    "expression",
    [
        "{often} = 'd' and {age} > 3", "{nowhere} = 1", "{often} = {city}", "{grid.a} = 1", "age({often}) > 3", "{often} =",
        "{often} = 'x'",
    ],
)  # fmt: skip
def test_what_is_more_than_one_comparison_stays_an_expression(expression: str) -> None:
    assert read(expression, DEFINITION) is None


def test_the_builder_shows_a_condition_in_words_and_keeps_what_it_has_no_words_for(
    work: Work, member_client: Any
) -> None:
    program = a_program(work)
    often = {"type": "radiogroup", "name": "often", "title": "How often?", "choices": ["Daily", "Never"]}
    page = {"name": "two", "elements": [{"type": "comment", "name": "why", "visibleIf": "{often}='Never'"}]}
    definition = {"pages": [{"name": "one", "elements": [often]}, page]}
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    address = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/build"

    def condition() -> Any:
        return survey.draft["pages"][1]["elements"][0].get("visibleIf")

    shown = browser.get(f"{address}?at=1.0").text
    assert '<option selected value="often">How often?</option>' in shown
    assert 'value="Never"' in shown
    browser.submit(f"{address}?at=1.0", {"title": "Why never?"}, action="/element")
    assert condition() == "{often}='Never'", "as its author wrote it"
    refused = browser.submit(f"{address}?at=1.0", {"condition_value": "Nevr"}, action="/element")
    assert refused.status_code == 422
    assert "has no answer “Nevr”" in refused.text
    assert 'value="Nevr"' in refused.text
    whole = {"condition_question": "*", "visible_if": "{often} = 'Never' or {often} empty"}
    browser.submit(f"{address}?at=1.0", whole, action="/element")
    assert condition() == whole["visible_if"]
    browser.submit(f"{address}?at=1.0", {"description": "In a word"}, action="/element")
    assert condition() == whole["visible_if"]
    browser.submit(f"{address}?at=1.0", {"condition_question": ""}, action="/element")
    assert condition() is None
    browser.submit(
        f"{address}?at=1", {"condition_question": "often", "condition_value": "never"}, action="/element"
    )
    assert survey.draft["pages"][1]["visibleIf"] == "{often} = 'Never'"
    assert '<option value="why">' not in browser.get(f"{address}?at=1").text, "it stands on that page"
