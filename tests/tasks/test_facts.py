"""Cohorts of those who completed a task, or were blocked on it."""

from datetime import timedelta

import pytest

from betaops import wiring
from betaops.cohorts import queries as cohort_queries
from betaops.cohorts import wording
from betaops.cohorts.rules import Condition
from betaops.kernel.ids import encode
from betaops.tasks import queries, service
from betaops.tasks.models import OutcomeState
from tests.factories.cohorts import a_cohort, where
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.tasks import a_task, an_outcome

COMPLETED, BLOCKED = OutcomeState.COMPLETED, OutcomeState.BLOCKED


@pytest.fixture(autouse=True)
def connected():
    wiring.connect()


@pytest.fixture
def program(work):
    return a_program(work)


@pytest.fixture
def me(work, program):
    return an_enrollment(work, program=program)


def fact(task, state):
    return f"task.{state}.{encode('tsk', task.id)}"


def in_cohort(work, cohort):
    return {each.tester.id for each in cohort_queries.members(work.session, cohort)}


def test_whoever_completes_the_task_comes_in_without_being_asked_for(work, program, me, run_jobs):
    task, other = a_task(work, program=program), a_task(work, program=program, title="Share a note")
    done = a_cohort(work, program=program, rule=where(fact(task, COMPLETED), "is_set"))
    stuck = a_cohort(work, program=program, rule=where(fact(task, BLOCKED), "is_set"))
    an_outcome(work, other, me, COMPLETED)
    an_outcome(work, task, me, BLOCKED, note="Hangs.")
    run_jobs(ahead=timedelta(minutes=1))
    assert (in_cohort(work, done), in_cohort(work, stuck)) == (set(), {me.tester_id})
    an_outcome(work, task, me, COMPLETED)
    run_jobs(ahead=timedelta(minutes=1))
    assert (in_cohort(work, done), in_cohort(work, stuck)) == ({me.tester_id}, set())


def test_how_many_were_completed_and_when_can_be_asked(work, program, me):
    tasks = [a_task(work, program=program, title=f"Task {number}") for number in range(3)]
    for days, task in zip((9, 2, 1), tasks, strict=True):
        ended = work.now - timedelta(days=days)
        service.record(work, task.id, me.id, service.Said(state=COMPLETED, ended_at=ended))
    found = queries.doings(work.session, program.id, [me.tester_id], {"completed"})[me.tester_id]
    assert found["completed"].times == 3
    assert found["completed"].since(work.now.date() - timedelta(days=3)) == 2
    assert found[f"completed.{encode('tsk', tasks[0].id)}"].times == 1


def test_rounds_count_each_for_itself(work, program, me):
    task = a_task(work, program=program)
    an_outcome(work, task, me, BLOCKED, note="Hangs.")
    service.move_on(work, task.id, build_id=None, is_retest=True)
    an_outcome(work, task, me, COMPLETED)
    found = queries.doings(work.session, program.id, [me.tester_id], ())[me.tester_id]
    assert {name: each.times for name, each in found.items() if "." not in name} == {
        "blocked": 1,
        "completed": 1,
    }


@pytest.mark.parametrize(
    ("name", "operator", "value", "sentence"),
    [
        ("completed.{task}", "is_set", None, "completed “Import your notes” at some time"),
        ("blocked.{task}", "is_not_set", None, "never was blocked on “Import your notes”"),
        ("completed", "at_least", 2, "completed a task at least 2 times"),
        ("opted_out", "in_last_days", 3, "last opted out of a task within 3 days"),
    ],
)
def test_a_rule_over_tasks_reads_as_a_sentence(work, program, name, operator, value, sentence):
    task = a_task(work, program=program)
    leaf = Condition(f"task.{name}".format(task=encode("tsk", task.id)), operator, value)
    assert wording.condition(leaf, cohort_queries.labels(work.session, program)) == sentence


def test_the_rule_builder_offers_every_task_in_words(work, program, member_client):
    task = a_task(work, program=program)
    browser = member_client("manager")
    page = f"/console/programs/{program.slug}/cohorts/new"
    shown = browser.submit(page, {"do": "add:", "pick-": "task", "name": "Done"})
    assert f'value="completed.{encode("tsk", task.id)}">completed “Import your notes”' in shown.text
    assert 'value="blocked">was blocked on a task' in shown.text
