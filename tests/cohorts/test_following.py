"""Somebody changes: only rules that read what changed are asked, whatever happened to the rules meanwhile."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from betaops.cohorts import queries, service
from betaops.cohorts.models import Cohort
from betaops.cohorts.rulebook import Rulebook
from betaops.enrollment.models import State, Tester
from betaops.enrollment.service import enrolling, testers
from betaops.kernel import counting, events
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
