import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from betaops.feedback import service as feedback_service
from betaops.kernel import ids
from betaops.kernel.db import Database
from betaops.kernel.work import Work
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import DecisionState
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_response,
    a_survey,
    a_top_box,
    an_expectation,
    decided_by,
    some_use,
    top_box,
)
from tests.support.signed_in import a_member

Client = Callable[..., Any]


def address(program: Any, rest: str = "") -> str:
    return f"/console/programs/{program.slug}{rest}"


def ids_of(row: Any, prefix: str = "exp") -> str:
    return ids.encode(prefix, row.id)


def test_the_console_begins_with_the_latest_program(work: Work, member_client: Client) -> None:
    a_program(work, name="First")
    work.now += timedelta(minutes=1)
    newest = a_program(work, name="Second")
    answer = member_client().get("/console/")
    assert answer.status_code == 303
    assert answer.location == address(newest)


def test_an_empty_workspace_says_what_to_do_first(work: Work, member_client: Client) -> None:
    assert "Begin with the product" in member_client().get("/console/").text


def test_the_overview_shows_what_waits_and_where_each_need_stands(work: Work, member_client: Client) -> None:
    program = a_program(work)
    a_top_box(work, program, good=20, bad=0, need="Import is easy")
    report = a_report(work, program=program, title="Sync loses a note")
    page = member_client().get(address(program)).text
    assert "1 report waits for triage" in page
    assert "Import is easy" in page
    assert "100% from 20, needed 70%" in page
    assert report.title in page


def test_an_empty_overview_says_the_next_action(work: Work, member_client: Client) -> None:
    page = member_client().get(address(a_program(work))).text
    assert "Nothing is expected yet" in page
    assert "Nobody has come yet" in page
    assert "No feedback yet" in page


def test_the_readiness_page_says_verdict_sentence_and_how_we_know(work: Work, member_client: Client) -> None:
    program = a_program(work)
    a_top_box(work, program, good=20, bad=4, need="Import is easy")
    an_expectation(work, program, need="Nothing stops me")
    page = member_client().get(address(program, "/readiness")).text
    assert "83% from 24 people, could be" in page
    assert "Evidence by betting" in page
    assert "no blocker is open" in page
    assert "CONDITIONAL GO" in page


def test_answers_that_belong_to_nobody_are_named_where_nothing_is_measured(
    work: Work, member_client: Client
) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    a_response(work, survey, None, **{"import": 5})
    an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.7)
    page = member_client().get(address(program, "/readiness")).text
    face = page.partition("How we know")[0]
    assert "Nothing measured yet." in face
    assert "1 anonymous answer was left out" in face
    a_response(work, survey, an_enrollment(work, program=program), **{"import": 5})
    service.take_readings(work, program)
    face = member_client().get(address(program, "/readiness")).text.partition("How we know")[0]
    assert "left out" not in face


