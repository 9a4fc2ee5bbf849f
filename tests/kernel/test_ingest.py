"""Many small writes committed together: each caller hears of its own, and one that fails takes no other with it."""

import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, func, select

from betaops.accounts.models import Workspace
from betaops.kernel.db import Database
from betaops.kernel.errors import Refused
from betaops.kernel.jobs import Job
from betaops.kernel.work import Platform, Work


def add(number: int) -> Any:
    """A change that writes one row; every third fails after it wrote."""

    def change(work: Work) -> int:
        work.enqueue("test.job", {"number": number})
        if number % 3 == 0:
            raise Refused("no", f"number {number}")
        return number

    return change


def attempt(platform: Platform, work: Work, number: int) -> Any:
    try:
        return platform.ingest.write(work.session.info["workspace_id"], add(number))
    except Refused as error:
        return str(error.message)


def numbers(work: Work) -> list[int]:
    work.session.expire_all()
    found = sorted(
        job.args["number"] for job in work.session.scalars(select(Job).where(Job.name == "test.job"))
    )
    # Others write while this test looks: it must not hold the database.
    work.session.commit()
    return found


def test_each_caller_hears_of_its_own_write(platform: Platform, work: Work) -> None:
    with ThreadPoolExecutor(12) as threads:
        heard = list(threads.map(lambda number: attempt(platform, work, number), range(60)))
    assert heard == [f"number {number}" if number % 3 == 0 else number for number in range(60)]
    assert numbers(work) == [number for number in range(60) if number % 3]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_waiting_writes_share_one_commit(platform: Platform, database: Database, work: Work) -> None:
    commits: list[Any] = []
    event.listen(database.engine, "commit", commits.append)
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(lambda number: attempt(platform, work, 3 * number + 1), range(120)))
    assert len(commits) < 120
    assert work.session.scalar(select(func.count()).select_from(Job)) == 120


def test_a_write_sees_its_own_workspace_only(platform: Platform, work: Work) -> None:
    other = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(other)
    work.session.commit()
    assert platform.ingest.write(other.id, lambda own: own.workspace_id) == other.id
    assert platform.ingest.write(work.workspace_id, lambda own: own.workspace_id) == work.workspace_id


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_when_the_commit_fails_everybody_hears_of_it_and_nothing_is_written(
    platform: Platform, database: Database, work: Work
) -> None:
    def full(_connection: Any) -> None:
        raise OSError("disk full")

    event.listen(database.engine, "commit", full)
    with ThreadPoolExecutor(4) as threads:
        writes = [
            threads.submit(platform.ingest.write, work.session.info["workspace_id"], add(number))
            for number in (1, 2, 4)
        ]
        for write in writes:
            with pytest.raises(OSError, match="disk full"):
                write.result()
    event.remove(database.engine, "commit", full)
    assert numbers(work) == []
    assert attempt(platform, work, 5) == 5


def take(work: Work, several: Sequence[int]) -> list[int]:
    """Writes a row for each, and fails for whole tens."""
    for number in several:
        work.enqueue("test.job", {"number": number})
    if any(number % 10 == 0 for number in several):
        raise Refused("no", "a whole ten")
    return [-number for number in several]


def test_one_of_several_things_that_fails_takes_no_other_with_it(platform: Platform, work: Work) -> None:
    workspace_id = work.session.info["workspace_id"]

    def attempt_one(number: int) -> Any:
        try:
            return platform.ingest.write_one(workspace_id, take, number)
        except Refused as error:
            return str(error.message)

    with ThreadPoolExecutor(12) as threads:
        heard = list(threads.map(attempt_one, range(40)))
    assert heard == ["a whole ten" if number % 10 == 0 else -number for number in range(40)]
    assert numbers(work) == [number for number in range(40) if number % 10]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_things_that_wait_are_taken_together_and_nobody_need_wait_with_them(
    platform: Platform, database: Database, work: Work
) -> None:
    workspace_id = work.session.info["workspace_id"]
    sizes: list[int] = []
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def taken(own: Work, several: Sequence[int]) -> list[int]:
        sizes.append(len(several))
        return take(own, several)

    def then(result: int | None, error: BaseException | None) -> None:
        heard.put((result, type(error)))
        raise RuntimeError("whoever is told is no harm to others")

    with database.writing(workspace_id):
        for number in range(1, 6):
            platform.ingest.write_one_later(workspace_id, taken, number, then)
    assert {heard.get(timeout=20) for _ in range(5)} == {(-number, type(None)) for number in range(1, 6)}
    assert max(sizes) > 1
    platform.ingest.write_one_later(workspace_id, taken, 10, then)
    assert heard.get(timeout=20) == (None, Refused)
    assert numbers(work) == [1, 2, 3, 4, 5]
