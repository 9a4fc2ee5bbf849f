"""What commits write comes from SQLite's log into its file without any of them doing it."""

import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from betaops.kernel import checkpoints
from betaops.kernel.checkpoints import Checkpoints
from betaops.kernel.db import LONGEST_LOG, Database

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def note(database: Database, word: str) -> None:
    with database.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS noted (word TEXT)")
        connection.exec_driver_sql("INSERT INTO noted VALUES (?)", (word,))


def in_the_file(database: Database, tmp_path: Path) -> list[str]:
    """What is there without the log."""
    copy = tmp_path / "without_log.db"
    shutil.copy(database.url.removeprefix("sqlite:///"), copy)
    connection = sqlite3.connect(copy)
    try:
        return [word for (word,) in connection.execute("SELECT word FROM noted")]
    except sqlite3.DatabaseError:  # no table yet, or copied while pages were brought over
        return []
    finally:
        connection.close()


def pages(connection: Any) -> int:
    """In the log."""
    found: tuple[int, int, int] = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return found[1]


def test_a_look_brings_over_what_was_committed(database: Database, tmp_path: Path) -> None:
    connection, looking = database.engine.raw_connection(), Checkpoints(database)
    note(database, "one")
    assert in_the_file(database, tmp_path) == []
    looking.look(connection)
    assert in_the_file(database, tmp_path) == ["one"]
    note(database, "two")
    with database.reading() as session:  # who reads meanwhile neither waits nor is waited for
        session.connection().exec_driver_sql("SELECT word FROM noted").all()
        looking.look(connection)
    assert in_the_file(database, tmp_path) == ["one", "two"]
    connection.close()


def test_a_long_log_is_begun_anew(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, looking = database.engine.raw_connection(), Checkpoints(database)
    for number in range(20):
        note(database, str(number))
    long = pages(connection)
    monkeypatch.setattr(checkpoints, "LONG_LOG", 5)
    note(database, "more")
    looking.look(connection)
    note(database, "after")
    assert pages(connection) < long
    connection.close()


def test_whoever_reads_for_long_has_writers_wait_once_and_not_at_each_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To begin a log anew keeps writers out until readers have gone on."""
    asked: list[str] = []
    connection, looking = database.engine.raw_connection(), Checkpoints(database)
    connection.set_trace_callback(asked.append)
    connection.execute("PRAGMA busy_timeout=10")
    monkeypatch.setattr(checkpoints, "LONG_LOG", 2)
    note(database, "one")
    with database.reading() as session:
        session.connection().exec_driver_sql("SELECT word FROM noted").all()
        for number in range(5):
            note(database, str(number))
            looking.look(connection)
    assert sum("RESTART" in each for each in asked) == 1
    monkeypatch.setattr(looking, "_rests_until", 0.0)
    note(database, "more")
    looking.look(connection)
    note(database, "after")
    assert pages(connection) < 5
    connection.close()


def test_what_fails_is_tried_again_after_a_rest(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a file that is locked as the worker starts."""
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(checkpoints, "REST_SECONDS", 0.01)
    looked, looking = threading.Event(), Checkpoints(database)
    opened: list[object] = []

    def look(connection: object) -> None:
        opened.append(connection)
        if len(opened) == 1:
            raise sqlite3.OperationalError("database or disk is full")
        looked.set()

    monkeypatch.setattr(looking, "look", look)
    looking.start()
    assert looked.wait(timeout=20)
    looking.stop()
    assert opened[0] is not opened[1]


def test_the_thread_does_it_by_itself_and_ends(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.01)
    looking = Checkpoints(database)
    looking.start()
    note(database, "one")
    for _attempt in range(1_000):
        if in_the_file(database, tmp_path) == ["one"]:
            break
    else:
        pytest.fail("nobody brought it over")
    looking.stop()
    assert looking._thread is not None
    assert not looking._thread.is_alive()


def test_no_commit_does_it_before_the_log_is_very_long(database: Database) -> None:
    with database.reading() as session:
        found = session.connection().exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one()
    assert found == LONGEST_LOG
