"""Question types beyond the usual ones: what an answer may be, what is stored, how it reads and is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from betaops.surveys import looks
from betaops.surveys.checking import check
from betaops.surveys.definition import Definition
from betaops.surveys.engine import instant, timing
from betaops.surveys.engine.judging import Judged, judge_all
from betaops.surveys.engine.scene import Scene
from betaops.surveys.engine.walking import Walk
from betaops.surveys.importers import report_on
from betaops.surveys.kinds.expression import shown
from betaops.surveys.reading import read
from tests.factories.surveys import FAMILY, FRUIT, ORDER, PLANS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def survey(*elements: dict[str, Any], **options: Any) -> Definition:
    return read({"elements": list(elements), **options})


def judged(element: dict[str, Any], value: Any = None, **others: Any) -> Judged:
    values = others if value is None else {"q": value, **others}
    return judge_all(survey(*others.pop("beside", []), element), values, now=NOW)


def wrong(element: dict[str, Any], value: Any = None, **others: Any) -> list[tuple[str, str]]:
    return [(problem.name, problem.message) for problem in judged(element, value, **others).problems]


@pytest.mark.parametrize(
    ("element", "value", "stored"),
    [
        # What `survey-core` 3.1.1 has as `data` after completing with the same value.
        (FRUIT, ["pear"], ["pear", "apple", "plum"]),
        (FRUIT, {"apple": "3", "pear": "1", "plum": "2"}, ["pear", "plum", "apple"]),
        ({**FRUIT, "selectToRankEnabled": True}, ["pear"], ["pear"]),
        ({"type": "tagbox", "name": "q", "choices": [1, 2, 3]}, ["3", 1], [3, 1]),
        ({"type": "buttongroup", "name": "q", "choices": [1, 2]}, "2", 2),
        ({"type": "imagepicker", "name": "q", "choices": ["a", "b"]}, "a", "a"),
        ({"type": "imagepicker", "name": "q", "multiSelect": True, "choices": ["a", "b"]}, ["a"], ["a"]),
        ({"type": "slider", "name": "q"}, "40", 40),
        ({"type": "slider", "name": "q", "sliderType": "range"}, ["20", "80"], [20, 80]),
        (
            {"type": "multipletext", "name": "q", "items": ["x", {"name": "n", "inputType": "number"}]},
            {"x": "word", "n": "3", "gone": 1},
            {"x": "word", "n": 3},
        ),
        (FAMILY, [{"who": "Ana", "uses": "yes", "why": "gone"}], [{"who": "Ana", "uses": "yes"}]),
        (ORDER, [{"a": "1", "c": "gone"}, {"a": 3, "c": "x"}], [{"a": 1, "b": 2}, {"a": 3, "c": "x", "b": 6}]),
        (
            PLANS,
            {"now": {"fit": "1", "use": ["x"]}, "later": {"fit": 2}},
            {"now": {"fit": 1, "use": ["x"]}, "later": {"fit": 2}},
        ),
        (
            {
                "type": "matrix", "name": "q", "columns": [1, 2], "rows": ["a", "b"], "rowsVisibleIf": "{item} = 'a'",
                "eachRowRequired": True,
            },
            {"a": 2, "b": 1},
            {"a": 2},
        ),
        (
            {"type": "matrix", "name": "q", "columns": [1, 2], "rows": ["a"], "cellType": "checkbox"},
            {"a": ["1", 2]},
            {"a": [1, 2]},
        ),
    ],
)  # fmt: skip
def test_a_right_answer_is_stored_as_survey_core_stores_it(
    element: dict[str, Any], value: Any, stored: Any
) -> None:
    found = judged(element, value)
    assert found.problems == ()
    assert found.values["q"] == stored


@pytest.mark.parametrize(
    ("element", "value", "field", "sentence"),
    [
        (FRUIT, ["kiwi"], "q", "Put only the answers shown in order."),
        (FRUIT, ["pear", "pear"], "q", "Give every answer a place of its own."),
        (FRUIT, {"apple": "1", "pear": "1"}, "q", "Give every answer a place of its own."),
        (FRUIT, {"apple": "1"}, "q", "Give every answer a place."),
        (FRUIT, {"apple": "9"}, "q", "Places are numbers from 1 to 3."),
        (FRUIT, "apple", "q", "Put the answers in order."),
        ({**FRUIT, "selectToRankEnabled": True, "minSelectedChoices": 2}, ["pear"], "q", "Choose at least 2."),
        ({"type": "tagbox", "name": "q", "choices": [1, 2, 3], "maxSelectedChoices": 2}, [1, 2, 3], "q",
         "Choose at most 2."),
        ({"type": "imagepicker", "name": "q", "choices": ["a"]}, "z", "q", "Choose one of the answers."),
        ({"type": "slider", "name": "q", "min": 10, "max": 20}, 30, "q", "Write a number from 10 to 20."),
        ({"type": "slider", "name": "q", "step": 5}, 7, "q", "Write a number in steps of 5 from 0 on."),
        ({"type": "slider", "name": "q"}, "much", "q", "Write a number."),
        ({"type": "slider", "name": "q", "sliderType": "range"}, [80, 20], "q", "Write the lower number first."),
        ({"type": "slider", "name": "q", "sliderType": "range"}, [1], "q",
         "Write two numbers, the lower one first."),
        ({"type": "slider", "name": "q", "sliderType": "range", "minRangeLength": 10}, [20, 25], "q",
         "The two numbers must be at least 10 apart."),
        ({"type": "multipletext", "name": "q", "items": [{"name": "x", "isRequired": True}]}, None, "q[x]",
         "Write an answer."),
        (FAMILY, None, "q[0].who", "Write an answer."),
        (FAMILY, [{"who": "Ana", "uses": "no"}], "q[0].why", "Write an answer."),
        (FAMILY, [{"who": "Ana"}, {"who": "ana "}], "q[1].who", "This stands in another entry already."),
        (FAMILY, [{"who": str(number)} for number in range(4)], "q", "This is too long a list: it has at most 3."),
        (FAMILY, {"who": "Ana"}, "q", "Answer entry by entry."),
        (FAMILY, ["Ana"], "q", "Answer entry by entry."),
        (PLANS, {"now": {"fit": 1}}, "q[later].fit", "Choose an answer."),
        (PLANS, {"never": {"fit": 1}}, "q", "Answer only the rows shown."),
        (PLANS, {"now": {"fit": 7}, "later": {"fit": 1}}, "q[now].fit", "Choose one of the answers."),
        (PLANS, [1], "q", "Answer row by row."),
        ({**ORDER, "isRequired": True}, [{}, {}], "q", "Write an answer."),
        ({"type": "file", "name": "q"}, [{"name": "a", "type": "b", "content": "/console/elsewhere"}], "q",
         "Choose the file here; it cannot be taken from elsewhere."),
        ({"type": "matrix", "name": "q", "columns": [1, 2], "rows": ["a"], "columnsVisibleIf": "{item} = 2"},
         {"a": 1}, "q", "Choose one of the answers in every row."),
        ({"type": "matrix", "name": "q", "columns": [1, 2], "rows": ["a", "b"], "eachRowUnique": True},
         {"a": 1, "b": 1}, "q", "Give every row another answer."),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused_with_a_sentence_at_its_field(
    element: dict[str, Any], value: Any, field: str, sentence: str
) -> None:
    assert wrong(element, value) == [(field, sentence)]


@pytest.mark.parametrize(
    ("mask", "settings", "typed", "stored"),
    [
        ("pattern", {"pattern": "999-999"}, "123-456", "123456"),
        ("pattern", {"pattern": "999-999"}, "123456", "123456"),
        ("pattern", {"pattern": r"\9-aa-#"}, "9-ab-1", "ab1"),
        ("pattern", {"pattern": "aa-##", "saveMaskedValue": True}, "ab12", "ab-12"),
        ("numeric", {}, "1,234.5", 1234.5),
        ("numeric", {"decimalSeparator": ",", "thousandsSeparator": "."}, "1.234,5", 1234.5),
        ("currency", {"prefix": "$"}, "$12.5", 12.5),
        ("currency", {"prefix": "$", "saveMaskedValue": True}, "12.5", "$12.5"),
        ("datetime", {"pattern": "dd.mm.yyyy"}, "05.03.2024", "2024-03-05"),
        ("datetime", {"pattern": "dd.mm.yyyy HH:MM"}, "2024-03-05T10:20", "2024-03-05T10:20"),
        ("datetime", {"pattern": "HH:MM"}, "10:20", "10:20"),
    ],
)
def test_a_mask_is_judged_by_the_server(mask: str, settings: dict[str, Any], typed: str, stored: Any) -> None:
    element = {"type": "text", "name": "q", "maskType": mask, "maskSettings": settings}
    assert judged(element, typed).values == {"q": stored}
    assert judged(element, stored).values == {"q": stored}, "what is stored may come again"


@pytest.mark.parametrize(
    ("mask", "settings", "typed", "sentence"),
    [
        ("pattern", {"pattern": "999-999"}, "12-3", "Write it in the form 999-999."),
        ("numeric", {"min": 0, "max": 10}, "11", "The number must be at most 10."),
        ("numeric", {"allowNegativeValues": False}, "-1", "The number must be at least 0."),
        ("numeric", {"precision": 1}, "1.25", "Digits behind the point: at most 1."),
        ("currency", {}, "much", "Write a number."),
        ("datetime", {"pattern": "dd.mm.yyyy"}, "31.02.2024", "Write a date."),
        (
            "datetime",
            {"pattern": "dd.mm.yyyy", "min": "2024-05-01"},
            "2024-03-05",
            "It must not be before 2024-05-01.",
        ),
    ],
)
def test_what_a_mask_does_not_take_is_refused(
    mask: str, settings: dict[str, Any], typed: str, sentence: str
) -> None:
    element = {"type": "text", "name": "q", "maskType": mask, "maskSettings": settings}
    assert wrong(element, typed) == [("q", sentence)]


def test_calculated_values_see_each_other_and_what_stands_in_panels() -> None:
    """As in `survey-core`: in any order, in panels with `{panel.x}` and the survey's own answers."""
    definition = survey(
        {"type": "text", "name": "o"},
        {"type": "expression", "name": "e1", "expression": "{e2} + 1"},
        {"type": "expression", "name": "e2", "expression": "{o} * 2"},
        {"type": "expression", "name": "e3", "expression": "sum({p[0].x}, {o})"},
        {
            "type": "paneldynamic",
            "name": "p",
            "templateElements": [
                {"type": "text", "name": "x"},
                {"type": "text", "name": "y", "visibleIf": "{panel.x} = 1 and {o} = 2"},
                {
                    "type": "paneldynamic",
                    "name": "q",
                    "templateElements": [{"type": "text", "name": "z", "visibleIf": "{parentPanel.x} = 1"}],
                },
            ],
        },
        {"type": "text", "name": "late", "visibleIf": "{e1} > 4"},
    )
    answers = {"o": 2, "p": [{"x": 1, "y": 5, "q": [{"z": 1}]}], "late": "here"}
    kept = judge_all(definition, answers, now=NOW)
    assert kept.values == {**answers, "e1": 5, "e2": 4, "e3": 3}
    answers["p"] = [{"x": 2, "y": 5, "q": [{"z": 1}]}]
    assert judge_all(definition, answers, now=NOW).values["p"] == [{"x": 2, "q": [{}]}]


