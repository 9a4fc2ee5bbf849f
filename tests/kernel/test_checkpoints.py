"""What was written gets from SQLite's log into its file beside the writer, not in its commits."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from betaops.kernel import checkpoints
from betaops.kernel.checkpoints import LONGEST_LOG, LONGEST_LOG_OF_OTHERS, WRITES, Checkpoints
from betaops.kernel.db import Database
from betaops.kernel.work import Platform, Work

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_after_many_writes_the_log_is_moved_into_the_file(
    database: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, move = threading.Event(), Checkpoints._move  # what the thread does

    def noted(self: Checkpoints) -> None:
        move(self)
        moved.set()

    monkeypatch.setattr(Checkpoints, "_move", noted)
    work.enqueue("test.job", {"filling": "x" * 200_000})
    work.session.commit()
    file = Path(database.url.removeprefix("sqlite:///"))
    before = file.stat().st_size
    beside = Checkpoints(database.engine)
    beside.written(WRITES - 1)
    assert not moved.is_set()
    beside.written(1)
    assert moved.wait(20)
    beside.close()
    assert file.stat().st_size > before + 100_000  # some of it had room before


def test_the_writer_leaves_the_log_alone_and_others_do_not(
    platform: Platform, database: Database, work: Work
) -> None:
    work.session.commit()
    ask = text("PRAGMA wal_autocheckpoint")
    assert platform.ingest.write(None, lambda own: own.session.scalar(ask)) == LONGEST_LOG
    with database.writing() as session:
        assert session.scalar(ask) == LONGEST_LOG_OF_OTHERS


def test_a_log_that_cannot_be_moved_stops_nobody(
    platform: Platform, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Semaphore(0)

    def fail(self: Checkpoints) -> None:
        tried.release()
        raise checkpoints.sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Checkpoints, "_move", fail)
    monkeypatch.setattr(checkpoints, "WRITES", 1)
    workspace_id = work.workspace_id
    work.session.commit()
    for _again in range(2):
        assert platform.ingest.write(workspace_id, lambda own: own.enqueue("test.job")) is not None
        assert tried.acquire(timeout=20)
