"""A time limit for each page: shown there, and judged by when the server showed it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.kernel import clock, ids, tokens
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import visiting
from betaops.surveys.engine import timing
from betaops.surveys.models import Response
from betaops.surveys.queries.doors import SHOWN
from betaops.surveys.reading import read
from betaops.web.application import Application
from tests.factories.surveys import a_public_link, a_survey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMITED: dict[str, Any] = {
    "maxTimeToFinishPage": 45,
    "pages": [
        {"name": "a", "elements": [{"type": "text", "name": "must", "isRequired": True}]},
        {
            "name": "b",
            "title": "Slowly",
            "maxTimeToFinish": 90,
            "elements": [{"type": "text", "name": "then"}],
        },
    ],
}


def test_a_page_has_its_own_limit_or_that_of_every_page() -> None:
    definition = read(LIMITED)
    first, second = definition.pages
    assert [timing.page_limit(definition, each) for each in (first, second)] == [45, 90]
    assert timing.page_left(definition, first, None, NOW) == 45
    assert timing.page_left(definition, first, (NOW - timedelta(seconds=50)).timestamp(), NOW) == -5
    assert timing.page_left(definition, first, (NOW + timedelta(seconds=50)).timestamp(), NOW) == 45
    late = timing.pages_over(definition, [("a", 30_000), ("a", 25_000), ("b", 95_000), ("gone", 999_000)])
    assert [(page.name, seconds) for page, seconds in late] == [("a", 10)]  # the other is not late yet
    start = read({**LIMITED, "firstPageIsStartPage": True})
    assert timing.page_limit(start, start.pages[0]) is None


@pytest.mark.parametrize(
    ("options", "moves_on"),
    [({}, False), ({"showTimer": True}, True), ({"showTimer": False}, False), ({"showTimerPanel": "top"}, True),
     ({"showTimerPanel": "none"}, False)],
)  # fmt: skip
def test_a_page_is_sent_when_its_time_is_over_where_the_clock_is_shown(
    app: Application, work: Work, client: Any, options: dict[str, Any], moves_on: bool
) -> None:
    """As in `survey-core`; what is not right then stays, and is not sent again and again."""
    address = f"/s/{a_public_link(work, a_survey(work, definition={**LIMITED, **options}))}"
    page = client.get(address).text
    assert ("data-moves-on" in page) is moves_on
    assert ("the survey goes on" in page) is moves_on
    earlier = int((clock.now().timestamp() - 60) * 1000)
    shown = tokens.sign(app.config["SECRET_KEY"], SHOWN, earlier)
    form = {"__page": "0", "__action": "next", "__submission": "key", "__on": "must", "__shown": shown}
    again = client.post(address, data=form, csrf=False)
    assert again.status_code == 422
    assert "The time that is meant for this page is over." in again.text
    assert "data-moves-on" not in again.text


def test_what_is_left_is_shown_and_goes_on_when_a_mistake_is_shown_again(work: Work, client: Any) -> None:
    address = f"/s/{a_public_link(work, a_survey(work, definition=LIMITED))}"
    page = client.get(address).text
    assert 'data-seconds-left="45">0:45<' in page
    shown = page.split('name="__shown" value="')[1].split('"')[0]
    form = {"__page": "0", "__action": "next", "__submission": "key", "__on": "must", "__shown": shown}
    work.now += timedelta(seconds=1)
    again = client.post(address, data=form, csrf=False)
    assert again.status_code == 422
    assert 'data-seconds-left="4' in again.text
    assert f'value="{shown}"' in again.text


def test_who_took_longer_loses_nothing_and_is_marked(work: Work, client: Any, member_client: Any) -> None:
    survey = a_survey(work, definition=LIMITED)
    address = f"/s/{a_public_link(work, survey)}"
    for number, answers in ((0, {"must": "x"}), (1, {"then": "y"})):
        form = {
            "__page": str(number),
            "__action": "next",
            "__submission": "key",
            "__on": list(answers),
            **answers,
        }
        assert client.post(address, data=form, csrf=False).status_code == 303
    response = work.session.scalars(select(Response)).one()
    assert response.answers == {"must": "x", "then": "y"}
    visiting.note_left(work, response, "b", None, shown_at=(work.now - timedelta(seconds=100)).timestamp())
    work.session.commit()
    program = work.session.get_one(Program, survey.program_id)
    own = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    page = member_client("viewer").get(f"{own}/responses/{ids.encode('rsp', response.id)}").text
    assert "The page “Slowly” took 10 seconds longer than its time limit." in page