def test_expressions_that_need_each_other_end() -> None:
    definition = survey(
        {"type": "expression", "name": "a", "expression": "{b} + 1"},
        {"type": "expression", "name": "b", "expression": "{a} + 1"},
    )
    assert set(judge_all(definition, {}, now=NOW).values) == {"a", "b"}


def test_totals_are_kept_beside_a_matrix_and_conditions_see_them() -> None:
    rich = {"type": "text", "name": "rich", "visibleIf": "{q-total.a} > 3"}
    definition = survey(ORDER, rich)
    assert [finding for finding in check(definition) if finding.is_blocking] == []
    values = judge_all(definition, {"q": [{"a": 1}, {"a": 3}], "rich": "x"}, now=NOW).values
    assert values["q-total"] == {"a": 4, "b": 6}
    assert values["rich"] == "x"


def test_no_entry_is_an_answer_too() -> None:
    """Whoever takes away the panel that was there at first need not fill it in."""
    assert wrong(FAMILY, None) != []
    assert judged(FAMILY, []).values == {}
    assert wrong({**FAMILY, "minPanelCount": 1}, []) == [("q[0].who", "Write an answer.")]


@pytest.mark.parametrize(
    ("options", "value", "words"),
    [
        ({"displayStyle": "decimal"}, 1234.5, "1,234.5"),
        ({"displayStyle": "currency"}, 1234.5, "$1,234.50"),
        ({"displayStyle": "currency", "currency": "EUR", "format": "About {0}"}, 2, "About €2.00"),
        ({"displayStyle": "percent"}, 0.256, "26%"),
        ({"precision": 0}, 1234.5, "1235"),
        ({"displayStyle": "decimal", "maximumFractionDigits": 1, "useGrouping": False}, 1234.5678, "1234.6"),
        ({}, "word", "word"),
    ],
)
def test_calculated_values_are_shown_as_survey_core_shows_them(
    options: dict[str, Any], value: Any, words: str
) -> None:
    question = survey({"type": "expression", "name": "e", "expression": "1", **options}).asked[0]
    assert shown(question, value, "en") == words