def test_an_expectation_is_added_in_two_steps(work: Work, member_client: Client) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    client = member_client("analyst")
    choices = client.get(address(program, "/readiness/expectations/measures")).text
    assert "How easy was the import?" in choices
    where = address(
        program, f"/readiness/expectations/new?measure=survey_share&of={ids_of(survey, 'svy')}:import"
    )
    form = client.get(where).text
    assert "13 people, all of them as content as can be" in form
    answer = client.post(
        where,
        data={
            "need": "Import is easy",
            "weight": "must",
            "counted": ["4", "5"],
            "direction": "at_least",
            "threshold": "70 %",
            "cohort": "",
            "confidence": "0.95",
        },
    )
    assert answer.status_code == 303
    row = queries.expectations(work.session, program.id)[0]
    assert (row.need, row.threshold, row.parameters["counted"]) == ("Import is easy", 0.7, ["4", "5"])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"threshold": "most of them"}, "Write a number"),
        ({"threshold": "100"}, "no sample can prove all or nothing"),
        ({"need": ""}, "in their words"),
        ({"times": "0"}, "between 1 and 10000"),
        ({"cohort": "coh_00000000000000000000000000"}, "Not a valid choice"),
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    work: Work, member_client: Client, typed: dict[str, str], sentence: str
) -> None:
    program = a_program(work)
    where = address(program, "/readiness/expectations/new?measure=usage_share&of=note_synced")
    answer = member_client().post(
        where,
        data={
            "need": "I use it every day 🦊",
            "weight": "must",
            "times": "3",
            "direction": "at_least",
            "threshold": "60",
            "cohort": "",
            "confidence": "0.95",
        }
        | typed,
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    if "need" not in typed:
        assert "I use it every day 🦊" in answer.text
    assert queries.expectations(work.session, program.id) == []


def test_a_stale_page_says_who_saved_what(work: Work, member_client: Client) -> None:
    program = a_program(work)
    row = an_expectation(work, program, need="Nothing stops me")
    client = member_client("owner")
    where = address(program, f"/readiness/expectations/{ids_of(row)}")
    data = {
        "need": "Nothing ever stops me",
        "weight": "must",
        "direction": "at_most",
        "threshold": "0",
        "version": "1",
    }
    assert client.post(where, data=data).status_code == 303
    answer = client.post(where, data=data | {"need": "Nothing can stop me"})
    assert answer.status_code == 422
    assert "Nothing can stop me" in answer.text
    assert "Nothing ever stops me" in answer.text
    assert "Owner" in answer.text


def test_the_plan_moves_with_what_is_typed(work: Work, member_client: Client) -> None:
    program = a_program(work)
    an_enrollment(work, program=program)
    where = address(program, "/readiness/expectations/plan?measure=usage_share&of=note_synced")
    rest = "&weight=must&direction=at_least&cohort=&confidence=0.95&times=1&threshold="
    client = member_client()
    assert "13 people" in client.get(where + rest + "70").text
    assert "88 people" in client.get(where + rest + "95").text
    assert "could not be proven yet" in client.get(where + rest + "95").text
    assert "Write a line" in client.get(where + rest + "lots").text


def test_after_the_seal_the_plan_counts_with_no_close_for_what_is_changed(
    work: Work, member_client: Client
) -> None:
    program = a_program(work)
    parameters = {"event": "note_synced", "times": 1}
    row = an_expectation(work, program, "usage_share", parameters=parameters, threshold=0.7, closes_at=20)
    service.seal(work, program)
    where = address(program, f"/readiness/expectations/plan?measure=usage_share&expectation={ids_of(row)}")
    rest = "&weight=must&direction=at_least&cohort=&confidence=0.95&times=1&closes_at=20&threshold="
    client = member_client()
    as_sealed, lower = client.get(f"{where}{rest}70").text, client.get(f"{where}{rest}60").text
    assert "To call it before the close" in as_sealed
    assert "Changed after the seal" not in as_sealed
    assert "To call it before the close" not in lower
    assert "Changed after the seal" in lower
    assert "Fix a day or a number" not in lower


def test_a_decision_is_proposed_signed_and_withdrawn_in_the_browser(
    work: Work, member_client: Client
) -> None:
    program = a_program(work)
    a_top_box(work, program, good=1, bad=20)
    owner, manager = member_client("owner"), member_client("manager")
    page = owner.get(address(program, "/readiness/decisions/new")).text
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    given = {"choice": "go", "role": "Product manager", "seen": seen}
    refused = owner.post(address(program, "/readiness/decisions/new"), data=given)
    assert refused.status_code == 422
    assert "say why you decide against them" in refused.text
    given |= {"reason": "The fair is on Monday."}
    unwaived = owner.post(address(program, "/readiness/decisions/new"), data=given)
    assert unwaived.status_code == 422
    assert "must be and is not met: waive it" in unwaived.text
    row = queries.expectations(work.session, program.id)[0]
    given |= {
        "waivers-0-expectation": ids_of(row),
        "waivers-0-is_waived": "y",
        "waivers-0-reason": "Known, and mended in May.",
    }
    undated = owner.post(address(program, "/readiness/decisions/new"), data=given)
    assert "A waiver ends on a day that lies ahead." in undated.text
    assert "Known, and mended in May." in undated.text
    given |= {"waivers-0-ends_on": (work.now.date() + timedelta(days=30)).isoformat()}
    answer = owner.post(address(program, "/readiness/decisions/new"), data=given)
    assert answer.status_code == 303
    owner.get(answer.location)
    pressed_again = owner.post(address(program, "/readiness/decisions/new"), data=given)
    assert (pressed_again.status_code, pressed_again.location) == (303, answer.location)
    assert "You have proposed this decision already." in owner.get(answer.location).text
    other = owner.post(address(program, "/readiness/decisions/new"), data=given | {"reason": "Typed anew"})
    assert other.status_code == 422
    assert "A decision stands already" in other.text
    assert "Typed anew" in other.text
    page = manager.get(answer.location).text
    assert "1 more member has to agree." in page
    unreasoned = manager.post(answer.location + "/signatures", data={"stance": "dissent", "role": "Support"})
    assert unreasoned.status_code == 422
    assert "why you disagree" in unreasoned.text
    signed = manager.post(answer.location + "/signatures", data={"stance": "assent", "role": "Engineering"})
    assert signed.status_code == 303
    decision = queries.decision_that_stands(work.session, program.id)
    assert decision is not None
    assert decision.state is DecisionState.IN_FORCE
    withdrawn = owner.post(answer.location + "/withdrawal", data={"withdrawal-reason": "A blocker came in."})
    assert withdrawn.status_code == 303
    assert "A blocker came in." in owner.get(answer.location).text
    assert "Withdrawn" in owner.get(address(program, "/readiness/decisions")).text


def test_a_signature_needs_a_fresh_proof_of_who_signs(work: Work, member_client: Client) -> None:
    from betaops.accounts.models import Session

    program = a_program(work)
    a_top_box(work, program, good=20, bad=0)
    client = member_client("owner")
    work.session.query(Session).update({Session.fresh_until: work.now - timedelta(hours=2)})
    work.session.commit()
    answer = client.get(address(program, "/readiness/decisions/new"))
    assert answer.status_code == 303
    assert "/proof" in answer.location
    answer = client.post(
        address(program, "/readiness/decisions/new"),
        data={"choice": "go", "role": "PM", "seen": "", "reason": "typed with care"},
    )
    assert answer.status_code == 422
    assert "Confirm that it is you" in answer.text
    assert "typed with care" in answer.text
    assert queries.decision_that_stands(work.session, program.id) is None


@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_who_may_not_sign_is_not_offered_to_and_is_refused(
    work: Work, member_client: Client, role: str
) -> None:
    program = a_program(work)
    a_top_box(work, program, good=20, bad=0)
    owner = a_member(work, "owner")
    decision = service.propose(
        decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None
    )
    client = member_client(role)
    page = client.get(address(program, f"/readiness/decisions/{ids_of(decision, 'dec')}"))
    assert page.status_code == 200
    assert "/signatures" not in page.text
    for rest in ("/signatures", "/withdrawal"):
        where = address(program, f"/readiness/decisions/{ids_of(decision, 'dec')}{rest}")
        assert client.post(where, data={"stance": "assent", "role": "x"}).status_code == 403
    assert client.post(address(program, "/readiness/decisions/new")).status_code == 403


def test_a_viewer_reads_but_changes_no_expectation(work: Work, member_client: Client) -> None:
    program = a_program(work)
    row = an_expectation(work, program)
    client = member_client("viewer")
    assert "Add an expectation" not in client.get(address(program, "/readiness")).text
    assert client.get(address(program, "/readiness/expectations/measures")).status_code == 403
    assert client.post(address(program, f"/readiness/expectations/{ids_of(row)}/removal")).status_code == 403


def test_ids_of_other_places_are_not_found(work: Work, member_client: Client) -> None:
    program, other = a_program(work), a_program(work, name="Another")
    row = an_expectation(work, program)
    client = member_client()
    for rest in (
        f"/readiness/expectations/{ids_of(row)}",
        "/readiness/expectations/exp_00000000000000000000000000",
        "/readiness/decisions/dec_00000000000000000000000000",
        "/readiness/expectations/nonsense",
    ):
        assert client.get(address(other, rest)).status_code == 404


def test_the_overview_asks_the_database_a_bounded_number_of_times(
    work: Work, member_client: Client, database: Database
) -> None:
    def count_queries(ask: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        assert ask().status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len([each for each in seen if not each.startswith(("PRAGMA", "BEGIN"))])

    program = a_program(work, capacity=300)
    client = member_client()

    def keep() -> None:
        service.count_people(work, program)
        feedback_service.count_reports(work, program.id)
        work.session.commit()

    keep()
    few = count_queries(lambda: client.get(address(program)))
    for number in range(6):
        a_top_box(work, program, good=6, bad=1, need=f"Need {number}")
        a_report(work, program=program)
    some_use(work, program, an_enrollment(work, program=program), "x", 1, work.now.date())
    service.count_weeks(work, program)
    keep()
    many = count_queries(lambda: client.get(address(program)))
    assert many <= few + 2
    assert many <= 26
    assert count_queries(lambda: client.get(address(program, "/readiness"))) <= 17


def test_the_palette_finds_needs(work: Work, member_client: Client) -> None:
    program = a_program(work)
    an_expectation(work, program, need="Nothing stops me 100%")
    found = member_client().get("/console/search?q=stops").json["groups"]
    assert "Nothing stops me 100%" in [item["label"] for group in found for item in group["items"]]


def test_a_question_without_good_answers_of_its_own_can_be_measured(
    work: Work, member_client: Client
) -> None:
    """Which of “email” and “calendar” is good only the PM knows: the form opens with nothing ticked."""
    program = a_program(work)
    definition = {
        "pages": [
            {
                "name": "p",
                "elements": [
                    {
                        "type": "radiogroup",
                        "name": "way",
                        "title": "Which way?",
                        "choices": ["email", "calendar"],
                    }
                ],
            }
        ]
    }
    a_survey(work, program, definition=definition)
    browser = member_client("manager")
    page = browser.get(address(program, "/readiness/expectations/measures")).text
    link = re.search(r'href="([^"]*measure=survey_share[^"]*)"', page)
    assert link is not None
    form = browser.get(html.unescape(link[1]))
    assert form.status_code == 200
    assert "Which answers are good?" in form.text
