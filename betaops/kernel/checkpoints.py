"""What commits have written into SQLite's log is brought into the file by a thread of its own.

SQLite has the commit do it that fills the log, which then takes several times as long as its neighbours. The worker
process looks after the log instead; without one, a commit does it where the log has become very long (`db.LONGEST_LOG`).
"""

import sqlite3
import threading
import time
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from betaops.kernel.db import LONGEST_LOG, Database

log = structlog.get_logger("checkpoints")

#: Pages that many commits write are brought over once, and a log of some thousand pages costs readers next to nothing. Longer,
#: and whole responses that come in as fast as they can would fill the log in between.
EVERY_SECONDS = 0.2
#: A log of half the length at which commits do it is begun anew, for which the next writer waits a moment.
LONG_LOG = LONGEST_LOG // 2
_HASTE_MS = 200
#: What did not go is not tried again any sooner.
REST_SECONDS = 5.0


class Checkpoints:
    """Of one database; `start` does nothing where it is no SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        #: Of the last state that is in the file as a whole.
        self._version = -1
        self._rests_until = 0.0

    def start(self) -> None:
        if self._database.is_sqlite:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look_on()
            except (sqlite3.Error, SQLAlchemyError) as error:  # the disk is full, say: it will be for a while
                log.warning("no_checkpoint", error=str(error))
                self._stopping.wait(REST_SECONDS)

    def _look_on(self) -> None:
        """Until it is to stop. By one connection alone the numbers of `data_version` can be compared."""
        connection = self._database.engine.raw_connection()
        self._version = -1
        try:
            connection.execute(f"PRAGMA busy_timeout={_HASTE_MS}")
            while not self._stopping.wait(EVERY_SECONDS):
                self.look(connection)
        finally:
            connection.invalidate()
            connection.close()

    def look(self, connection: Any) -> None:
        """Bring over what is new, beside writers and readers; none waits, unless the log is long."""
        version = _one(connection, "PRAGMA data_version")[0]
        if version == self._version:
            return
        _is_busy, pages, brought = _one(connection, "PRAGMA wal_checkpoint(PASSIVE)")
        # Where they never come to an end together, the log would grow for ever.
        if pages >= LONG_LOG and time.monotonic() >= self._rests_until:
            is_busy, pages, brought = _one(connection, "PRAGMA wal_checkpoint(RESTART)")
            if is_busy:  # somebody reads for long, and while they are waited for nobody writes
                self._rests_until = time.monotonic() + REST_SECONDS
        if brought == pages:
            self._version = version


def _one(connection: Any, statement: str) -> tuple[int, ...]:
    found: tuple[int, ...] = connection.execute(statement).fetchone()
    return found
