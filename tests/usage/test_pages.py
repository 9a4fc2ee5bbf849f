"""Usage in the console, and what it writes down for rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from betaops.enrollment.models import Enrollment
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from betaops.usage import queries, service
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.browsers import Browser
from tests.support.running import RunJobs

Member = Callable[..., Browser]


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def did(work: Work, enrollment: Enrollment, name: str, at: datetime, times: int = 1) -> None:
    program = program_queries.program(work.session, enrollment.program_id)
    distinct_id = encode("tst", enrollment.tester_id)
    events = [
        Captured(uuid4(), distinct_id, name, at + timedelta(seconds=number), {"n": number})
        for number in range(times)
    ]
    service.take(work, program.product_id, events)


def test_the_program_page_counts_people_and_events(
    work: Work, program: Program, member_client: Member
) -> None:
    ana, ben = an_enrollment(work, program=program), an_enrollment(work, program=program)
    did(work, ana, "export opened", work.now - timedelta(days=2), times=3)
    did(work, ben, "note created", work.now - timedelta(days=2))
    did(work, ana, "note created", work.now - timedelta(days=20))
    today = work.now.date()
    since = today - timedelta(days=27)
    assert queries.totals(work.session, program, since, today) == (2, 5)
    assert queries.totals(work.session, program, since, today, "export opened") == (1, 3)
    assert [
        (each.name, each.people, each.events) for each in queries.by_name(work.session, program, since, today)
    ] == [
        ("note created", 2, 2),
        ("export opened", 1, 3),
    ]
    days = {each.day: each.people for each in queries.by_day(work.session, program, since, today)}
    assert len(days) == 28
    assert days[today - timedelta(days=2)] == 2
    browser = member_client("viewer")
    page = browser.get(f"/console/programs/{program.slug}/usage").text
    assert "export opened" in page
    assert "View as table" in page
    narrowed = browser.get(f"/console/programs/{program.slug}/usage?days=7&event=export+opened")
    assert narrowed.status_code == 200
    assert browser.get(f"/console/programs/{program.slug}/usage?days=x&event=%00").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_events_the_page_says_how_to_send_some(
    work: Work, program: Program, member_client: Member
) -> None:
    page = member_client("viewer").get(f"/console/programs/{program.slug}/usage").text
    assert "No events yet" in page
    assert program_queries.product(work.session, program.product_id).project_key in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_testers_page_shows_what_they_did(work: Work, program: Program, member_client: Member) -> None:
    ana = an_enrollment(work, program=program)
    browser = member_client("viewer")
    own = f"/console/programs/{program.slug}/testers/{encode('enr', ana.id)}"
    assert "Nothing yet" in browser.get(f"{own}/usage").text
    did(work, ana, "export opened", work.now - timedelta(hours=3), times=60)
    page = browser.get(f"{own}/usage").text
    assert page.count("export opened") >= 50
    assert "60 in all" in page
    assert "export opened × 50" in browser.get(own).text


def test_people_of_another_program_are_not_counted(work: Work, program: Program) -> None:
    other = a_program(
        work,
        name="Second",
        codename="Second",
        product=program_queries.product(work.session, program.product_id),
    )
    did(work, an_enrollment(work, program=other), "note created", work.now)
    today = work.now.date()
    assert queries.totals(work.session, program, today, today) == (0, 0)
    assert queries.totals(work.session, other, today, today) == (1, 1)


def test_activity_becomes_facts_that_rules_read(work: Work, program: Program, run_jobs: RunJobs) -> None:
    ana = an_enrollment(work, program=program)
    daily = a_cohort(work, program=program, rule=where("trait.usage.active_days", "at_least", 3))
    for days in (0, 1, 2, 40):
        did(work, ana, "note created", work.now - timedelta(days=days))
    assert service.summarise(work) == 2
    assert service.summarise(work) == 0
    run_jobs()
    from betaops.cohorts import queries as cohort_queries

    assert cohort_queries.size(work.session, daily.id) == 1
    [known] = cohort_queries.known(work.session, program.id, [ana.tester_id])
    assert known.facts["trait"] == {"usage.active_days": 3, "usage.last_day": work.now.date().isoformat()}
