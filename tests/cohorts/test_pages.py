"""The console's cohort pages, without a script."""

from collections.abc import Callable

import pytest

from betaops.cohorts import queries
from betaops.cohorts.models import Cohort
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.programs.screener import Kind, Question
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.browsers import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    program = a_program(
        work,
        screener=[Question(name="writes", label="How often do you write?", kind=Kind.TEXT, keep_as="habit")],
    )
    for plan in ("pro", "pro", "free"):
        an_enrollment(work, program=program, attributes={"plan": plan}, answers={"writes": "daily"})
    return program


def at(program: Program, rest: str = "") -> str:
    return f"/console/programs/{program.slug}/cohorts{rest}"


def only_cohort(work: Work, program: Program) -> Cohort:
    [found] = queries.cohorts(work.session, program.id)
    return found.cohort


def test_a_rule_is_built_with_buttons_and_saved(work: Work, program: Program, member_client: Member) -> None:
    browser = member_client("manager")
    first = {
        "name": "Pro writers",
        "groups-0-conditions-0-fact": "attribute.plan",
        "groups-0-conditions-0-operator": "is",
        "groups-0-conditions-0-value": "pro",
    }
    shown = browser.submit(at(program, "/new"), {**first, "do": "add-condition:0"})
    assert shown.status_code == 200
    assert "Pro writers" in shown.text
    assert 'name="groups-0-conditions-1-fact"' in shown.text
    second = {
        "groups-0-match": "all",
        "groups-0-conditions-1-fact": "answer.writes",
        "groups-0-conditions-1-operator": "one_of",
        "groups-0-conditions-1-value": "daily, weekly",
    }
    saved = browser.post(at(program, "/new"), data={**first, **second, "do": "save"})
    assert saved.status_code == 303, saved.text
    cohort = only_cohort(work, program)
    assert cohort.rule == {
        "all": [where("attribute.plan", "is", "pro"), where("answer.writes", "one_of", ["daily", "weekly"])]
    }
    page = browser.get(saved.location).text
    assert "How often do you write?" in page
    assert "is one of “daily” or “weekly”" in page
    assert browser.get(at(program)).text.count("Pro writers") >= 1
    edited = browser.submit(f"{saved.location}/edit", {"name": "Daily writers"})
    assert edited.status_code == 303
    assert only_cohort(work, program).name == "Daily writers"
    assert only_cohort(work, program).rule == cohort.rule


def test_rows_and_groups_go_by_buttons(program: Program, member_client: Member) -> None:
    browser = member_client("manager")
    data = {
        "name": "x",
        "match": "any",
        "groups-0-match": "all",
        "groups-0-conditions-0-fact": "attribute.plan",
        "groups-0-conditions-0-value": "first",
        "groups-0-conditions-1-fact": "attribute.plan",
        "groups-0-conditions-1-value": "second",
        "groups-1-match": "none",
        "groups-1-conditions-0-fact": "attribute.plan",
        "groups-1-conditions-0-value": "third",
    }
    page = browser.post(at(program, "/new"), data={**data, "do": "remove-condition:0:0"}).text
    assert 'value="first"' not in page
    assert 'value="second"' in page
    page = browser.post(at(program, "/new"), data={**data, "do": "remove-group:0"}).text
    assert 'value="second"' not in page
    assert 'value="third"' in page
    page = browser.post(at(program, "/new"), data={**data, "do": "add-group"}).text
    assert 'name="groups-2-conditions-0-fact"' in page
    assert browser.post(at(program, "/new"), data={**data, "do": "remove-group:99"}).status_code == 200


