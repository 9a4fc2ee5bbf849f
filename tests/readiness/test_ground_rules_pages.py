"""Pages of the ground rules, and of measures that ask for more than a line."""

from collections.abc import Callable
from typing import Any

from betaops.kernel.work import Work
from betaops.readiness import queries
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, some_testers
from tests.readiness.test_pages import address

Client = Callable[..., Any]


def test_the_market_is_declared_on_a_page_and_shown_beside_the_testers(
    work: Work, member_client: Client
) -> None:
    program = a_program(work, capacity=300)
    for number, person in enumerate(some_testers(work, program, 40)):
        person.answers = {"plan": "Pro" if number < 30 else "Free"}
    a_top_box(work, program, good=20, bad=4)
    client = member_client()
    rules = client.get(address(program, "/readiness/rules")).text
    assert "/readiness/rules/market?fact=answer.plan" in rules
    place = address(program, "/readiness/rules/market?fact=answer.plan")
    assert "30 testers" in client.get(place).text
    lines = {
        "categories-0-name": "Pro", "categories-0-share": "20",
        "categories-1-name": "Free", "categories-1-share": "70", "version": "0",
    }  # fmt: skip
    refused = client.post(place, data=lines)
    assert refused.status_code == 422
    assert "The shares add up to 90%, not to 100%." in refused.text
    assert client.post(place, data=lines | {"categories-1-share": "80"}).status_code == 303
    page = client.get(address(program, "/readiness")).text
    assert "Do the testers look like the market?" in page
    assert "Far off" in page
    assert "Nothing here is about what people do" in page
    client.post(address(program, "/readiness/rules/market/removal"), data={"fact": "answer.plan"})
    assert "Do the testers look" not in client.get(address(program, "/readiness")).text


def test_a_fact_that_nobody_knows_is_no_page(work: Work, member_client: Client) -> None:
    program = a_program(work)
    assert (
        member_client().get(address(program, "/readiness/rules/market?fact=answer.moon")).status_code == 404
    )


def test_strictness_is_chosen_on_a_page(work: Work, member_client: Client) -> None:
    program = a_program(work)
    client = member_client()
    place = address(program, "/readiness/rules")
    assert client.post(place, data={"way": "strict", "version": "0"}).status_code == 303
    stale = client.post(place, data={"way": "usual", "version": "0"})
    assert stale.status_code == 422
    assert "saved a newer version" in stale.text
    rules = queries.ground_rules(work.session, program.id)
    assert rules is not None
    assert rules.is_strict


def test_a_plan_says_what_the_testers_that_are_planned_will_meet(work: Work, member_client: Client) -> None:
    program = a_program(work, capacity=59)
    some_testers(work, program, 3)
    where = address(program, "/readiness/expectations/plan?measure=usage_share&of=note_synced")
    plan = (
        member_client()
        .get(f"{where}&threshold=60&direction=at_least&weight=must&confidence=0.95&times=1")
        .text
    )
    assert "With the 59 testers that are planned, a problem that strikes one in twenty" in plan
    assert "shows up with a chance of 95%" in plan


def test_measures_of_use_ask_for_their_days(work: Work, member_client: Client) -> None:
    program = a_program(work)
    client = member_client()
    choose = client.get(address(program, "/readiness/expectations/measures")).text
    assert "measure=retention" in choose
    place = address(program, "/readiness/expectations/new?measure=adoption&of=exported")
    assert "Within how many days?" in client.get(place).text
    draft = {
        "need": "They take it up", "direction": "at_least", "threshold": "50", "weight": "must",
        "confidence": "0.95", "times": "2", "days": "",
    }  # fmt: skip
    refused = client.post(place, data=draft)
    assert (refused.status_code, "Say within how many days." in refused.text) == (422, True)
    assert client.post(place, data=draft | {"days": "7"}).status_code == 303
    (row,) = queries.expectations(work.session, program.id)
    assert row.parameters == {"event": "exported", "times": 2, "days": 7}
    place = address(program, "/readiness/expectations/new?measure=retention")
    assert client.post(place, data=draft | {"need": "They stay", "days": "28"}).status_code == 303


def test_who_signs_can_be_named_before_anything_is_expected(work: Work, member_client: Client) -> None:
    program = a_program(work)
    owner = member_client("owner")
    assert address(program, "/readiness/gate") in owner.get(address(program, "/readiness")).text
    assert "/console/settings/members/invite" in owner.get(address(program, "/readiness/gate")).text
    assert (
        "/settings/members/invite"
        not in member_client("manager").get(address(program, "/readiness/gate")).text
    )
