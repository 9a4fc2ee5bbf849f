"""What a worker needs goes away under it and comes back: it goes on without a hand, and nothing is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from betaops.kernel.clock import now
from betaops.kernel.db import Database
from betaops.kernel.jobs import Job, JobState, enqueue
from tests.support import postgresql, redis
from tests.support.databases import migrate
from tests.support.worker_process import Team, lines

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    server = postgresql.Server()
    server.start()
    migrate(server.url)
    yield server
    server.close()


def add_job(database: Database, name: str, what: str) -> None:
    with database.writing() as session:
        enqueue(session, name, {"what": what}, now=now(), run_at=now(), workspace_id=None)


def is_done(database: Database, what: str) -> bool:
    with database.reading() as session:
        state = select(Job.state).where(Job.args["what"].as_string() == what, Job.name != "test.effect")
        return session.scalar(state) is JobState.DONE


def test_the_database_goes_in_the_middle_of_a_job(server: postgresql.Server, tmp_path: Path) -> None:
    database = Database(server.url)
    add_job(database, "test.hold", "a")
    with ExitStack() as stack:
        team = Team(server.url, tmp_path)
        stack.callback(team.end)
        worker = team.start()
        team.wait_until(lambda: lines(tmp_path, "began") == ["a"], "the job's beginning")
        server.stop()
        (tmp_path / "release").touch()
        team.wait_until(lambda: "database_away" in worker.log, "the worker's noticing")
        server.start()
        team.wait_until(lambda: is_done(database, "a"), "the job's repetition")
        assert lines(tmp_path, "began") == ["a", "a"]
        with database.reading() as session:
            effects = session.scalars(select(Job).where(Job.name == "test.effect")).all()
            assert len(effects) == 1
    database.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_broker_goes_and_comes_back_empty(database: Database, tmp_path: Path) -> None:
    broker = redis.Server()
    broker.start()
    with ExitStack() as stack:
        stack.callback(broker.close)
        team = Team(database.url, tmp_path, redis_url=broker.url)
        stack.callback(team.end)
        worker = team.start()
        add_job(database, "test.note", "before")
        team.wait_until(lambda: is_done(database, "before"), "a job")
        broker.stop()
        add_job(database, "test.note", "during")
        team.wait_until(lambda: "broker_away" in worker.log, "the worker's noticing")
        broker.start()
        team.wait_until(lambda: is_done(database, "during"), "the job given to a broker that was away")
