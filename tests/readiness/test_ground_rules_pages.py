"""Pages of the ground rules, and of measures that ask for more than a line."""

from collections.abc import Callable
from typing import Any

import pytest

from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.readiness import queries, service
from betaops.readiness.judging.market import Margin
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, some_testers
from tests.readiness.test_pages import address

PLANS = Margin("answer.plan", "Plan", False, {"Pro": 0.2, "Free": 0.8})

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


def test_after_the_seal_the_pages_ask_why(work: Work, member_client: Client) -> None:
    program = a_program(work, capacity=300)
    for number, person in enumerate(some_testers(work, program, 20)):
        person.answers = {"plan": "Pro" if number < 10 else "Free"}
    a_top_box(work, program, good=20, bad=4)
    service.seal(work, program)
    client = member_client()
    place = address(program, "/readiness/rules/market?fact=answer.plan")
    lines = {
        "categories-0-name": "Pro", "categories-0-share": "20",
        "categories-1-name": "Free", "categories-1-share": "80", "version": "0",
    }  # fmt: skip
    refused = client.post(place, data=lines)
    assert (refused.status_code, "Say why it changes now." in refused.text) == (422, True)
    assert client.post(place, data=lines | {"reason": "Sales told us"}).status_code == 303
    removal = address(program, "/readiness/rules/market/removal")
    client.post(removal, data={"fact": "answer.plan"})
    rules = client.get(address(program, "/readiness/rules")).text
    assert "Say why it changes now." in rules
    assert "Why is it removed?" in rules
    client.post(removal, data={"fact": "answer.plan", "reason": "They were wrong"})
    page = client.get(address(program, "/readiness")).text
    assert "Do the testers look" not in page
    for words in ("How all are judged", "Sales told us", "They were wrong", "The market was changed"):
        assert words in page


def test_shares_of_the_market_stand_in_the_form_as_they_were_written(
    work: Work, member_client: Client
) -> None:
    """Rounded they would not add up any more when the form is saved again."""
    program = a_program(work)
    service.declare(work, program, PLANS._replace(shares={"Pro": 0.7, "Free": 0.16667, "Team": 0.13333}))
    place = address(program, "/readiness/rules/market?fact=answer.plan")
    text = member_client().get(place).text
    assert all(f'value="{share}"' in text for share in ("70", "16.667", "13.333"))


@pytest.mark.parametrize("share", ["sNaN", "NaN", "-Infinity", "1e400", "-1", "many"])
def test_a_share_that_is_no_number_is_refused_at_its_line(
    work: Work, member_client: Client, share: str
) -> None:
    program = a_program(work)
    service.declare(work, program, PLANS)
    place = address(program, "/readiness/rules/market?fact=answer.plan")
    lines = {"categories-0-name": "Pro", "categories-0-share": share, "version": "0"}
    assert member_client().post(place, data=lines).status_code == 422


@pytest.mark.parametrize("fact", ["cohort.coh_zzz", "cohort.", "nonsense", "answer.", "moon.plan"])
def test_a_market_is_declared_by_what_the_program_knows(work: Work, fact: str) -> None:
    """Also before anybody is in it: with the first tester every reading would have failed."""
    program = a_program(work)
    with pytest.raises(Invalid, match="knows no such fact"):
        service.declare(work, program, PLANS._replace(fact=fact))
    with pytest.raises(Invalid, match="knows no such fact"):
        service.rule(work, program, is_strict=False, margins=[PLANS._replace(fact=fact)], version=None)
    assert queries.margins_of(queries.ground_rules(work.session, program.id)) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_category_of_the_market_has_a_name_that_fits(work: Work, name: str) -> None:
    program = a_program(work)
    with pytest.raises(Invalid, match="A category has a name"):
        service.declare(work, program, PLANS._replace(shares={name: 0.5, "Pro": 0.5}))


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