def test_a_random_order_is_one_persons_own_and_stays() -> None:
    names = [f"q{number}" for number in range(8)]
    definition = survey(*({"type": "text", "name": name} for name in names), questionOrder="random")

    def order(seed: str) -> list[str]:
        walk = Walk(definition, NOW, seed=seed)
        return [element.name for element in walk.scene({}).elements(definition.pages[0])]

    assert order("one") == order("one")
    assert len({tuple(order(str(seed))) for seed in range(5)}) > 1
    assert sorted(order("one")) == names


def test_a_time_limit_is_said_and_marked() -> None:
    definition = survey({"type": "text", "name": "q"}, maxTimeToFinish=60)
    begun = NOW - timedelta(seconds=45)
    assert (timing.left(definition, begun, NOW), timing.left(definition, None, NOW)) == (15, 60)
    assert timing.over(definition, begun, NOW) == 0
    assert timing.over(definition, begun, begun + timedelta(seconds=75)) == 15
    assert timing.limit(survey({"type": "text", "name": "q"}, timeLimit="soon")) is None


def test_pictures_come_with_the_survey_or_by_https() -> None:
    definition = survey(
        {"type": "image", "name": "i", "imageLink": "https://img.example.com/a.png", "altText": "A"},
        {
            "type": "imagepicker",
            "name": "q",
            "choices": [
                {"value": "a", "imageLink": "https://img.example.com:8443/b.png"},
                {"value": "b", "imageLink": "javascript:alert(1)"},
                {"value": "c", "imageLink": "https://img.example.com; script-src *"},
                {"value": "d", "imageLink": "data:image/png;base64,AAAA"},
                {"value": "e", "imageLink": "data:text/html;base64,AAAA"},
            ],
        },
    )
    assert looks.origins(definition) == ("https://img.example.com", "https://img.example.com:8443")
    look = looks.drawn(definition.asked[0], Scene(definition, {}, now=NOW))
    assert look.pictures == {
        "a": "https://img.example.com:8443/b.png",
        "b": "",
        "c": "",
        "d": "data:image/png;base64,AAAA",
        "e": "",
    }
    remarks = [finding for finding in check(definition) if finding.code == "pictures_elsewhere"]
    assert [finding.is_blocking for finding in remarks] == [False]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ({"type": "ranking", "name": "q"}, "no_choices"),
        ({"type": "tagbox", "name": "q"}, "no_choices"),
        ({"type": "matrixdropdown", "name": "q", "columns": ["a"]}, "no_choices"),
        ({"type": "paneldynamic", "name": "q"}, "nothing_inside"),
        ({"type": "expression", "name": "q"}, "no_expression"),
        ({"type": "expression", "name": "q", "expression": "1 +"}, "bad_expression"),
        ({"type": "paneldynamic", "name": "q", "templateElements": [{"type": "text", "name": "a",
          "visibleIf": "{nowhere} = 1"}]}, "unknown_name"),
        ({"type": "paneldynamic", "name": "q", "templateElements": [{"type": "text"}]}, "no_name"),
        ({"type": "matrixdynamic", "name": "q", "columns": [{"name": "a", "cellType": "dropdown"}]}, "no_choices"),
        ({"type": "matrix", "name": "q", "rows": ["a"], "columns": ["b"], "rowsVisibleIf": "(("}, "bad_expression"),
        ({"type": "slider", "name": "q", "min": 5, "max": 5}, "empty_range"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named_before_publishing(element: dict[str, Any], code: str) -> None:
    assert code in {finding.code for finding in check(survey(element)) if finding.is_blocking}


def test_what_stands_inside_is_told_apart_only_inside() -> None:
    two = survey(FAMILY, {**FAMILY, "name": "other"})
    assert [finding for finding in check(two) if finding.is_blocking] == []


def test_what_is_still_not_asked_is_kept_and_reported_wherever_it_stands() -> None:
    source = {
        "elements": [
            {"type": "imagemap", "name": "map"},
            {"type": "paneldynamic", "name": "p", "templateElements": [
                {"type": "signaturepad", "name": "sign"}, {"type": "text", "name": "a", "correctAnswer": "x"}]},
        ]
    }  # fmt: skip
    told = report_on(source)
    assert {"map (imagemap)", "sign (signaturepad)"} <= set(told.dropped)
    assert told.problems == []
    assert read(source).every_question[-1].options["correctAnswer"] == "x"


def test_the_pages_script_leaves_to_the_server_what_its_fields_do_not_hold() -> None:
    definition = survey(
        FAMILY, {"type": "expression", "name": "sum", "expression": "1"}, {"type": "text", "name": "t"}
    )
    unseen = instant.unseen(definition)
    assert instant.compiled("{t} = 1", unseen) is not None
    for condition in ("{sum} > 1", "{t} = 1 and {Q} notempty", "{panel.who} = 'x'"):
        assert instant.compiled(condition, unseen) is None, condition
