"""Somebody changes: only rules that read what changed are asked, whatever happened to the rules meanwhile."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from betaops import wiring
from betaops.cohorts import queries, service
from betaops.cohorts.models import Cause, Cohort, CohortChange
from betaops.cohorts.rulebook import Rulebook
from betaops.enrollment.models import State, Tester
from betaops.enrollment.service import enrolling, testers
from betaops.kernel import counting, events
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRO, IOS = where("attribute.plan", "is", "pro"), where("attribute.platform", "is", "ios")
ACTIVE = where("enrollment.state", "is", "active")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Which rules were asked, one after the other."""
    found: list[UUID] = []
    says = Rulebook.says

    def spy(book: Any, name: Any, facts: Any, now: Any) -> bool:
        found.append(name)
        return says(book, name, facts, now)

    monkeypatch.setattr(Rulebook, "says", spy)
    return found


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def test_a_rulebook_knows_who_reads_a_fact_and_who_reads_a_source() -> None:
    book = Rulebook({"pro": PRO, "both": {"any": [PRO, {"not": IOS}]}, "active": ACTIVE})
    assert book.readers({"attribute.plan"}) == ["pro", "both"]
    assert book.readers({"attribute.platform", "answer"}) == ["both"]
    assert book.readers({"attribute"}) == ["pro", "both"]
    assert book.readers({"enrollment"}) == ["active"]
    assert book.readers(set()) == []
    assert book.readers(None) == ["pro", "both", "active"]
    assert book.reads(["both"]) == {"attribute.plan", "attribute.platform"}
    facts = {"attribute": {"plan": "pro", "platform": "iOS"}}
    assert [book.says(name, facts, NOW) for name in ("both", "active")] == [True, False]
    assert list(book) == ["pro", "both", "active"]


def test_a_changed_attribute_asks_only_the_rules_that_read_it(
    work: Work, run_jobs: RunJobs, asked: list[UUID]
) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free", "platform": "iOS"}).tester_id
    pro, _ios = a_cohort(work, program=program, rule=PRO), a_cohort(work, program=program, rule=IOS)
    run_jobs()
    asked.clear()
    testers.set_attributes(work, work.lock(Tester, ana), {"plan": "pro", "platform": "iOS", "seats": 3})
    run_jobs()
    assert asked == [pro.id]
    assert inside(work, pro) == {ana}


def test_the_event_names_the_attributes_that_came_changed_or_went(work: Work) -> None:
    ana = an_enrollment(work, attributes={"plan": "free", "old": 1, "same": 2}).tester_id
    testers.set_attributes(work, work.lock(Tester, ana), {"plan": "pro", "new": 1, "same": 2})
    (event,) = events.history(work.session, work.workspace_id, ana, kinds=["tester_changed"])
    assert event.data["attributes"] == ["new", "old", "plan"]


def test_a_change_of_state_asks_the_rules_about_states(
    work: Work, run_jobs: RunJobs, asked: list[UUID]
) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, state=State.ACTIVE)
    a_cohort(work, program=program, rule=PRO)
    active = a_cohort(work, program=program, rule=ACTIVE)
    run_jobs()
    asked.clear()
    enrolling.change(work, ana.id, State.COMPLETED)
    run_jobs()
    assert asked == [active.id]
    assert inside(work, active) == set()


def test_a_rule_that_changed_or_went_is_not_asked_as_it_was(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "pro", "platform": "web"}).tester_id
    cohort, other = a_cohort(work, program=program, rule=PRO), a_cohort(work, program=program, rule=PRO)
    service.refresh_tester(work, ana)
    service.change_cohort(work, cohort.id, version=None, name="x", description="", rule=IOS)
    service.delete_cohort(work, other.id)
    work.session.get_one(Tester, ana).attributes = {"plan": "pro", "platform": "iOS"}
    service.refresh_tester(work, ana, {"attribute.platform"})
    assert inside(work, cohort) == {ana}


def test_companies_that_come_and_go_are_a_new_edition(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"company": "Other"}).tester_id
    pilot = a_cohort(work, program=program)
    service.refresh_tester(work, ana)
    service.add_companies(work, pilot.id, ["Acme"])
    work.session.get_one(Tester, ana).attributes = {"company": "acme"}
    service.refresh_tester(work, ana, {"attribute.company"})
    assert inside(work, pilot) == {ana}
    [acme] = queries.companies(work.session, pilot.id)
    service.remove_companies(work, pilot.id, [acme.id])
    service.add_companies(work, pilot.id, ["Zeta"])
    work.session.get_one(Tester, ana).attributes = {"company": "zeta"}
    service.refresh_tester(work, ana, {"attribute.company"})
    assert inside(work, pilot) == {ana}


def test_a_move_asks_the_rules_that_read_the_cohort_and_looks_up_only_what_these_read(
    work: Work, asked: list[UUID]
) -> None:
    """What they did is looked up where the chain comes so far; who is an exception ends it."""
    wiring.connect()
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free", "platform": "web"}).tester_id
    pros, _ios = a_cohort(work, program=program, rule=PRO), a_cohort(work, program=program, rule=IOS)
    of_pros = where(f"cohort.{encode('coh', pros.id)}", "is_in")
    quiet = a_cohort(work, program=program, rule={"all": [of_pros, where("usage.export", "is_not_set")]})
    service.refresh_tester(work, ana)
    work.session.get_one(Tester, ana).attributes = {"plan": "team"}
    asked.clear()
    with counting.counting() as still:
        service.refresh_tester(work, ana, {"attribute.plan"})
    assert asked == [pros.id]
    work.session.get_one(Tester, ana).attributes = {"plan": "pro"}
    asked.clear()
    with counting.counting() as moving:
        service.refresh_tester(work, ana, {"attribute.plan"})
    assert asked == [pros.id, quiet.id]
    assert inside(work, quiet) == {ana}
    # Both entries are one statement and their rows another; their facts are read again, with what they did.
    assert moving.statements == still.statements + 4
    changes = work.session.scalars(select(CohortChange).where(CohortChange.cohort_id == quiet.id)).all()
    assert [(each.cause, each.facts) for each in changes] == [
        (Cause.FACTS, [f"cohort.{encode('coh', pros.id)}", "usage.export"])
    ]
    service.keep_in(work, pros.id, [ana])
    work.session.get_one(Tester, ana).attributes = {"plan": "free"}
    asked.clear()
    service.refresh_tester(work, ana, {"attribute.plan"})
    assert asked == []
    assert inside(work, quiet) == {ana}


def test_events_ask_what_rules_read_without_reading_rules(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program).tester_id
    for _number in range(3):
        a_cohort(work, program=program, rule=where("attribute.plan", "is", "pro"))
    service.facts_changed(work, program.product_id, {ana: {"usage.export"}})
    with counting.counting() as tally:
        service.facts_changed(work, program.product_id, {ana: {"usage.export", "usage.import"}})
    assert tally.statements == 1


def test_forty_rules_cost_no_more_statements_than_one(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"}).tester_id
    a_cohort(work, program=program, rule=PRO)
    service.refresh_tester(work, ana)
    with counting.counting() as one:
        service.refresh_tester(work, ana)
    for _number in range(39):
        a_cohort(work, program=program, rule=PRO)
    service.refresh_tester(work, ana)
    with counting.counting() as forty:
        service.refresh_tester(work, ana)
    assert forty.statements == one.statements
