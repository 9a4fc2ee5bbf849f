"""Definitions and answers that are much too large are refused, and what is merely large does not keep a worker busy."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.surveys import respond
from betaops.surveys.checking import check
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.walking import Walk
from betaops.surveys.queries.surveys import survey_to_answer
from betaops.surveys.reading import read
from tests.factories.surveys import a_survey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def nested(depth: int, **options: Any) -> dict[str, Any]:
    """A question in a panel in a panel …"""
    element: dict[str, Any] = {"type": "text", "name": "q"}
    for number in range(depth):
        element = {"type": "paneldynamic", "name": f"p{number}", "templateElements": [element], **options}
    return {"elements": [element]}


def test_panels_in_panels_that_begin_with_too_many_entries_are_not_published() -> None:
    """A hundred each, three deep, were a million before anybody had answered."""
    definition = read(nested(3, panelCount=100))
    assert "too_much" in [each.code for each in check(definition)]
    assert judge_all(definition, {}, now=NOW).problems == ()
    assert "too_much" not in [each.code for each in check(read(nested(2, panelCount=10)))]


def test_more_answers_inside_than_anybody_gives_are_refused(work: Work) -> None:
    survey = a_survey(work, definition=nested(3))
    inner = [{"p0": [{"q": "x"}] * 30} for _ in range(30)]
    with pytest.raises(Invalid) as refused:
        respond.submit(
            work,
            survey_to_answer(work.session, survey.id),
            {"p2": [{"p1": inner}] * 30},
            submission_key="much",
        )
    assert refused.value.code == "too_many_answers"


def test_each_question_in_an_entry_is_found_without_making_all_others() -> None:
    """Twice the entries are twice the work, where they clear and fill in what stands beside them."""

    def calls(entries: int) -> int:
        elements = [
            {"type": "text", "name": f"q{number}", "visibleIf": f"{{panel.q{number - 1}}} notempty"}
            for number in range(1, 8)
        ]
        source = {"elements": [{"type": "paneldynamic", "name": "p", "templateElements": elements}]}
        definition = read({**source, "clearInvisibleValues": "onHidden"})
        answers = {"p": [{f"q{number}": "x" for number in range(1, 8)} for _ in range(entries)]}
        return _called(lambda: judge_all(definition, answers, now=NOW))

    assert calls(40) < 3 * calls(20)


@pytest.mark.parametrize(
    "columns",
    [
        [{"name": "a", "resetValueIf": "{row.b} notempty"}, {"name": "b", "resetValueIf": "{row.a} notempty"}],
        [{"name": "a"}, {"name": "b", "visibleIf": "{row.a} = 'z'", "clearIfInvisible": "onHidden"}],
        [{"name": "a"}, {"name": "b", "visibleIf": "{rows.r1.a} = 'z'", "clearIfInvisible": "onHidden"}],
        [{"name": "a"}, {"name": "b", "visibleIf": "{one} empty", "clearIfInvisible": "onHidden"}],
        [{"name": "a"}, {"name": "b", "defaultValueExpression": "{row.a} + 'x'"}],
        [{"name": "a"}, {"name": "b", "setValueExpression": "{row.a} + 'x'"}],
        [{"name": "a"}, {"name": "b", "cellType": "dropdown", "choices": ["x", "y"], "choicesVisibleIf": "{item} <> {row.a}"}],
    ],
)  # fmt: skip
def test_rows_that_clear_or_fill_each_other_are_not_all_looked_at_for_each(
    columns: list[dict[str, Any]],
) -> None:
    """Twice the rows are twice the work."""

    def calls(rows: int) -> int:
        named = [f"r{number}" for number in range(rows)]
        grid = {"type": "matrixdropdown", "name": "rows", "rows": named,
                "columns": [{"cellType": "text", **each} for each in columns]}  # fmt: skip
        walk = Walk(read({"elements": [{"type": "text", "name": "one"}, grid]}), NOW, "default", "seed")
        answers = {"rows": {name: {"a": "x", "b": "x"} for name in named}}
        return _called(lambda: walk.answered(walk.answered(walk.begun(), answers), {"one": "x"}))

    assert calls(80) < 3 * calls(40)


def test_what_was_cleared_comes_back_with_the_next_change_though_its_row_did_not_change() -> None:
    """A calculated default value that was taken away is filled in again, in rows as anywhere."""
    grid = {
        "type": "matrixdropdown", "name": "rows", "rows": ["r1", "r2"],
        "columns": [{"name": "a", "cellType": "text"},
                    {"name": "b", "cellType": "text", "defaultValueExpression": "{row.a} + 'x'",
                     "visibleIf": "{one} empty", "clearIfInvisible": "onHidden"}],
    }  # fmt: skip
    definition = read({"elements": [{"type": "text", "name": "one"}, {"type": "text", "name": "two"}, grid]})
    walk = Walk(definition, NOW, "default", "seed")
    values = walk.answered(walk.begun(), {"rows": {"r1": {"a": "p"}}})
    values = walk.answered(values, {"one": "x", "two": "y"})
    assert values["rows"] == {"r1": {"a": "p"}}
    assert walk.answered(values, {"one": ""})["rows"] == {"r1": {"a": "p", "b": "px"}, "r2": {"b": "x"}}


def test_rows_of_which_nothing_is_left_are_filled_in_again_too() -> None:
    """Each is cleared by the same change; what was cleared before the next one comes back with that."""
    grid = {
        "type": "matrixdropdown", "name": "rows", "rows": ["r1", "r2", "r3"],
        "columns": [{"name": "c", "cellType": "text", "setValueIf": "{two} notempty",
                     "defaultValueExpression": "{rowIndex}"}],
    }  # fmt: skip
    walk = Walk(read({"elements": [{"type": "text", "name": "two"}, grid]}), NOW, "default", "seed")
    values = walk.answered(walk.begun(), {"two": "x"})
    assert values["rows"] == {"r1": {"c": 1}, "r2": {"c": 2}}


def _called(do: Any) -> int:
    """How many functions were called: what it cost, on however busy a machine."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count
