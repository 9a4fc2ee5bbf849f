"""Who is in a cohort, and how that follows what happens to people."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from betaops.accounts.models import Workspace
from betaops.cohorts import queries, service, uses
from betaops.cohorts.models import Cause, Cohort, CohortChange, Kind
from betaops.enrollment.models import State, Tester
from betaops.enrollment.queries.telling import Changed, changed_since
from betaops.enrollment.service import enrolling, testers
from betaops.kernel.errors import Invalid, NotFound, Refused, Stale
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.programs.models import Program
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.support.running import RunJobs


def inside(work: Work, cohort: Cohort) -> set[UUID]:
    return {each.tester.id for each in queries.members(work.session, cohort)}


def told(work: Work, since: int) -> Changed:
    """What snapshots hear of when they ask."""
    return changed_since(work.session, since, since)


def revision(work: Work, program: Program) -> int:
    work.session.expire_all()
    return program_queries.product(work.session, program.product_id).revision


def test_a_new_rule_takes_who_fits_it(work: Work) -> None:
    program = a_program(work)
    ios = an_enrollment(work, program=program, attributes={"platform": "iOS"})
    an_enrollment(work, program=program, attributes={"platform": "Android"})
    an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, rule=where("attribute.platform", "is", "ios"))
    assert inside(work, cohort) == {ios.tester_id}


def test_people_come_and_go_as_facts_change_and_the_history_says_so(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"})
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "is", "pro"))
    assert inside(work, cohort) == set()
    for plan in ("pro", "free"):
        _set_plan(work, ana.tester_id, plan)
        run_jobs()
        assert inside(work, cohort) == ({ana.tester_id} if plan == "pro" else set())
    moves = work.session.scalars(select(CohortChange).order_by(CohortChange.at, CohortChange.id)).all()
    assert [(move.is_in, move.cause) for move in moves] == [(True, Cause.FACTS), (False, Cause.FACTS)]


def _set_plan(work: Work, tester_id: UUID, plan: str) -> None:
    tester = work.lock(Tester, tester_id)
    testers.set_attributes(work, tester, {"plan": plan})


def test_a_change_of_state_moves_people(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    applied = an_enrollment(work, program=program, state=State.APPLIED)
    cohort = a_cohort(work, program=program, rule=where("enrollment.state", "one_of", ["accepted", "active"]))
    assert inside(work, cohort) == set()
    enrolling.change(work, applied.id, State.ACCEPTED)
    run_jobs()
    assert inside(work, cohort) == {applied.tester_id}


def test_a_fact_written_down_by_another_room_moves_people(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, rule=where("trait.survey.nps", "at_least", 9))
    service.set_trait(work, ana.tester_id, "survey.nps", 9)
    service.set_trait(work, ana.tester_id, "survey.nps", 10)
    run_jobs()
    assert inside(work, cohort) == {ana.tester_id}
    service.set_trait(work, ana.tester_id, "survey.nps", None)
    run_jobs()
    assert inside(work, cohort) == set()


def test_time_alone_moves_people_in_the_sweep(work: Work, run_jobs: RunJobs) -> None:
    from betaops.cohorts import jobs

    program = a_program(work)
    ana = an_enrollment(work, program=program)
    ana.applied_at = work.now.replace(year=work.now.year - 1)
    work.session.flush()
    cohort = a_cohort(work, program=program, rule=where("enrollment.applied_at", "in_last_days", 7))
    assert inside(work, cohort) == set()
    ana.applied_at = work.now
    jobs.sweep(work)
    assert "cohorts.refresh_cohort" in run_jobs()
    assert inside(work, cohort) == {ana.tester_id}


def test_a_large_program_is_worked_out_in_a_job_of_short_steps(
    work: Work, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from betaops.cohorts import jobs
    from betaops.cohorts.service import members

    monkeypatch.setattr(members, "FEW_PEOPLE", 2)
    monkeypatch.setattr(jobs, "_AT_ONCE", 2)
    program = a_program(work)
    people = [an_enrollment(work, program=program, attributes={"plan": "pro"}) for _ in range(5)]
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "is", "pro"))
    assert inside(work, cohort) == set()
    assert "cohorts.refresh_cohort" in run_jobs()
    assert inside(work, cohort) == {each.tester_id for each in people}
    assert queries.cohort_by_id(work.session, cohort.id).swept_at is not None


def test_snapshots_are_told_whose_membership_or_facts_changed(work: Work, run_jobs: RunJobs) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "free"})
    cohort = a_cohort(work, program=program)
    run_jobs()
    compiled, before = revision(work, program), told(work, 0).number
    service.add_members(work, cohort.id, [ana.tester_id])
    work.session.commit()
    picked = told(work, before)
    assert picked.tester_ids == {ana.tester_id}
    assert not picked.is_everybody
    service.add_members(work, cohort.id, [ana.tester_id])
    work.session.commit()
    assert told(work, before) == picked
    _set_plan(work, ana.tester_id, "pro")
    run_jobs()
    assert told(work, picked.number).tester_ids == {ana.tester_id}
    assert revision(work, program) == compiled


def test_a_rule_that_changes_is_worked_out_again(work: Work) -> None:
    program = a_program(work)
    ios = an_enrollment(work, program=program, attributes={"platform": "iOS"})
    web = an_enrollment(work, program=program, attributes={"platform": "web"})
    cohort = a_cohort(work, program=program, rule=where("attribute.platform", "is", "ios"))
    service.change_cohort(
        work,
        cohort.id,
        version=cohort.version,
        name=cohort.name,
        description="",
        rule=where("attribute.platform", "is", "web"),
    )
    assert inside(work, cohort) == {web.tester_id}
    assert ios.tester_id not in inside(work, cohort)


def test_people_are_picked_and_taken_out_by_hand_once(work: Work) -> None:
    program = a_program(work)
    ana, ben = an_enrollment(work, program=program), an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program)
    assert service.add_members(work, cohort.id, [ana.tester_id, ben.tester_id, ana.tester_id]) == 2
    assert service.add_members(work, cohort.id, [ana.tester_id]) == 0
    assert service.remove_members(work, cohort.id, [ana.tester_id]) == 1
    assert inside(work, cohort) == {ben.tester_id}


def test_one_foreign_person_refuses_the_whole_batch(work: Work) -> None:
    program, other = a_program(work), a_program(work, name="Other", codename="Other")
    ana, stranger = an_enrollment(work, program=program), an_enrollment(work, program=other)
    cohort = a_cohort(work, program=program)
    for foreign in (stranger.tester_id, uuid4()):
        with pytest.raises(NotFound):
            service.add_members(work, cohort.id, [ana.tester_id, foreign])
    assert inside(work, cohort) == set()


def test_nobody_is_picked_into_a_rule(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program)
    cohort = a_cohort(work, program=program, rule=where("attribute.plan", "is", "pro"))
    with pytest.raises(Refused):
        service.add_members(work, cohort.id, [ana.tester_id])


def test_a_stale_page_does_not_overwrite_a_newer_one(work: Work) -> None:
    cohort = a_cohort(work)
    old = cohort.version
    service.change_cohort(work, cohort.id, version=old, name="Newer", description="", rule=None)
    with pytest.raises(Stale):
        service.change_cohort(work, cohort.id, version=old, name="Older", description="", rule=None)
    assert cohort.name == "Newer"


def test_two_cohorts_of_a_program_have_two_names(work: Work) -> None:
    cohort = a_cohort(work, name="iOS")
    with pytest.raises(Invalid, match="has this name"):
        service.create_cohort(work, cohort.program_id, name=" iOS ")
    assert a_cohort(work, program=a_program(work, name="Other", codename="Other"), name="iOS").name == "iOS"


def test_a_bad_rule_is_refused_with_every_problem(work: Work) -> None:
    program = a_program(work)
    with pytest.raises(Invalid) as refused:
        service.create_cohort(
            work, program.id, name="x", rule={"all": [where("attribute.plan", "rhymes", "x"), {}]}
        )
    assert [each["place"] for each in refused.value.values["problems"]] == ["all.0.operator", "all.1"]


def test_a_cohort_in_use_stays(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = a_cohort(work)
    monkeypatch.setattr(
        uses, "_users", [lambda session, used: ["new-editor"] if used.id == cohort.id else []]
    )
    with pytest.raises(Refused, match="new-editor"):
        service.delete_cohort(work, cohort.id)
    monkeypatch.setattr(uses, "_users", [])
    service.delete_cohort(work, cohort.id)
    with pytest.raises(NotFound):
        queries.cohort_by_id(work.session, cohort.id)


def test_a_snapshot_keeps_who_is_in_when_the_rule_moves_on(work: Work) -> None:
    program = a_program(work)
    ana = an_enrollment(work, program=program, attributes={"plan": "pro"})
    an_enrollment(work, program=program, attributes={"plan": "free"})
    pros = a_cohort(work, program=program, name="Pros", rule=where("attribute.plan", "is", "pro"))
    copy = service.snapshot(work, pros.id, name="Pros of March")
    assert (copy.kind, copy.rule) == (Kind.STATIC, None)
    work.session.get_one(Tester, ana.tester_id).attributes = {"plan": "free"}
    service.refresh_tester(work, ana.tester_id)
    assert inside(work, pros) == set()
    assert inside(work, copy) == {ana.tester_id}
    with pytest.raises(Invalid, match="has this name"):
        service.snapshot(work, pros.id, name="Pros of March")


def test_a_preview_counts_and_says_which_condition_empties_it(work: Work) -> None:
    program = a_program(work)
    for plan in ("pro", "pro", "free"):
        an_enrollment(work, program=program, attributes={"plan": plan})
    rule = {"all": [where("attribute.plan", "is", "pro"), where("attribute.os", "is", "BeOS")]}
    preview = queries.preview(work.session, program.id, rule, work.now)
    assert (preview.looked_at, preview.matching) == (3, 0)
    assert [passing.people for passing in preview.passing] == [2, 0]


def test_another_workspaces_cohorts_are_not_there(work: Work) -> None:
    cohort = a_cohort(work)
    elsewhere = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(elsewhere)
    work.enter(elsewhere.id)
    for attempt in (
        lambda: queries.cohort_by_id(work.session, cohort.id),
        lambda: service.delete_cohort(work, cohort.id),
        lambda: service.add_members(work, cohort.id, []),
    ):
        with pytest.raises(NotFound):
            attempt()
