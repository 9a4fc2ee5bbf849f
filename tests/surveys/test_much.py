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
