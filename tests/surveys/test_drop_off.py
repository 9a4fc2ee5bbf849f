"""Where people leave, question by question: of those to whom it was shown, whatever way they took."""

from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, respond
from betaops.surveys.analysis.dropoff import DropOff, Passage, drop_off
from betaops.surveys.models import Survey
from betaops.surveys.queries import dropoff
from betaops.surveys.reading import read
from tests.factories.surveys import a_door, a_public_link, a_response, a_survey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: Of the previous row a share of 50 % would be left at `more_b`; of those who saw it, nobody is.
BRANCHING: dict[str, Any] = {
    "pages": [
        {"name": "first", "title": "First", "elements": [
            {"type": "radiogroup", "name": "way", "choices": ["a", "b"]},
            {"type": "comment", "name": "more_a", "visibleIf": "{way} = 'a'"},
            {"type": "comment", "name": "more_b", "visibleIf": "{way} = 'b'"},
            {"type": "html", "name": "told", "html": "<p>Nearly there</p>"},
            {"type": "text", "name": "why"},
        ]},
        {"name": "last", "elements": [{"type": "comment", "name": "end"}]},
    ]
}  # fmt: skip


def passage(stands_on: int | None, *pages: str, **answers: Any) -> Passage:
    return Passage(answers, frozenset(pages), stands_on, NOW)


def told(found: DropOff) -> dict[str, tuple[int, int, int]]:
    return {name: (found.shown[name], found.answered[name], found.left[name]) for name in found.shown}


def test_it_is_counted_of_those_to_whom_it_was_shown() -> None:
    found = drop_off(
        read(BRANCHING),
        [
            passage(None, "first", "last", way="a", more_a="x", why="y", end="z"),
            passage(0, "first", way="a"),
            passage(0, "first", way="b", more_b="x", why="y"),
            passage(0, "first"),
            passage(1, "first", "last", way="b", why="y"),
        ],
    )
    assert told(found) == {
        "way": (5, 4, 1),
        "more_a": (2, 1, 1),
        "more_b": (2, 1, 0),
        "why": (5, 3, 0),
        "end": (2, 1, 1),
    }
    assert found.halted == {"first": 1}


def test_who_has_left_out_a_question_left_behind_the_last_one_they_answered() -> None:
    found = drop_off(read(BRANCHING), [passage(0, "first", way="a", why="y"), passage(0, "first", why="y")])
    assert found.left == {"more_a": 1, "way": 1}, "nothing is open behind their last answer"


@pytest.mark.parametrize(
    "more",
    [
        {"calculatedValues": [{"name": "late", "expression": "today() > '2020-01-01'"}]},
        {"calculatedValues": [{"name": "both", "expression": "iif({way} = 'a', 1, 2)"}]},
        {"questionOrder": "random"},
    ],
)
def test_conditions_are_looked_at_for_everybody_where_they_may_look_at_anything(more: dict[str, Any]) -> None:
    found = drop_off(
        read({**BRANCHING, **more}), [passage(0, "first", way="a"), passage(0, "first", way="b")]
    )
    assert (found.shown["more_a"], found.shown["more_b"], found.shown["way"]) == (1, 1, 2)


def test_pages_of_one_name_are_told_apart_by_how_far_somebody_came() -> None:
    definition = read({**BRANCHING, "questionsOnPageMode": "questionPerPage"})
    found = drop_off(definition, [passage(1, "first", way="a")])
    assert told(found) == {"way": (1, 1, 0), "more_a": (1, 0, 1)}


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work, definition=BRANCHING)


def send(client: Any, address: str, key: str, page: int, **answers: str) -> None:
    form = {"__page": str(page), "__action": "next", "__submission": key, "__on": list(answers), **answers}
    assert client.post(address, data=form, csrf=False).status_code == 303


def test_the_page_shows_it_under_every_page(
    work: Work, survey: Survey, client: Any, member_client: Any
) -> None:
    address = f"/s/{a_public_link(work, survey)}"
    send(client, address, "one", 0, way="a", more_a="x", why="y")
    send(client, address, "one", 1, end="z")
    send(client, address, "two", 0, way="b", more_b="x", why="y")
    begun = respond.begin(work, a_door(survey), submission_key="three").response
    respond.save(work, begun, {"way": "a"})
    a_response(work, survey, {"way": "b"})
    work.session.commit()
    live = queries.live_version_id(work.session, survey)
    assert live is not None
    found = queries.by_question(work.session, survey.id, live)
    assert (found.looked_at, found.total, found.is_sample) == (3, 3, False), (
        "a program that sends sees no page"
    )
    first, last = found.pages
    assert [(each.name, each.shown, each.answered, each.left) for each in first.questions] == [
        ("way", 3, 3, 0),
        ("more_a", 2, 1, 1),
        ("more_b", 1, 1, 0),
        ("why", 3, 2, 0),
    ]
    assert [(each.name, each.shown, each.answered, each.left) for each in last.questions] == [
        ("end", 2, 1, 1)
    ]
    page = member_client("viewer").get(_address(work, survey)).text
    assert "Question by question" in page
    assert "Looked through" not in page


def test_of_very_many_the_newest_are_looked_through_and_the_page_says_so(
    work: Work, survey: Survey, member_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropoff, "MOST_LOOKED_AT", 2)
    for key in ("one", "two", "three"):
        begun = respond.begin(work, a_door(survey), submission_key=key).response
        respond.save(work, begun, {"way": "a"})
    work.session.commit()
    page = member_client("viewer").get(_address(work, survey)).text
    assert "the newest 2 of 3 responses given on pages" in page


def _address(work: Work, survey: Survey) -> str:
    program = work.session.get_one(Program, survey.program_id)
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/journey"
