"""Real worker processes: killed in the middle, stopped politely, two at once; alone and with Celery over Redis."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from betaops.kernel.db import Database
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Work
from tests.support import redis
from tests.support.processes import wait_until
from tests.support.worker_process import WorkerProcess, lines

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize(
        ("database", "start"),
        [("sqlite", "local"), ("postgresql", "local"), ("postgresql", "celery")],
        indirect=True,
    ),
]

Start = Callable[[], WorkerProcess]


@pytest.fixture
def start(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Start]:
    """Starts workers on `database`; those still running at the end are killed."""
    started: list[WorkerProcess] = []
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis.server()) if request.param == "celery" else ""

        def start() -> WorkerProcess:
            started.append(WorkerProcess(database.url, tmp_path, redis_url=redis_url))
            return started[-1]

        yield start
        for each in started:
            each.kill()


def effects(work: Work) -> list[str]:
    """What jobs have changed in the database, committed."""
    work.session.rollback()
    return sorted(work.session.scalars(select(Job.args["what"].as_string()).where(Job.name == "test.effect")))


def unfinished(work: Work) -> int:
    work.session.rollback()
    counted = select(func.count()).where(Job.name != "test.effect", Job.state != JobState.DONE)
    count = work.session.scalar(counted) or 0
    work.session.rollback()
    return count


def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing_and_changes_nothing_twice(
    work: Work, start: Start, tmp_path: Path
) -> None:
    work.enqueue("test.hold", {"what": "a"})
    work.session.commit()
    first = start()
    wait_until(lambda: lines(tmp_path, "began") == ["a"], what="the job's beginning")
    first.kill()
    assert effects(work) == []
    (tmp_path / "release").touch()
    start()
    wait_until(lambda: unfinished(work) == 0, what="the job's repetition")
    assert lines(tmp_path, "began") == ["a", "a"]
    assert effects(work) == ["a"]


def test_two_workers_run_each_job_once(work: Work, start: Start, tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(60)]
    for name in names:
        work.enqueue("test.note", {"what": name})
    work.session.commit()
    start()
    start()
    wait_until(lambda: unfinished(work) == 0, what="sixty jobs")
    assert sorted(lines(tmp_path, "began")) == names
    assert effects(work) == names


def test_a_job_that_takes_many_leases_is_run_once_by_one_of_two_workers(
    work: Work, start: Start, tmp_path: Path
) -> None:
    work.enqueue("test.hold_long", {"what": "long"})
    work.enqueue("test.note", {"what": "short"})
    work.session.commit()
    start()
    start()
    wait_until(
        lambda: "long" in lines(tmp_path, "began") and "short" in lines(tmp_path, "ran"), what="both jobs"
    )
    with pytest.raises(AssertionError, match="did not happen"):
        wait_until(lambda: lines(tmp_path, "began").count("long") > 1, what="a second run", seconds=3)
    (tmp_path / "release").touch()
    wait_until(lambda: unfinished(work) == 0, what="the long job's end")
    assert lines(tmp_path, "began").count("long") == 1
    assert effects(work) == ["long", "short"]


def test_a_worker_told_to_stop_finishes_what_it_has_begun(work: Work, start: Start, tmp_path: Path) -> None:
    work.enqueue("test.hold_long", {"what": "a"})
    work.session.commit()
    worker = start()
    wait_until(lambda: lines(tmp_path, "began") == ["a"], what="the job's beginning")
    worker.process.terminate()
    (tmp_path / "release").touch()
    assert worker.process.wait(30) == 0
    assert unfinished(work) == 0
    assert effects(work) == ["a"]
