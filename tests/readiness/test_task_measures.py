"""Completion of tasks and time on task, as expectations read them."""

from datetime import timedelta
from typing import Any

import pytest

from betaops.kernel.errors import Invalid
from betaops.kernel.ids import encode
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries, service
from betaops.readiness.measures import Sample
from betaops.readiness.queries.people import scope as scope_of
from betaops.readiness.verdict import Verdict
from betaops.tasks import service as task_service
from betaops.tasks.models import OutcomeState, Task
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation, some_testers
from tests.factories.tasks import a_task, an_outcome

COMPLETED, BLOCKED, OPTED_OUT = OutcomeState.COMPLETED, OutcomeState.BLOCKED, OutcomeState.OPTED_OUT


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def about(task: Task, **more: object) -> dict[str, object]:
    return {"task": encode("tsk", task.id), "title": task.title, **more}


def read(work: Work, program: Program, kind: str, task: Task, **more: object) -> Sample:
    measure = measures.named(kind)
    scope = scope_of(work.session, program, None)
    return measure.sample(work.session, scope, measure.read(about(task, **more)))


def said(sample: Sample) -> dict[float, int]:
    return dict(zip(sample.levels, sample.counts, strict=True))


def test_blocked_is_not_completed_and_who_opted_out_did_not_try(work: Work, program: Program) -> None:
    people, task = some_testers(work, program, 6), a_task(work, program=program)
    for person, state in zip(people, (COMPLETED, COMPLETED, BLOCKED, OPTED_OUT), strict=False):
        an_outcome(work, task, person, state, note="Because.")
    sample = read(work, program, "task_completion", task)
    assert said(sample) == {0.0: 1, 1.0: 2}
    assert (sample.asked, sample.waiting, sample.excluded["opted_out"]) == (5, 2, 1)


def test_only_those_who_are_asked_are_awaited(work: Work, program: Program) -> None:
    people = some_testers(work, program, 5)
    task = a_task(work, program=program, cohort_id=a_cohort(work, program=program, members=people[:2]).id)
    an_outcome(work, task, people[0])
    sample = read(work, program, "task_completion", task)
    assert (sample.n, sample.asked) == (1, 2)


def test_a_retest_begins_anew(work: Work, program: Program) -> None:
    person, task = an_enrollment(work, program=program), a_task(work, program=program)
    an_outcome(work, task, person, BLOCKED, note="Hangs.")
    task_service.move_on(work, task.id, build_id=None, is_retest=True)
    assert read(work, program, "task_completion", task).n == 0
    an_outcome(work, task, person)
    assert said(read(work, program, "task_completion", task)) == {0.0: 0, 1.0: 1}


def test_over_time_and_blocked_count_the_same_and_unknown_times_do_not(work: Work, program: Program) -> None:
    people, task = some_testers(work, program, 5), a_task(work, program=program, target_seconds=60)
    for person, seconds in zip(people, (59, 60, 61), strict=False):
        begun = work.now - timedelta(seconds=seconds)
        an_outcome(work, task, person, COMPLETED, started_at=begun, ended_at=work.now)
    an_outcome(work, task, people[3], BLOCKED, note="Hangs.")
    an_outcome(work, task, people[4], COMPLETED)
    sample = read(work, program, "task_in_time", task, seconds=60)
    assert said(sample) == {0.0: 2, 1.0: 2}
    assert (sample.asked, sample.excluded["untimed"]) == (4, 1)


def test_what_is_offered_are_tasks_and_for_time_those_with_a_target(work: Work, program: Program) -> None:
    a_task(work, program=program, title="Slow")
    timed = a_task(work, program=program, title="Quick", target_seconds=90)
    completion, in_time = measures.named("task_completion"), measures.named("task_in_time")
    assert [offer.label for offer in completion.offers(work.session, program)] == ["Slow", "Quick"]
    (offer,) = in_time.offers(work.session, program)
    assert offer.parameters == about(timed, seconds=90)
    assert in_time.title(in_time.read(offer.parameters)) == "testers who complete “Quick” within 1 min 30 s"
    with pytest.raises(Invalid):
        in_time.read(about(timed, seconds=0))


def test_an_expectation_is_met_by_those_who_complete(work: Work, program: Program) -> None:
    task = a_task(work, program=program)
    row = an_expectation(work, program, measure="task_completion", threshold=0.5, parameters=about(task))
    for person in some_testers(work, program, 20):
        an_outcome(work, task, person)
    service.take_readings(work, program)
    assert queries.latest_readings(work.session, program.id)[row.id].verdict is Verdict.MET


def test_the_page_that_begins_an_expectation_offers_each_task(
    work: Work, program: Program, member_client: Any
) -> None:
    browser = member_client("manager")
    base = f"/console/programs/{program.slug}/readiness/expectations"
    assert "There is nothing to choose from yet." in browser.get(f"{base}/measures").text
    task = a_task(work, program=program, title="Share a note", target_seconds=60)
    page = browser.get(f"{base}/measures")
    for kind in ("task_completion", "task_in_time"):
        link = f"{base}/new?measure={kind}&amp;of={encode('tsk', task.id)}"
        assert link in page.text
        sent = browser.submit(link.replace("&amp;", "&"), {"need": "Sharing is easy"})
        assert sent.status_code == 303, sent.text
    assert {each.measure for each in queries.expectations(work.session, program.id)} == {
        "task_completion", "task_in_time",
    }  # fmt: skip
