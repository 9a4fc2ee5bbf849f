"""A change of a person and what it does to cohorts are one transaction, whoever says it and however many at once."""

import random
import threading
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from betaops import wiring
from betaops.cohorts import queries, rules, service
from betaops.cohorts.models import Cause, Cohort, CohortChange
from betaops.cohorts.queries.facts import known
from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.queries.telling import changed_since
from betaops.enrollment.service import testers
from betaops.kernel import clock, counting
from betaops.kernel.ids import encode
from betaops.kernel.jobs import Job
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.programs import queries as program_queries
from betaops.usage import service as usage
from betaops.usage.capture import Captured
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs

SAID_PRO = where("trait.person.plan", "is", "pro")
PRO, IOS = where("attribute.plan", "is", "pro"), where("attribute.platform", "is", "ios")

on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def connected() -> None:
    wiring.connect()


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def says(work: Work, who: Enrollment, **properties: Any) -> None:
    """The product's SDK, of a tester."""
    product_id = program_queries.program(work.session, who.program_id).product_id
    distinct_id = encode("tst", who.tester_id)
    usage.take(work, product_id, [Captured(uuid4(), distinct_id, "$set", work.now, {"$set": properties})])


def has(work: Work, who: Enrollment, **attributes: Any) -> None:
    """A member, or the API, of a tester."""
    tester = work.session.get_one(Tester, who.tester_id)
    testers.set_attributes(work, tester, {**tester.attributes, **attributes})


