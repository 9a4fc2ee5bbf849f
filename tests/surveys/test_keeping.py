"""What is stored of an answer, and what the builder keeps when things move."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys import editing
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.reading import read
from tests.factories.surveys import CHECK_IN

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def names(definition: Any) -> list[str]:
    return [question.name for question in read(definition).asked]


@pytest.mark.parametrize(
    ("options", "value", "stored"),
    [
        ({"type": "text", "inputType": "number", "min": 1, "max": 9}, "4,5", 4.5),
        ({"type": "text", "inputType": "number", "min": 1}, 0, None),
        ({"type": "text", "inputType": "number"}, "x", None),
        ({"type": "text", "inputType": "email"}, "a@b", None),
        ({"type": "text", "inputType": "email"}, "a@b.de", "a@b.de"),
        ({"type": "text", "inputType": "date", "min": "2020-01-01"}, "2019-12-31", None),
        ({"type": "text", "inputType": "date"}, "2020-02-30", None),
        ({"type": "text", "inputType": "month"}, "2020-12", "2020-12"),
        ({"type": "text", "maxLength": 3}, "abcd", None),
        ({"type": "text"}, "  x ", "x"),
        ({"type": "text"}, ["x"], None),
        ({"type": "text", "validators": [{"type": "regex", "regex": "^[a-z]+$"}]}, "A1", None),
        ({"type": "text", "validators": [{"type": "text", "minLength": 3}]}, "ab", None),
        ({"type": "text", "validators": [{"type": "numeric", "maxValue": 3}]}, "4", None),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean", "valueTrue": "J", "valueFalse": "N"}, "N", "N"),
        ({"type": "boolean"}, "maybe", None),
        (
            {"type": "checkbox", "choices": ["a", "b", "c"], "maxSelectedChoices": 2},
            ["c", "a", "a"],
            ["c", "a"],
        ),
        ({"type": "checkbox", "choices": ["a", "b", "c"], "maxSelectedChoices": 2}, ["a", "b", "c"], None),
        ({"type": "checkbox", "choices": ["a"], "showNoneItem": True}, ["a", "none"], None),
        ({"type": "dropdown", "choices": [1, 2]}, "2", 2),
        ({"type": "rating"}, "3", 3),
        ({"type": "rating"}, 6, None),
        ({"type": "matrix", "rows": ["r", "s"], "columns": [1, 2]}, {"r": "2"}, {"r": 2}),
        ({"type": "matrix", "rows": ["r", "s"], "columns": [1, 2], "isAllRowRequired": True}, {"r": 2}, None),
        ({"type": "matrix", "rows": ["r"], "columns": [1]}, {"z": 1}, None),
        (
            {"type": "matrix", "rows": ["r"], "columns": [1, 2], "cellType": "checkbox"},
            {"r": [2, 1]},
            {"r": [2, 1]},
        ),
    ],
)
def test_an_answer_is_stored_tidy_or_refused(options: dict[str, Any], value: Any, stored: Any) -> None:
    judged = judge_all(read({"elements": [{"name": "q", **options}]}), {"q": value}, now=NOW)
    assert (None if judged.problems else judged.values["q"]) == stored


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "page", "up", "down", "remove"]),
            st.sampled_from(["0", "1", "0.0", "0.1", "1.0", "2.0", "0.0.0"]),
        ),
        max_size=12,
    )
)
def test_the_builder_loses_nothing_by_moving(steps: list[tuple[str, str]]) -> None:
    from betaops.kernel.errors import NotFound

    draft: dict[str, Any] = {**CHECK_IN, "x": {"kept": True}}
    for act, spot in steps:
        before = sorted(names(draft))
        try:
            if act == "page":
                draft, _ = editing.add_page(draft)
            elif act == "add":
                draft, _ = editing.add_element(draft, spot, "text", "New one")
                before = sorted([*before, *set(names(draft)) - set(before)])
            elif act == "remove":
                draft = editing.remove(draft, spot)
                continue
            else:
                draft, _ = editing.move(draft, spot, -1 if act == "up" else 1)
        except NotFound:
            continue
        assert sorted(names(draft)) == before
    assert draft["x"] == {"kept": True}


def test_spots_and_places_agree() -> None:
    definition = read(CHECK_IN)
    for question in definition.questions:
        assert editing.element_at(CHECK_IN, editing.spot_of(question.place))["name"] == question.name
