"""Choices that are seen and cannot be chosen: the page's word alone is not taken for it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.surveys import respond
from betaops.surveys.engine.judging import judge_all
from betaops.surveys.engine.scene import STATE
from betaops.surveys.engine.walking import Walk
from betaops.surveys.models import Response
from betaops.surveys.reading import read
from tests.factories.surveys import a_public_link, a_survey
from tests.support.browsers import Browser

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIZE = {"type": "text", "name": "size", "inputType": "number"}
PLAN = {
    "type": "radiogroup",
    "name": "plan",
    "choices": ["free", {"value": "team", "enableIf": "{size} > 5"}],
}
EXTRAS = {
    "type": "checkbox",
    "name": "extras",
    "choices": ["mail", "chat"],
    "choicesEnableIf": "{item} = 'mail' or {size} > 5",
}
CLOSED = "“team” cannot be chosen now."


def a_walk(*elements: dict[str, Any], **options: Any) -> Walk:
    return Walk(read({"elements": list(elements), **options}), NOW, "default", "seed")


def told(walk: Walk, values: dict[str, Any]) -> list[str]:
    """What is wrong in the end."""
    return [each.message for each in judge_all(walk.definition, values, now=NOW, seed="seed").problems]


@pytest.mark.parametrize("more", [{}, {"triggers": [{"type": "setvalue", "setToName": "x", "setValue": 1}]}])
def test_what_is_switched_off_is_not_taken_and_not_forgotten(more: dict[str, Any]) -> None:
    walk = a_walk(SIZE, PLAN, EXTRAS, **more)
    forged = walk.answered(walk.answered({}, {"size": 2}), {"plan": "team", "extras": ["mail", "chat"]})
    assert told(walk, forged) == [CLOSED, "“chat” cannot be chosen now."]
    again = walk.answered(forged, {"plan": "team", "extras": ["mail"]})
    assert told(walk, again) == [CLOSED], "sent twice it is not what was chosen before"
    assert told(walk, walk.answered(again, {"plan": "free"})) == []
    open_now = walk.answered(again, {"size": 9})
    assert (told(walk, open_now), STATE in open_now) == ([], False)


def test_what_was_chosen_while_it_was_open_stays() -> None:
    walk = a_walk(SIZE, PLAN)
    values = walk.answered(walk.answered({}, {"size": 9, "plan": "team"}), {"size": 2})
    assert told(walk, values) == []
    values = walk.answered(values, {"plan": "team"})
    assert told(walk, values) == [], "a page sends what it was drawn with"
    assert told(walk, walk.answered(walk.answered(values, {"plan": "free"}), {"plan": "team"})) == [CLOSED]


def test_what_the_survey_sets_itself_is_nobodys_choice() -> None:
    trigger = {"type": "setvalue", "expression": "{size} = 1", "setToName": "plan", "setValue": "team"}
    walk = a_walk(SIZE, PLAN, triggers=[trigger])
    assert told(walk, walk.answered({}, {"size": 1})) == []


def test_inside_panels_and_rows_as_well() -> None:
    panel = {"type": "paneldynamic", "name": "teams", "templateElements": [SIZE, {**PLAN, "choices": [
        "free", {"value": "team", "enableIf": "{panel.size} > 5"}]}]}  # fmt: skip
    walk = a_walk(panel)
    values = walk.answered({}, {"teams": [{"size": 9, "plan": "team"}, {"size": 2, "plan": "team"}]})
    assert told(walk, values) == [CLOSED]
    shrunk = walk.answered(values, {"teams": [{"size": 9, "plan": "team"}]})
    assert told(walk, shrunk) == []


def test_a_forged_page_comes_back_with_the_reason(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work, definition={"elements": [SIZE, PLAN]}))
    sent = {"size": "2", "plan": "team", "__action": "next"}
    refused = client.submit(f"/s/{token}", sent)
    assert (refused.status_code, CLOSED in refused.text) == (422, True)
    assert not work.session.scalars(select(Response)).one().is_finished
    assert client.submit(f"/s/{token}", {**sent, "size": "6"}).status_code == 303


def test_a_program_that_sends_it_is_told(work: Work) -> None:
    survey = a_survey(work, definition={"elements": [SIZE, PLAN]})
    with pytest.raises(Invalid) as refused:
        respond.submit(work, survey, {"size": 2, "plan": "team"}, submission_key="one")
    assert [each.message for each in refused.value.values["problems"]] == [CLOSED]
    assert respond.submit(work, survey, {"size": 6, "plan": "team"}, submission_key="two").is_new