def test_what_a_member_changes_moves_people_at_once_and_leaves_no_job(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"})
    pro = a_cohort(work, program=program, rule=PRO)
    work.session.commit()
    before = set(work.session.scalars(select(Job.id)))
    has(work, ana, plan="pro")
    assert inside(work, pro) == {ana.tester_id}
    assert set(work.session.scalars(select(Job.id))) == before
    (change,) = work.session.scalars(select(CohortChange).where(CohortChange.cohort_id == pro.id)).all()
    assert (change.is_in, change.cause, change.facts) == (True, Cause.FACTS, ["attribute.plan"])
    work.session.rollback()
    assert inside(work, pro) == set(), "both or neither"


def test_what_the_product_says_moves_people_at_once_and_is_told(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    pro = a_cohort(work, program=program, rule=SAID_PRO)
    work.session.commit()
    since = changed_since(work.session, 0, 0).number
    says(work, ana, plan="pro")
    assert inside(work, pro) == {ana.tester_id}
    work.session.commit()
    assert changed_since(work.session, since, since).tester_ids == {ana.tester_id}
    says(work, ana, plan="free")
    assert inside(work, pro) == set()
    moves = work.session.scalars(select(CohortChange).order_by(CohortChange.id)).all()
    assert [(each.is_in, each.facts) for each in moves] == [
        (True, ["trait.person.plan"]),
        (False, ["trait.person.plan"]),
    ]


def test_said_again_it_changes_nothing(work: Work) -> None:
    ana = an_enrollment(work)
    a_cohort(work, program=program_queries.program(work.session, ana.program_id), rule=SAID_PRO)
    says(work, ana, plan="pro")
    work.session.commit()
    number = changed_since(work.session, 0, 0).number
    says(work, ana, plan="pro")
    work.session.commit()
    assert changed_since(work.session, number, number).number == number


def test_history_that_is_brought_in_quietly_moves_nobody(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    pro = a_cohort(work, program=program, rule={"any": [PRO, SAID_PRO]})
    work.is_quiet = True
    has(work, ana, plan="pro")
    says(work, ana, plan="pro")
    assert inside(work, pro) == set()


def test_after_any_changes_everybody_is_where_each_rule_alone_wants_them(work: Work) -> None:
    draw = random.Random(7)
    program = a_program(work)
    people = [an_enrollment(work, program=program) for _number in range(3)]
    first = a_cohort(work, program=program, rule={"any": [PRO, SAID_PRO]})
    of_first = where(f"cohort.{encode('coh', first.id)}", "is_in")
    cohorts = [
        first,
        a_cohort(work, program=program, rule={"all": [IOS, {"not": PRO}]}),
        a_cohort(work, program=program, rule={"not": of_first}),
        a_cohort(work, program=program, rule={"all": [of_first, where("attribute.seats", "at_least", 2)]}),
        a_cohort(work, program=program, rule=where("trait.person.seats", "is_set")),
        a_cohort(work, program=program, rule=where("sample.luck", "at_most", 50)),
    ]
    values: dict[str, list[Any]] = {
        "plan": ["pro", "free", ["pro", "x"]],
        "platform": ["iOS", "web"],
        "seats": [1, 2, 3],
    }
    for _step in range(60):
        name = draw.choice(sorted(values))
        change = draw.choice([has, says])
        change(work, draw.choice(people), **{name: draw.choice(values[name])})
        for cohort in cohorts:
            assert inside(work, cohort) == wanted(work, cohort)


def wanted(work: Work, cohort: Cohort) -> set[UUID]:
    """By the rule asked about each person alone."""
    assert cohort.rule is not None
    everybody = known(work.session, cohort.program_id, reads=rules.reads(cohort.rule))
    return {each.tester_id for each in everybody if rules.evaluate(cohort.rule, each.facts, work.now)}


def test_two_who_change_one_person_each_see_what_the_other_wrote(work: Work, platform: Platform) -> None:
    """Each half of what the rule wants comes in a transaction of its own; the second waits for the first."""
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    both = a_cohort(
        work, program=program, rule={"all": [SAID_PRO, where("trait.person.platform", "is", "ios")]}
    )
    work.session.commit()
    first = platform.database.session(workspace_id=work.workspace_id)
    service.set_traits(Work(first, platform, SYSTEM, clock.now()), ana.tester_id, {"person.plan": "pro"})

    def second() -> None:
        with platform.database.writing(work.workspace_id) as session:
            service.set_traits(
                Work(session, platform, SYSTEM, clock.now()), ana.tester_id, {"person.platform": "ios"}
            )

    thread = threading.Thread(target=second)
    thread.start()
    thread.join(timeout=0.5)
    assert thread.is_alive(), "it did not wait"
    first.commit()
    first.close()
    thread.join(timeout=20)
    assert inside(work, both) == {ana.tester_id}


@on_postgresql
def test_whom_somebody_changes_a_rule_leaves_to_a_job_and_does_not_undo_it(
    work: Work, platform: Platform, run_jobs: RunJobs
) -> None:
    """What a rule is asked about everybody reads of them is what was true before."""
    program = a_program(work)
    ana, ben = (an_enrollment(work, program=program) for _ in range(2))
    pro = a_cohort(work, program=program, rule=SAID_PRO)
    work.is_quiet = True
    for each in (ana, ben):
        service.set_traits(work, each.tester_id, {"person.plan": "pro"})
    work.session.commit()
    with platform.database.session(workspace_id=work.workspace_id) as first:
        change = Work(first, platform, SYSTEM, clock.now())
        service.set_traits(change, ana.tester_id, {"person.plan": "free"})
        assert service.refresh_members(work, pro.id, [ana.tester_id, ben.tester_id]) == (1, 0)
        work.session.commit()
        first.commit()
    run_jobs()
    assert inside(work, pro) == {ben.tester_id}


@on_postgresql
def test_a_change_that_stands_in_each_others_way_is_kept_and_followed_by_a_job(
    work: Work, platform: Platform, run_jobs: RunJobs
) -> None:
    """Somebody edits the cohort and wants the person; who changes the person wants the cohort."""
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"})
    pro = a_cohort(work, program=program, rule=PRO)
    work.session.commit()
    errors: list[Exception] = []

    def change() -> None:
        try:
            with platform.database.writing(work.workspace_id) as session:
                has(Work(session, platform, SYSTEM, clock.now()), ana, plan="pro")
        except Exception as error:  # noqa: BLE001  # said by the test
            errors.append(error)

    work.lock(Cohort, pro.id)
    thread = threading.Thread(target=change)
    thread.start()
    wait_until_one_waits(work)
    work.lock(Tester, ana.tester_id)
    work.session.commit()
    thread.join(timeout=20)
    assert not errors
    assert "deliver:cohorts.refresh_changed" in run_jobs()
    assert inside(work, pro) == {ana.tester_id}


def wait_until_one_waits(work: Work) -> None:
    """Until somebody waits for a lock in this test's database."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while not work.session.scalar(waiting):
        time.sleep(0.01)


def test_a_change_of_one_among_forty_rules_takes_few_statements(work: Work) -> None:
    """Event, count, trait, rules, facts, entry, exit and what is told; PostgreSQL locks the person as well."""
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    for number in range(40):
        a_cohort(work, program=program, rule=SAID_PRO if number % 5 == 0 else IOS)
    says(work, ana, plan="free")
    work.session.commit()
    with counting.counting() as tally:
        says(work, ana, plan="pro")
        work.session.commit()
    assert tally.statements == 16 + (not work.platform.database.is_sqlite)
