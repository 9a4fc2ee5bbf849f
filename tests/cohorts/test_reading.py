"""Rules over what other rooms know: agreements, usage, feedback, other cohorts, survey answers."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from betaops import wiring
from betaops.cohorts import queries, service
from betaops.cohorts.models import Cause, Cohort, CohortChange
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.service import consenting
from betaops.feedback.models import Kind
from betaops.kernel.db import Database
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.ids import encode
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs import service as program_service
from betaops.programs.models import Program
from betaops.usage import service as usage_service
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.surveys import a_survey
from tests.support.clock import Clock
from tests.support.queries import counted
from tests.support.running import RunJobs

SOON = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def connected() -> None:
    wiring.connect()


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, mail="ana@example.com", attributes={"plan": "pro"})


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def does(work: Work, program: Program, mail: str, name: str, days_ago: int = 0) -> None:
    at = work.now - timedelta(days=days_ago)
    usage_service.take(work, program.product_id, [Captured(uuid4(), mail, name, at, {})])


def waiting(work: Work) -> list[str]:
    names = select(Job.name).where(Job.state == JobState.WAITING, Job.name.like("cohorts.%"))
    return list(work.session.scalars(names))


def revision(work: Work, program: Program) -> int:
    work.session.expire_all()
    return program_queries.product(work.session, program.product_id).revision


def test_usage_moves_people_soon_after_the_event_and_time_moves_them_back(
    clock: Clock, work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    rule = {**where("usage.export opened", "at_least", 2), "days": 7}
    keen = a_cohort(work, program=program, rule=rule)
    does(work, program, "ana@example.com", "export opened", days_ago=6)
    does(work, program, "ana@example.com", "export opened")
    assert inside(work, keen) == set()
    run_jobs(ahead=SOON)
    assert inside(work, keen) == {ana.tester_id}
    [change] = work.session.scalars(select(CohortChange)).all()
    assert (change.cause, change.facts) == (Cause.FACTS, ["usage.export opened"])
    clock.shift(days=1)
    service.refresh_cohort(work, keen.id)
    assert inside(work, keen) == set()


def test_events_that_no_rule_reads_ask_nobody_and_those_that_move_nobody_tell_no_flags(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    a_cohort(work, program=program, rule=where("usage.export opened", "at_least", 5))
    run_jobs()
    does(work, program, "ana@example.com", "app opened")
    assert waiting(work) == []
    before = revision(work, program)
    does(work, program, "ana@example.com", "export opened")
    does(work, program, "ana@example.com", "export opened")
    assert waiting(work) == ["cohorts.refresh_tester"], "one question for both"
    run_jobs(ahead=SOON)
    assert revision(work, program) == before


def test_never_and_not_lately_are_told_apart(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    never = an_enrollment(work, program=program, mail="ben@example.com")
    does(work, program, "ana@example.com", "export opened", days_ago=20)
    lapsed = a_cohort(work, program=program, rule=where("usage.export opened", "not_in_last_days", 14))
    untouched = a_cohort(work, program=program, rule=where("usage.export opened", "is_not_set"))
    assert inside(work, lapsed) == {ana.tester_id}
    assert inside(work, untouched) == {never.tester_id}


def test_events_of_an_id_that_is_learnt_later_count(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    from betaops.enrollment.service import testers

    keen = a_cohort(work, program=program, rule=where("usage.export opened", "at_least", 1))
    does(work, program, "user-4711", "export opened")
    testers.link_identity(work, ana.tester_id, "user-4711")
    run_jobs(ahead=SOON)
    assert inside(work, keen) == {ana.tester_id}


def test_feedback_is_counted_by_kind(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    talkers = a_cohort(work, program=program, rule=where("feedback.any", "at_least", 2))
    finders = a_cohort(work, program=program, rule={**where("feedback.bug", "at_least", 1), "days": 1})
    silent = a_cohort(work, program=program, rule=where("feedback.any", "is_not_set"))
    assert inside(work, silent) == {ana.tester_id}
    a_report(work, program=program, enrollment=ana, kind=Kind.BUG)
    run_jobs(ahead=SOON)
    assert (inside(work, talkers), inside(work, finders), inside(work, silent)) == (
        set(),
        {ana.tester_id},
        set(),
    )
    a_report(work, program=program, enrollment=ana, kind=Kind.PRAISE, title="Lovely")
    run_jobs(ahead=SOON)
    assert inside(work, talkers) == {ana.tester_id}


def test_who_accepted_the_agreement_in_force_is_asked_again_when_another_one_is(
    work: Work, program: Program, ana: Enrollment, run_jobs: RunJobs
) -> None:
    signed = a_cohort(work, program=program, rule=where("agreement.in_force", "is", "yes"))
    first = a_cohort(work, program=program, rule=where("agreement.number", "is", 1))
    lately = a_cohort(work, program=program, rule=where("agreement.signed_at", "in_last_days", 1))
    everybody = (signed, first, lately)
    assert [inside(work, each) for each in everybody] == [set()] * 3
    agreement = program_queries.agreement_in_force(work.session, program.id)
    assert agreement is not None
    tester = work.session.get_one(Tester, ana.tester_id)
    consenting.sign(work, ana, tester, agreement, name="Ana", address="")
    run_jobs()
    assert [inside(work, each) for each in everybody] == [{ana.tester_id}] * 3
    program_service.save_draft(work, program.id, markdown="Another text.", version=None)
    program_service.publish_agreement(work, program.id)
    run_jobs()
    assert [inside(work, each) for each in everybody] == [set(), {ana.tester_id}, {ana.tester_id}]


def test_a_change_runs_through_the_cohorts_that_read_each_other_in_one_go(
    work: Work, program: Program, ana: Enrollment
) -> None:
    """A diamond: whoever is in the last one was never out of step on the way."""
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    of_pros = f"cohort.{encode('coh', pros.id)}"
    best = a_cohort(work, program=program, name="Best", rule=where(of_pros, "is_in"))
    rest = a_cohort(
        work,
        program=program,
        name="Pros but not best",
        rule={"all": [where(of_pros, "is_in"), where(f"cohort.{encode('coh', best.id)}", "is_not_in")]},
    )
    assert (inside(work, best), inside(work, rest)) == ({ana.tester_id}, set())
    service.change_cohort(
        work, pros.id, version=None, name="Pros", description="", rule=where("attribute.plan", "is", "free")
    )
    assert (inside(work, pros), inside(work, best), inside(work, rest)) == (set(), set(), set())
    ana_now = work.session.get_one(Tester, ana.tester_id)
    ana_now.attributes = {"plan": "free"}
    service.refresh_tester(work, ana.tester_id)
    assert (inside(work, best), inside(work, rest)) == ({ana.tester_id}, set())
    assert work.session.scalars(select(CohortChange).where(CohortChange.cohort_id == rest.id)).all() == []


def test_hands_move_the_cohorts_that_read_a_picked_one(work: Work, program: Program, ana: Enrollment) -> None:
    pilot = a_cohort(work, program=program, name="Pilot")
    others = a_cohort(
        work, program=program, name="Others", rule=where(f"cohort.{encode('coh', pilot.id)}", "is_not_in")
    )
    assert inside(work, others) == {ana.tester_id}
    service.add_members(work, pilot.id, [ana.tester_id])
    assert inside(work, others) == set()
    service.remove_members(work, pilot.id, [ana.tester_id])
    assert inside(work, others) == {ana.tester_id}
    with pytest.raises(Refused, match="the cohort “Others”"):
        service.delete_cohort(work, pilot.id)


def test_circles_and_strangers_are_refused_by_name(work: Work, program: Program) -> None:
    one = a_cohort(work, program=program, name="One", rule=where("attribute.plan", "is", "pro"))
    of_one = where(f"cohort.{encode('coh', one.id)}", "is_in")
    two = a_cohort(work, program=program, name="Two", rule={"not": of_one})
    of_two = where(f"cohort.{encode('coh', two.id)}", "is_in")
    for rule, circle in ((of_two, "“One” → “Two” → “One”"), (of_one, "“One” → “One”")):
        with pytest.raises(Invalid, match=circle):
            service.change_cohort(work, one.id, version=None, name="One", description="", rule=rule)
    with pytest.raises(Invalid, match="no such cohort in this program"):
        a_cohort(work, program=a_program(work, name="Other", codename="Other"), rule=of_one)


def test_a_sample_gets_its_seed_once_and_holds_whoever_comes(work: Work, program: Program) -> None:
    people = [an_enrollment(work, program=program).tester_id for _ in range(40)]
    half = a_cohort(work, program=program, rule=where("sample", "at_most", 50))
    assert half.rule is not None
    assert half.rule["fact"].removeprefix("sample.")
    before = inside(work, half)
    assert 5 < len(before) < 35
    for _ in range(5):
        an_enrollment(work, program=program)
    service.refresh_cohort(work, half.id)
    assert inside(work, half) & set(people) == before
    service.change_cohort(work, half.id, version=None, name="Half", description="", rule=half.rule)
    assert inside(work, half) & set(people) == before


def test_facts_are_looked_up_for_all_at_once(database: Database, work: Work, program: Program) -> None:
    for _ in range(6):
        an_enrollment(work, program=program)
    pilot = a_cohort(work, program=program)
    reads = {
        "usage.a", "usage.b", "feedback.any", "agreement.in_force", f"cohort.{encode('coh', pilot.id)}", "sample.x",
    }  # fmt: skip
    with counted(database) as statements:
        people = list(queries.known(work.session, program.id, reads=reads))
    assert len(people) == 6
    assert len(statements) == 7, "people, traits, usage, feedback, two for agreements, cohorts"


def test_what_other_rooms_call_their_facts_is_shown(work: Work, program: Program) -> None:
    a_survey(work, program=program)
    names = queries.labels(work.session, program)
    assert names["trait.survey.import_easy"] == "Import was easy (Week 2 check-in)"
    assert "trait.survey.import_easy" in {
        fact.name for fact in queries.catalogue(work.session, program).facts
    }
