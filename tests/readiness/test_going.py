"""How a program goes: its people counted from what they did, kept, and led back to."""

from datetime import timedelta
from typing import Any

import pytest

from betaops.enrollment.models import State
from betaops.feedback import service as feedback_service
from betaops.feedback.models import Kind, Severity
from betaops.feedback.models import State as ReportState
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Phase, Program
from betaops.readiness import queries, service
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey, some_testers, some_use


@pytest.fixture
def program(work: Work) -> Program:
    """Ten testers who are in for ten days: one answered, one used the product, one reported, lately; one long ago."""
    program = a_program(work, phase=Phase.RUNNING, capacity=300)
    now = work.now
    work.now = now - timedelta(days=10)
    people = some_testers(work, program, 10)
    survey = a_survey(work, program)
    some_use(work, program, people[3], "opened", 1, work.now.date())
    work.now = now
    an_enrollment(work, program=program, state=State.APPLIED)
    a_response(work, survey, people[0], **{"import": 5})
    some_use(work, program, people[1], "opened", 1, now.date())
    a_report(work, enrollment=people[2], kind=Kind.PRAISE)
    return program


def test_people_are_counted_by_what_they_did(work: Work, program: Program) -> None:
    found = queries.count(work.session, program, work.now)
    assert found.people == (11, 10, 10, 4, 1, 10)
    assert found.numbers == (10, 3, 1, 1, True)
    assert found.engagement is not None
    assert found.engagement.grade == "D-"
    assert found.success is None


def test_what_is_kept_is_what_was_counted(work: Work, program: Program) -> None:
    for number in range(6):
        a_report(work, program=program, kind=Kind.PRAISE if number % 2 else Kind.IDEA)
    counted = queries.count(work.session, program, work.now)
    assert queries.going(work.session, program, work.now) == counted
    for _twice in range(2):
        service.count_people(work, program)
    work.session.flush()
    kept = queries.going(work.session, program, work.now + timedelta(hours=1))
    assert kept == counted
    assert kept.counted_at == work.now
    a_report(work, program=program)
    assert queries.going(work.session, program, work.now) == kept


def test_an_answer_has_its_program_counted_again(work: Work, program: Program, run_jobs: Any) -> None:
    service.count_people(work, program)
    an_enrollment(work, program=program)
    run_jobs(ahead=timedelta(minutes=1))
    assert queries.going(work.session, program, work.now).people.accepted == 11


def test_a_bug_troubles_everybody_behind_it_until_it_is_fixed(work: Work) -> None:
    program = a_program(work)
    people = [an_enrollment(work, program=program) for _ in range(6)]
    report = a_report(work, enrollment=people[0], severity=Severity.BLOCKER)
    for person in people[1:]:
        feedback_service.vote(work, report, person)
    before = queries.count(work.session, program, work.now).success
    assert before is not None
    assert (before.speakers, before.value, before.impact) == (6, 0, 0)
    feedback_service.change_state(work, report, ReportState.FIXED)
    after = queries.count(work.session, program, work.now).success
    assert after is not None
    assert (after.value, after.untouched, after.impact) == (50, 0, 50)


def test_each_step_of_the_funnel_leads_to_its_people(
    work: Work, program: Program, member_client: Any
) -> None:
    client = member_client("viewer")
    page = client.get(f"/console/programs/{program.slug}").text
    people = {}
    for doing in ("took_part", "lately", "answered", "reported", "nonsense"):
        listed = client.get(f"/console/programs/{program.slug}/testers?did={doing}").text
        people[doing] = listed.count("<tr>") + listed.count("<tr ") - 1
    assert people["took_part"] == 4
    assert (people["lately"], people["answered"], people["reported"]) == (3, 1, 1)
    for doing in ("took_part", "lately", "answered", "reported"):
        assert f"did={doing}" in page
    assert "How it is computed" in page


def test_numbers_stay_live_until_the_program_is_over(
    work: Work, program: Program, member_client: Any
) -> None:
    client = member_client("viewer")
    address = f"/console/programs/{program.slug}"
    for part in ("today", "going", "people", "newest"):
        assert f'id="{part}" data-fresh' in client.get(address).text.replace(' class="stack-wide"', "")
    program.phase = Phase.CLOSED
    assert "data-fresh" not in client.get(address).text


def test_how_a_program_goes_is_told_over_the_api(work: Work, program: Program, client: Any) -> None:
    from betaops.accounts.permissions import Permission
    from betaops.accounts.service import keys

    _row, plain = keys.create_key(work, "reader", {Permission.READINESS_READ, Permission.FEEDBACK_READ})
    work.session.commit()
    headers = {"Authorization": f"Bearer {plain}"}
    where = f"/api/v1/programs/{ids.encode('prg', program.id)}"
    told = client.get(f"{where}/going", headers=headers).json
    assert told["people"]["took_part"] == 4
    assert told["engagement"]["grade"] == "D-"
    assert told["success"] is None
    figures = client.get(f"{where}/feedback/figures", headers=headers).json["figures"]
    assert figures["kinds"][0]["key"] == "praise"
    other = f"/api/v1/programs/{ids.encode('prg', ids.new_id())}"
    assert client.get(f"{other}/going", headers=headers).status_code == 404
    assert client.get(f"{other}/feedback/figures", headers=headers).status_code == 404


def test_silent_testers_are_a_filter_of_the_testers_list(work: Work, member_client: Any) -> None:
    program = a_program(work)
    now, work.now = work.now, work.now - timedelta(days=20)
    an_enrollment(work, program=program, name="Silent Sam")
    an_enrollment(work, program=program, name="Awake Ann", seen_at=now - timedelta(days=1))
    work.now = now
    client = member_client()
    page = client.get(f"/console/programs/{program.slug}/testers?silent=7").text
    assert "Silent Sam" in page
    assert "Awake Ann" not in page
    assert "Silent Sam" not in client.get(f"/console/programs/{program.slug}/testers?silent=soon").text
