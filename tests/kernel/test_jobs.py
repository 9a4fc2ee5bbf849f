"""Job rows: claimed once, repeated when their runner dies, dead after their last attempt, revived by a person."""

import gc
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from betaops import worker
from betaops.kernel import jobs
from betaops.kernel.db import Database
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Platform, Work
from tests.support.clock import Clock
from tests.support.running import RunJobs


@pytest.fixture
def ran() -> list[str]:
    """What the jobs below leave behind."""
    return []


@pytest.fixture
def note(ran: list[str]) -> str:
    def note(work: Work, *, what: str) -> None:
        ran.append(what)

    jobs.register("test.note", note)
    return "test.note"


def only_job(work: Work) -> Job:
    return work.session.scalars(select(Job).execution_options(populate_existing=True)).one()


def claim_one(database: Database, clock: Clock) -> jobs.Claimed:
    with database.writing() as session:
        return jobs.claim(session, clock.now)[0]


def test_a_job_runs_after_the_work_that_asked_for_it_is_committed(
    work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    work.enqueue(note, {"what": "written"})
    assert run_jobs() == [note]
    assert ran == ["written"]
    assert only_job(work).state is JobState.DONE


def test_work_that_is_rolled_back_leaves_no_job(
    work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    work.enqueue(note, {"what": "never"})
    work.session.rollback()
    assert run_jobs() == []
    assert ran == []


def test_a_job_waits_for_its_moment(
    clock: Clock, work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    work.enqueue(note, {"what": "later"}, at=work.now + timedelta(hours=1))
    assert run_jobs() == []
    clock.shift(hours=1)
    assert run_jobs() == [note]


def test_a_unique_job_is_added_once_while_it_waits_and_again_when_it_ran(
    work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    assert work.enqueue(note, {"what": "first"}, unique="key") is not None
    assert work.enqueue(note, {"what": "second"}, unique="key") is None
    run_jobs()
    assert work.enqueue(note, {"what": "third"}, unique="key") is not None
    run_jobs()
    assert ran == ["first", "third"]


def test_a_job_with_a_once_key_is_never_added_again(
    work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    work.enqueue(note, {"what": "first"}, once="minute")
    run_jobs()
    assert work.enqueue(note, {"what": "second"}, once="minute") is None
    assert ran == ["first"]


def test_a_lease_keeps_everybody_else_away(clock: Clock, work: Work, database: Database, note: str) -> None:
    work.enqueue(note, {"what": "x"})
    work.session.commit()
    claim_one(database, clock)
    with database.writing() as session:
        assert jobs.claim(session, clock.now) == []
        assert not jobs.is_due(session, clock.now)


def test_a_job_whose_runner_died_is_claimed_again_when_its_lease_ended(
    clock: Clock, work: Work, database: Database, note: str
) -> None:
    work.enqueue(note, {"what": "x"})
    work.session.commit()
    first = claim_one(database, clock)
    clock.shift(seconds=jobs.LEASE.total_seconds() + 1)
    second = claim_one(database, clock)
    assert (second.id, second.attempt) == (first.id, 2)


def test_a_heartbeat_keeps_the_lease(clock: Clock, work: Work, database: Database, note: str) -> None:
    work.enqueue(note, {"what": "x"})
    work.session.commit()
    claimed = claim_one(database, clock)
    clock.shift(seconds=50)
    with database.writing() as session:
        assert jobs.prolong(session, claimed, clock.now)
    clock.shift(seconds=50)
    with database.reading() as session:
        assert not jobs.is_due(session, clock.now)


def test_a_runner_whose_lease_ran_out_cannot_finish_another_runners_job(
    clock: Clock, work: Work, platform: Platform, database: Database, note: str, ran: list[str]
) -> None:
    work.enqueue(note, {"what": "x"})
    work.session.commit()
    first = claim_one(database, clock)
    clock.shift(minutes=5)
    second = claim_one(database, clock)
    assert jobs.perform(platform, first) == "lost"
    assert only_job(work).state is JobState.RUNNING
    work.session.commit()
    assert jobs.perform(platform, second) == "done"
    assert only_job(work).state is JobState.DONE


def test_what_a_lost_runner_changed_is_rolled_back(
    clock: Clock, work: Work, platform: Platform, database: Database
) -> None:
    def add_another(inner: Work) -> None:
        inner.enqueue("test.other", {})

    jobs.register("test.add", add_another)
    work.enqueue("test.add")
    work.session.commit()
    first = claim_one(database, clock)
    clock.shift(minutes=5)
    claim_one(database, clock)
    assert jobs.perform(platform, first) == "lost"
    assert [job.name for job in work.session.scalars(select(Job))] == ["test.add"]


def test_a_failing_job_is_put_back_with_growing_pauses_and_dies_after_its_last_attempt(
    clock: Clock, work: Work, run_jobs: RunJobs
) -> None:
    def fail(inner: Work) -> None:
        raise ValueError("no such luck")

    jobs.register("test.fail", fail)
    work.enqueue("test.fail")
    pauses = []
    for _attempt in range(8):
        assert run_jobs(may_fail=True) == ["test.fail"]
        job = only_job(work)
        if job.state is JobState.WAITING:
            pauses.append((job.run_at - clock.now).total_seconds())
            clock.move_to(job.run_at)
    assert job.state is JobState.DEAD
    assert job.error is not None
    assert "no such luck" in job.error
    for number, pause in enumerate(pauses, start=1):
        assert 2**number / 2 <= pause <= 2**number


def test_the_retry_button_gives_a_dead_job_all_its_attempts_again(
    clock: Clock, work: Work, run_jobs: RunJobs, note: str, ran: list[str]
) -> None:
    work.enqueue("test.unknown", {"what": "revived"})
    for _attempt in range(8):
        run_jobs(may_fail=True)
        clock.shift(hours=1)
    job = only_job(work)
    assert job.state is JobState.DEAD
    jobs.register("test.unknown", jobs._registry[note].function)
    jobs.retry(work.session, job, work.now)
    assert run_jobs() == ["test.unknown"]
    assert ran == ["revived"]
    assert only_job(work).state is JobState.DONE


def test_a_job_that_kills_its_runner_every_time_is_buried(
    clock: Clock, work: Work, database: Database, note: str
) -> None:
    work.enqueue(note, {"what": "poison"})
    work.session.commit()
    for _attempt in range(8):
        claim_one(database, clock)
        clock.shift(minutes=2)
    with database.writing() as session:
        assert jobs.claim(session, clock.now) == []
    job = only_job(work)
    assert job.state is JobState.DEAD
    assert job.error is not None
    assert "stopped in the middle" in job.error


def test_a_long_job_says_how_far_it_is_and_keeps_what_it_returned(work: Work, run_jobs: RunJobs) -> None:
    def count(run: jobs.Run, *, upto: int) -> dict[str, int]:
        for number in range(upto):
            run.progress(number + 1, upto)
        return {"counted": upto}

    jobs.register("test.count", count, long=True)
    work.enqueue("test.count", {"upto": 3})
    run_jobs()
    job = only_job(work)
    assert (job.done, job.total, job.result) == (3, 3, {"counted": 3})


def test_a_long_job_stops_when_its_lease_is_lost(
    clock: Clock, work: Work, platform: Platform, database: Database
) -> None:
    steps = []

    def count(run: jobs.Run) -> None:
        steps.append("before")
        clock.shift(minutes=5)
        claim_one(database, clock)
        run.progress(1, 2)
        steps.append("after")

    jobs.register("test.slow", count, long=True)
    work.enqueue("test.slow")
    work.session.commit()
    assert jobs.perform(platform, claim_one(database, clock)) == "lost"
    assert steps == ["before"]


def test_errors_are_kept_without_mail_addresses(work: Work, run_jobs: RunJobs) -> None:
    def fail(inner: Work) -> None:
        raise ValueError("mara@example.com is taken")

    jobs.register("test.fail", fail)
    work.enqueue("test.fail")
    run_jobs(may_fail=True)
    error = only_job(work).error
    assert error is not None
    assert "mara@example.com" not in error
    assert "is taken" in error


def test_jobs_done_long_ago_are_forgotten(clock: Clock, work: Work, run_jobs: RunJobs, note: str) -> None:
    work.enqueue(note, {"what": "x"})
    run_jobs()
    clock.shift(days=8)
    jobs.forget_done(work.session, work.now)
    assert work.session.scalars(select(Job)).all() == []


def test_a_row_is_offered_to_the_broker_once_a_minute_until_it_is_claimed(
    clock: Clock, work: Work, database: Database, note: str
) -> None:
    job_id = work.enqueue(note, {"what": "x"})
    work.session.commit()

    def offer() -> list[object]:
        with database.writing() as session:
            return list(jobs.offer(session, clock.now))

    assert offer() == [job_id]
    assert offer() == []
    clock.shift(seconds=61)
    assert offer() == [job_id]
    claim_one(database, clock)
    assert offer() == []
    clock.shift(seconds=61)
    assert offer() == [job_id], "its lease ended: the worker that had it is gone"


def test_a_row_put_back_is_offered_again_at_once_when_it_is_due(
    clock: Clock, work: Work, database: Database, platform: Platform
) -> None:
    job_id = work.enqueue("test.unknown")
    work.session.commit()
    with database.writing() as session:
        jobs.offer(session, clock.now)
    jobs.perform(platform, claim_one(database, clock))
    clock.move_to(only_job(work).run_at)
    work.session.commit()
    with database.writing() as session:
        assert jobs.offer(session, clock.now) == [job_id]


def test_a_worker_of_its_own_hands_over_often_and_does_not_search_what_it_loaded() -> None:
    before = sys.getswitchinterval()
    try:
        worker.settle()
        assert sys.getswitchinterval() < before
        assert gc.get_freeze_count() > 1000
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()
