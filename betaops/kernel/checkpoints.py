"""Moving what was written from SQLite's log into its file while others write on.

SQLite does it at the end of whichever commit finds a thousand pages in the log, and whoever waits for that commit waits for
a second, larger write to the disk: every fifth group of submissions. Here a thread does it beside the writer.
"""

import sqlite3
import threading

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger("ingest")

#: Pages in the log after which the writer does it after all: only while it ends can the log begin again from its start.
LONGEST_LOG, LONGEST_LOG_OF_OTHERS = 8_000, 1_000
#: Writes between two times: some ten pages each.
WRITES = 100


class Checkpoints:
    """Made along a connection that writes much; `close` before it is given back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writes, self._is_closed = 0, False
        self._due = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def written(self, count: int) -> None:
        """So many more are in the log."""
        self._writes += count
        if self._writes >= WRITES:
            self._writes = 0
            self._due.set()

    def close(self) -> None:
        self._is_closed = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._is_closed:
                return
            try:
                self._move()
            except (sqlite3.Error, SQLAlchemyError):
                # The log only grows; whoever writes hears of what is wrong.
                log.warning("checkpoint_failed", exc_info=True)

    def _move(self) -> None:
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()


def leave_to_others(connection: Connection, wanted: bool) -> None:
    """Whether commits on `connection` leave the log alone until it is very long."""
    pages = LONGEST_LOG if wanted else LONGEST_LOG_OF_OTHERS
    connection.connection.cursor().execute(f"PRAGMA wal_autocheckpoint={pages}")
