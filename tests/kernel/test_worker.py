"""Real worker processes: killed in the middle, stopped politely, two at once; alone and with Celery over Redis."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from betaops.kernel.db import Database
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Work
from tests.support import redis
from tests.support.worker_process import Team, lines

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize(
        ("database", "team"),
        [("sqlite", "local"), ("postgresql", "local"), ("postgresql", "celery")],
        indirect=True,
    ),
]


@pytest.fixture
def team(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Team]:
    """Workers on `database`, alone or with Celery."""
    with ExitStack() as stack:
        redis_url = stack.enter_context(redis.server()) if request.param == "celery" else ""
        team = Team(database.url, tmp_path, redis_url=redis_url)
        stack.callback(team.end)
        yield team


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
    work: Work, team: Team, tmp_path: Path
) -> None:
    work.enqueue("test.hold", {"what": "a"})
    work.session.commit()
    first = team.start()
    team.wait_until(lambda: lines(tmp_path, "began") == ["a"], "the job's beginning")
    first.kill()
    assert effects(work) == []
    (tmp_path / "release").touch()
    team.start()
    team.wait_until(lambda: unfinished(work) == 0, "the job's repetition")
    assert lines(tmp_path, "began") == ["a", "a"]
    assert effects(work) == ["a"]


def test_two_workers_run_each_job_once(work: Work, team: Team, tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(60)]
    for name in names:
        work.enqueue("test.note", {"what": name})
    work.session.commit()
    team.start()
    team.start()
    team.wait_until(lambda: unfinished(work) == 0, "sixty jobs")
    assert sorted(lines(tmp_path, "began")) == names
    assert effects(work) == names


def test_a_job_that_takes_many_leases_is_run_once_by_one_of_two_workers(
    work: Work, team: Team, tmp_path: Path
) -> None:
    work.enqueue("test.hold_long", {"what": "long"})
    work.enqueue("test.note", {"what": "short"})
    work.session.commit()
    team.start()
    team.start()
    team.wait_until(
        lambda: "long" in lines(tmp_path, "began") and "short" in lines(tmp_path, "ran"), "both jobs"
    )
    with pytest.raises(AssertionError, match="did not happen"):
        team.wait_until(lambda: lines(tmp_path, "began").count("long") > 1, "a second run", seconds=3)
    (tmp_path / "release").touch()
    team.wait_until(lambda: unfinished(work) == 0, "the long job's end")
    assert lines(tmp_path, "began").count("long") == 1
    assert effects(work) == ["long", "short"]


def test_a_worker_told_to_stop_finishes_what_it_has_begun(work: Work, team: Team, tmp_path: Path) -> None:
    work.enqueue("test.hold_long", {"what": "a"})
    work.session.commit()
    worker = team.start()
    team.wait_until(lambda: lines(tmp_path, "began") == ["a"], "the job's beginning")
    worker.tell_to_stop()
    (tmp_path / "release").touch()
    assert worker.exit_code() == 0
    assert unfinished(work) == 0
    assert effects(work) == ["a"]