def test_a_wrong_row_says_so_beside_it_and_keeps_what_was_typed(
    work: Work, program: Program, member_client: Member
) -> None:
    response = member_client("manager").post(
        at(program, "/new"),
        data={
            "name": "Seats",
            "groups-0-conditions-0-fact": "attribute.seats",
            "groups-0-conditions-0-operator": "at_least",
            "groups-0-conditions-0-value": "many",
            "do": "save",
        },
    )
    assert response.status_code == 422
    assert "Write a number, like 12 or 3.5." in response.text
    assert 'value="many"' in response.text
    assert queries.cohorts(work.session, program.id) == []


def test_the_preview_follows_the_form(program: Program, member_client: Member) -> None:
    query = {
        "groups-0-match": "all",
        "groups-0-conditions-0-fact": "attribute.plan",
        "groups-0-conditions-0-operator": "is",
        "groups-0-conditions-0-value": "pro",
    }
    browser = member_client("viewer")
    assert "<b>2</b> of 3 people fit" in browser.get(at(program, "/preview"), query_string=query).text
    incomplete = browser.get(
        at(program, "/preview"), query_string={**query, "groups-0-conditions-0-fact": ""}
    )
    assert "Complete the conditions" in incomplete.text


def test_people_are_found_added_and_taken_out(work: Work, program: Program, member_client: Member) -> None:
    ana = an_enrollment(work, program=program, name="Ana Ruiz", mail="ana@example.com")
    cohort = a_cohort(work, program=program, name="Hand-picked")
    browser = member_client("manager")
    address = at(program, f"/{encode('coh', cohort.id)}")
    assert "Nobody is in this cohort yet" in browser.get(address).text
    found = browser.get(f"{address}?add=RUIZ")
    assert "ana@example.com" in found.text
    browser.post(f"{address}/members", data={"ids": [encode("tst", ana.tester_id)]})
    page = browser.get(address).text
    assert "Ana Ruiz" in page
    assert "came in" in page
    browser.post(f"{address}/members/removal", data={"ids": [encode("tst", ana.tester_id)]})
    assert queries.size(work.session, cohort.id) == 0


def test_a_stale_page_says_who_saved_and_keeps_what_was_typed(
    work: Work, program: Program, member_client: Member
) -> None:
    cohort = a_cohort(work, program=program, name="First")
    address = at(program, f"/{encode('coh', cohort.id)}/edit")
    browser = member_client("manager")
    browser.post(address, data={"name": "Second", "version": "1"})
    stale = browser.post(address, data={"name": "Third", "version": "1"})
    assert stale.status_code == 422
    assert "Manager saved a newer version" in stale.text
    assert 'value="Third"' in stale.text
    assert only_cohort(work, program).name == "Second"


def test_who_may_only_look_changes_nothing(work: Work, program: Program, member_client: Member) -> None:
    cohort = a_cohort(work, program=program, name="First")
    browser = member_client("viewer")
    address = at(program, f"/{encode('coh', cohort.id)}")
    assert "First" in browser.get(address).text
    assert "Edit" not in browser.get(address).text
    assert browser.get(f"{address}/edit").status_code == 403
    assert browser.post(f"{address}/deletion").status_code == 403


def test_the_testers_list_is_narrowed_to_a_cohort(
    work: Work, program: Program, member_client: Member
) -> None:
    a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    cohort = only_cohort(work, program)
    page = member_client("viewer").get(
        f"/console/programs/{program.slug}/testers", query_string={"cohort": encode("coh", cohort.id)}
    )
    assert page.status_code == 200
    assert page.text.count("@example.com") == 2


def test_a_snapshot_is_a_button_away(work: Work, program: Program, member_client: Member) -> None:
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    page = at(program, f"/{encode('coh', pros.id)}")
    browser = member_client("manager")
    assert "Keep a snapshot" in browser.get(page).text
    answer = browser.post(f"{page}/snapshot")
    assert answer.status_code == 303
    copy = browser.get(answer.location).text
    assert "holds the people of this moment" in copy
    assert "Keep a snapshot" not in copy, "one picked by hand moves by hand alone"
    assert member_client("viewer").post(f"{page}/snapshot").status_code == 403
