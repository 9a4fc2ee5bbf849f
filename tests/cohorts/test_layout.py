"""Large programs: facts stand in columns, and membership comes out as if everybody had been asked."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from betaops.cohorts import handlers, queries, rules, service
from betaops.cohorts.layout import ColumnKind
from betaops.cohorts.models import Cohort, FactBlock, FactCells, FactColumn, FactTail
from betaops.cohorts.queries import columns, laying
from betaops.cohorts.service import members
from betaops.enrollment.events import TestersImported
from betaops.enrollment.models import State, Tester
from betaops.enrollment.service import enrolling, leaving, testers
from betaops.kernel import clock, jobs
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work
from betaops.programs.models import Program
from tests.cohorts.test_columns import trees
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs

PRO = where("attribute.plan", "is", "pro")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large: two people a block, four before it is divided."""
    monkeypatch.setattr(members, "FEW_PEOPLE", 0)
    monkeypatch.setattr(laying, "BLOCK", 2)
    monkeypatch.setattr(laying, "LARGEST_BLOCK", 4)


def lay_out(work: Work, program: Program, *, only_tail: bool = False) -> None:
    """As a job does, which begins after what was committed."""
    program_id, database = program.id, work.platform.database
    work.session.commit()
    run = jobs.Run(work.platform, jobs.Claimed(new_id(), "", {}, work.workspace_id, 1))
    service.lay_out(
        partial(database.reading, work.workspace_id), run.work, program_id,
        only_tail=only_tail, progress=lambda done, total: None,
    )  # fmt: skip
    work.session.expire_all()


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def blocks(work: Work) -> list[int]:
    found = work.session.scalars(select(FactBlock.testers).order_by(FactBlock.first))
    return [len(testers) // 16 for testers in found]


def column(work: Work, fact: str) -> FactColumn:
    return work.session.scalars(select(FactColumn).where(FactColumn.fact == fact)).one()


def some_people(work: Work, program: Program, plans: str) -> list[UUID]:
    """One a letter; nobody is told of them, so that only what a test is about runs."""
    names = {"p": "pro", "f": "free", "t": "team"}
    work.is_quiet = True
    found = [
        an_enrollment(work, program=program, attributes={"plan": names[each]}).tester_id for each in plans
    ]
    work.is_quiet = False
    return found


def test_a_new_rule_is_answered_from_columns_that_are_written_for_it(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "pfpfpfp")
    cohort = a_cohort(work, program=program, rule=PRO)
    assert "cohorts.refresh_cohort" in run_jobs()
    assert inside(work, cohort) == set(people[::2])
    assert blocks(work) == [2, 2, 3]
    assert column(work, "attribute.plan").values == ["pro", "free"]
    assert queries.need(work.session, program.id, PRO, work.now) is None


def test_who_changed_since_is_asked_directly_until_their_block_is_written_anew(
    work: Work, run_jobs: RunJobs
) -> None:
    program = a_program(work)
    people = some_people(work, program, "pfpfpff")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    testers.set_attributes(work, work.lock(Tester, people[1]), {"plan": "pro"})
    newcomer = an_enrollment(work, program=program, attributes={"plan": "pro"}).tester_id
    run_jobs()
    assert inside(work, cohort) == {people[0], people[1], people[2], people[4], newcomer}
    tail = set(work.session.scalars(select(FactTail.tester_id)))
    assert tail == {people[1], newcomer}
    assert columns.moving(work.session, cohort, work.now) == []
    before = dict(work.session.execute(select(FactBlock.first, FactBlock.version)).all())
    lay_out(work, program, only_tail=True)
    assert work.session.scalars(select(FactTail)).all() == []
    after = dict(work.session.execute(select(FactBlock.first, FactBlock.version)).all())
    assert [after[first] - before[first] for first in sorted(before)] == [1, 0, 1]
    assert columns.moving(work.session, cohort, work.now) == []


def test_a_fact_that_no_rule_reads_leaves_columns_alone(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    (ana,) = some_people(work, program, "p")
    a_cohort(work, program=program, rule=PRO)
    run_jobs()
    testers.set_attributes(work, work.lock(Tester, ana), {"plan": "pro", "shoes": 42})
    run_jobs()
    assert work.session.scalars(select(FactTail)).all() == []


def test_a_block_that_grew_is_divided_and_nobody_is_missed(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "ppp")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    for person in (more := some_people(work, program, "pp")):
        service.refresh_tester(work, person)
    people += more
    lay_out(work, program, only_tail=True)
    assert blocks(work) == [2, 3]
    assert inside(work, cohort) == set(people)
    assert columns.moving(work.session, cohort, work.now) == []


def test_an_import_has_everybody_read_again(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "fff")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    work.session.get_one(Tester, people[1]).attributes = {"plan": "pro"}
    assert columns.moving(work.session, cohort, work.now) == []
    event = TestersImported(import_id=new_id(), program_id=program.id, created=0, updated=1, refused=0)
    work.now = clock.now()
    handlers.refresh_imported(work, event)
    assert queries.need(work.session, program.id, PRO, work.now) == "all"
    run_jobs()
    assert inside(work, cohort) == {people[1]}


def test_columns_move_no_exceptions_and_in_cohorts_picked_by_hand_only_whom_companies_brought(
    work: Work, run_jobs: RunJobs
) -> None:
    program = a_program(work)
    people = some_people(work, program, "pfpft")
    pros, pilot = a_cohort(work, program=program, rule=PRO), a_cohort(work, program=program)
    service.add_members(work, pilot.id, [people[1]])
    service.add_companies(work, pilot.id, ["pro", "team"], attribute="plan")
    service.keep_out(work, pros.id, [people[0]])
    service.keep_in(work, pros.id, [people[3]])
    run_jobs()
    assert inside(work, pros) == {people[2], people[3]}
    assert inside(work, pilot) == {people[0], people[1], people[2], people[4]}
    assert columns._plan(work.session, program.id, PRO, work.now) is not None
    team = next(each for each in queries.companies(work.session, pilot.id) if each.key == "team")
    service.remove_companies(work, pilot.id, [team.id])
    assert columns.moving(work.session, pilot, work.now) == [people[4]]
    assert columns.moving(work.session, pros, work.now) == []
    run_jobs()
    assert inside(work, pilot) == {people[0], people[1], people[2]}


def test_once_a_day_columns_are_read_again_whatever_events_said(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    some_people(work, program, "pf")
    a_cohort(work, program=program, rule=PRO)
    run_jobs()
    assert queries.need(work.session, program.id, PRO, work.now) is None
    assert queries.need(work.session, program.id, PRO, work.now + timedelta(hours=25)) == "all"


def test_nothing_of_an_erased_person_stays_in_columns(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "pftff")
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "one_of", ["pro", "team"]))
    run_jobs()
    leaving.erase(work, people[2])
    run_jobs()
    known = b"".join(work.session.scalars(select(FactBlock.testers)))
    assert people[2].bytes not in known
    assert column(work, "attribute.plan").values == ["pro", "free", None]
    assert columns.moving(work.session, cohort, work.now) == []
    assert inside(work, cohort) == {people[0]}


def test_columns_go_with_the_last_rule_that_reads_them(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    some_people(work, program, "pf")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    service.change_cohort(
        work, cohort.id, version=None, name="x", description="", rule=where("enrollment.state", "is", "active")
    )  # fmt: skip
    run_jobs()
    assert work.session.scalars(select(FactColumn.fact)).all() == ["enrollment.state"]


def test_a_fact_of_too_many_values_is_asked_directly(
    work: Work, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.cohorts import columns as pure

    monkeypatch.setattr(pure, "MOST_VALUES", 1)
    program = a_program(work)
    people = some_people(work, program, "pfpt")
    cohort = a_cohort(work, program=program, rule={"all": [PRO, where("enrollment.state", "is", "active")]})
    run_jobs()
    assert column(work, "attribute.plan").kind is ColumnKind.LOOSE
    assert inside(work, cohort) == {people[0], people[2]}
    assert queries.need(work.session, program.id, PRO, work.now) is None


def test_a_block_that_somebody_is_writing_is_asked_directly(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "pfpf")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    work.session.execute(delete(FactCells))
    work.session.get_one(Tester, people[1]).attributes = {"plan": "pro"}
    assert columns.moving(work.session, cohort, work.now) == [people[1]]


def test_who_finds_that_somebody_wrote_meanwhile_reads_again(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    people = some_people(work, program, "pf")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    service.refresh_tester(work, people[1])
    work.session.commit()
    read = laying.stretch(work.session, program.id, laying.FIRST, None, None)
    assert read is not None
    work.session.get_one(Tester, people[1]).attributes = {"plan": "team"}
    service.refresh_tester(work, people[1], {"attribute.plan"})
    lay_out(work, program, only_tail=True)
    from betaops.cohorts.service import laying as writing

    with pytest.raises(writing._Overtaken):
        writing._write(work, program.id, read, writing._made_of(read), work.now)
    assert columns.moving(work.session, cohort, work.now) == []


def test_a_change_while_a_block_is_written_stays_in_the_tail(work: Work, run_jobs: RunJobs) -> None:
    from betaops.cohorts.service import laying as writing

    program = a_program(work)
    people = some_people(work, program, "pf")
    cohort = a_cohort(work, program=program, rule=PRO)
    run_jobs()
    service.refresh_tester(work, people[1], {"attribute.plan"})
    read = laying.stretch(work.session, program.id, laying.FIRST, None, None)
    assert read is not None
    assert len(read.tail) == 1
    work.session.get_one(Tester, people[1]).attributes = {"plan": "pro"}
    service.refresh_tester(work, people[1], {"attribute.plan"})
    writing._write(work, program.id, read, writing._made_of(read), work.now)
    assert work.session.scalars(select(FactTail.tester_id)).all() == [people[1]]
    assert columns.moving(work.session, cohort, work.now) == []
    assert people[1] in inside(work, cohort)


def test_another_workspaces_columns_are_not_there(work: Work, run_jobs: RunJobs) -> None:
    from betaops.accounts.models import Workspace

    program = a_program(work)
    some_people(work, program, "p")
    a_cohort(work, program=program, rule=PRO)
    run_jobs()
    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    assert columns.columns(work.session, program.id) == []
    service.refresh_tester(work, new_id())
    assert laying.stretches(work.session, program.id, tail=False) == [(laying.FIRST, None)]


FACTS = ("attribute.plan", "attribute.seats", "answer.plan", "trait.usage.active_days")
values = st.one_of(
    st.sampled_from(["Pro", "free", "", "12", "17.4", "true", "2026-11-20", None, 12, 1.5, True]),
    st.lists(st.sampled_from(["Pro", "free", "12", None]), max_size=2),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rule=trees.filter(lambda rule: not rules.validate(rule)),
    known=st.lists(st.fixed_dictionaries(dict.fromkeys(FACTS, values)), min_size=1, max_size=5),
)
def test_columns_move_whom_asking_everybody_would_move(work: Work, rule: Any, known: Any) -> None:
    work.session.execute(delete(Tester))
    program = a_program(work, name="Any")
    for person in known:
        enrollment = an_enrollment(
            work, program=program, state=State.ACTIVE, answers={"plan": person["answer.plan"]},
            attributes={name: person[f"attribute.{name}"] for name in ("plan", "seats")},
        )  # fmt: skip
        service.set_trait(work, enrollment.tester_id, "usage.active_days", person["trait.usage.active_days"])
    enrolling.change(work, enrollment.id, State.COMPLETED)
    cohort = a_cohort(work, program=program, rule=rule)
    expected = columns.moving(work.session, cohort, work.now)
    assert columns._plan(work.session, program.id, rule, work.now) is None
    lay_out(work, program)
    assert columns.moving(work.session, cohort, work.now) == expected
