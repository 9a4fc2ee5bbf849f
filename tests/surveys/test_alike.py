"""Pages that many people get alike are drawn once, and hold nothing of anybody else."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import links
from betaops.surveys.expressions.functions import FUNCTIONS, OF_THE_CLOCK, Setting
from betaops.surveys.models import LinkKind, Survey
from betaops.surveys.queries import doors
from betaops.surveys.reading import read
from betaops.web.application import Application
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, SHORT, a_public_link, a_survey
from tests.support.browsers import Browser


@pytest.fixture
def kept(app: Application) -> dict[Any, Any]:
    """What the application has drawn and keeps."""
    found: dict[Any, Any] = app.extensions["betaops.alike"]
    found.clear()
    return found


def personal(work: Work, survey: Survey, name: str) -> str:
    program = work.session.get_one(Program, survey.program_id)
    place = an_enrollment(work, program=program, name=name, mail=f"{name}@example.com".lower())
    return f"/s/{links.personal_link(work, survey.id, place.id)}"


def own(page: str) -> dict[str, str]:
    """What is each one's own on a first page."""
    named = {name: rf'name="{name}" value="([^"]+)"' for name in ("__submission", "__shown")}
    patterns = {"form": r'action="(/s/[^"]+)"', "draft": r'data-draft="([^"]+)"', **named}
    return {what: re.findall(pattern, page)[0] for what, pattern in patterns.items()}


def without(page: str) -> str:
    for value in sorted(own(page).values(), key=len, reverse=True):
        page = page.replace(value, "")
    return page


def test_a_first_page_is_drawn_once_and_each_gets_what_is_theirs(
    work: Work, client: Browser, kept: Mapping[Any, Any]
) -> None:
    survey = a_survey(work)
    addresses = [personal(work, survey, name) for name in ("Ana", "Ben", "Cleo")]
    pages = [client.get(address).text for address in addresses]
    assert len(kept) == 1
    assert len({without(page) for page in pages}) == 1
    for address, page in zip(addresses, pages, strict=True):
        assert own(page)["form"] == address
        assert own(page)["draft"] == f"{address}/draft"
    assert len({own(page)["__submission"] for page in pages}) == 3
    sent = client.submit(addresses[1], {"used_import": "no", "__action": "next"})
    assert "Would you recommend it?" in client.get(sent.location).text


def test_who_comes_another_way_gets_another_page(
    work: Work, client: Browser, kept: Mapping[Any, Any]
) -> None:
    survey = a_survey(work)
    public, trial = (
        f"/s/{links.public_link(work, survey.id, kind=kind).token}"
        for kind in (LinkKind.PUBLIC, LinkKind.TEST)
    )
    mine = personal(work, survey, "Ana")
    english, german = ({"Accept-Language": code} for code in ("en", "de"))
    pages = {
        client.get(public, headers=english).text,
        client.get(trial, headers=english).text,
        client.get(mine, headers=english).text,
        client.get(f"{mine}?embed=1", headers=english).text,
        client.get(mine, headers=german).text,
    }
    assert len(kept) == len({without(page) for page in pages}) == 5
    assert "This link is yours alone" in client.get(mine, headers=english).text
    assert "This link is yours alone" not in client.get(public, headers=english).text


def test_a_page_follows_its_survey(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition={"pages": CHECK_IN["pages"]}, name="Before")
    address = f"/s/{a_public_link(work, survey)}"
    assert "<h1>Before</h1>" in client.get(address).text
    survey.name = "After"
    assert "<h1>After</h1>" in client.get(address).text


def test_who_brings_a_cookie_is_drawn_a_page_of_their_own(
    work: Work, client: Browser, kept: Mapping[Any, Any]
) -> None:
    address = f"/s/{a_public_link(work, a_survey(work))}"
    client.set_cookie("appearance", "dark.comfortable.on")
    assert 'data-theme="dark"' in client.get(address).text
    assert not kept


@pytest.mark.parametrize(
    "question",
    [
        {"choicesOrder": "random"},
        {"visibleIf": "today() > '2020-01-01'"},
        {"choicesVisibleIf": "{item} < currentYear()"},
    ],
)
def test_what_hangs_on_chance_or_on_the_day_is_drawn_for_each(
    work: Work, client: Browser, kept: Mapping[Any, Any], question: dict[str, Any]
) -> None:
    asked = {"type": "radiogroup", "name": "plan", "choices": list(range(9)), **question}
    survey = a_survey(work, definition={"pages": [{"elements": [asked]}]})
    assert client.get(f"/s/{a_public_link(work, survey)}").status_code == 200
    assert not kept
    assert not read({"pages": [{"elements": [asked]}]}).is_steady
    assert read(SHORT).is_steady


class _WithoutClock(Setting):
    """A setting in which nobody may look at the clock."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("now", "today"):
            raise LookupError(name)
        return super().__getattribute__(name)


def test_every_function_that_looks_at_the_clock_is_known_to() -> None:
    tried: list[list[Any]] = [
        [],
        ["2020-02-03"],
        ["2020-02-03", 2],
        [3, 4, 5],
        ["2020-02-03", "2021-02-03", "days"],
    ]
    found = set()
    for name, function in FUNCTIONS.items():
        for arguments in tried:
            try:
                function(_WithoutClock(datetime.now(UTC)), arguments)
            except LookupError as error:
                if error.args[0] in ("now", "today"):
                    found.add(name)
    assert found == OF_THE_CLOCK
    assert math.isnan(FUNCTIONS["year"](Setting(datetime.now(UTC)), ["no date"]))


def test_thanks_are_drawn_once_for_all_to_whom_they_say_the_same(
    work: Work, client: Browser, kept: Mapping[Any, Any]
) -> None:
    program = a_program(work)
    definition = {**SHORT, "completedHtml": "<p>You said {nps}.</p>"}
    survey = a_survey(work, program=program, definition=definition)
    said = []
    for name, nps in (("Ana", "9"), ("Ben", "9"), ("Cleo", "10")):
        sent = client.submit(personal(work, survey, name), {"nps": nps, "__action": "next"})
        kept_before = len(kept)
        said.append(
            (re.findall(r"You said (\d+)", client.get(sent.location).text)[0], len(kept) - kept_before)
        )
    assert said == [("9", 1), ("9", 0), ("10", 1)]


def test_a_page_cannot_be_sent_without_end(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition=SHORT)
    first, second = (personal(work, survey, name) for name in ("Ana", "Ben"))
    sent = (client.post(first, data={"__action": "add:none"}) for _time in range(600))
    number, refused = next((number, each) for number, each in enumerate(sent) if each.status_code == 429)
    assert number >= 300
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.post(second, data={"__action": "next"}).status_code == 303


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_door_looks_through_all_responses(work: Work) -> None:
    survey = a_survey(work)
    token = personal(work, survey, "Ana").removeprefix("/s/")
    assert doors.door(work.session, token, "secret").enrollment is not None
    sql = doors._link_by_token._texts["sqlite"].sql
    order = doors._link_by_token._texts["sqlite"].order
    rows = work.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * len(order))
    plan = [row.detail for row in rows]
    assert not [line for line in plan if line.startswith("SCAN")]
    assert [
        line
        for line in plan
        if "USING INDEX uq_response_one_per_person (survey_id=? AND enrollment_id=?" in line
    ]
