"""Periodic jobs: one row a minute for all workers, missed minutes made up for, no past before the first start."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from betaops.kernel import jobs, schedule
from betaops.kernel.jobs import Job
from betaops.kernel.work import Work
from tests.support.clock import Clock
from tests.support.running import RunJobs


@pytest.fixture(autouse=True)
def at_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        jobs, "_registry", {"test.nightly": jobs.Registered(lambda work: None, is_long=False)}
    )
    monkeypatch.setattr(jobs, "_periodic", {"test.nightly": "0 3 * * *"})


def rows(work: Work) -> list[str | None]:
    return list(work.session.scalars(select(Job.once_key).order_by(Job.once_key)))


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
        ("0 3 * * *", datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
        ("30 9 * * *", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("0 9 * * 1", datetime(2026, 3, 2, 9, 0, tzinfo=UTC)),
    ],
)
def test_the_newest_minute_is_the_present_one_or_before(cron: str, expected: datetime) -> None:
    assert schedule.latest(cron, datetime(2026, 3, 2, 9, 0, 59, tzinfo=UTC)) == expected


def test_many_workers_in_the_same_minute_make_one_row(clock: Clock, work: Work) -> None:
    clock.move_to(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    for _worker in range(3):
        schedule.enqueue_due(work.session, clock.now)
    assert rows(work) == ["test.nightly@2026-03-02T03:00"]


def test_a_fresh_installation_does_not_make_up_for_the_night_before(clock: Clock, work: Work) -> None:
    schedule.enqueue_due(work.session, clock.now)
    assert rows(work) == []


def test_a_night_slept_through_is_made_up_for_once(clock: Clock, work: Work, run_jobs: RunJobs) -> None:
    clock.move_to(datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    schedule.enqueue_due(work.session, clock.now)
    run_jobs()
    clock.move_to(datetime(2026, 3, 3, 11, 0, tzinfo=UTC))
    schedule.enqueue_due(work.session, clock.now)
    schedule.enqueue_due(work.session, clock.now)
    assert rows(work) == ["test.nightly@2026-03-02T03:00", "test.nightly@2026-03-03T03:00"]


def test_a_row_that_was_tidied_away_is_not_made_again(
    clock: Clock, work: Work, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_periodic", {"test.nightly": "0 3 1 * *"})
    clock.move_to(datetime(2026, 3, 1, 3, 0, tzinfo=UTC))
    schedule.enqueue_due(work.session, clock.now)
    run_jobs()
    clock.shift(days=9)
    jobs.forget_done(work.session, clock.now)
    schedule.enqueue_due(work.session, clock.now)
    assert rows(work) == []
    assert jobs.KEEP_DONE - timedelta(days=1) > schedule.CATCH_UP
