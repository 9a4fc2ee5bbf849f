"""Counts from many requests, added up in memory and written together a moment later.

For what is worth counting and not worth a write each: a process that is killed loses the last moment (one that is told
to end writes it), and a full memory drops counts and says how many, rather than making anybody wait.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from prometheus_client import Counter as Metric

if TYPE_CHECKING:
    from betaops.kernel.work import Platform, Work

log = structlog.get_logger("tallies")

#: Different things counted and not yet written; beyond, only what is among them already is counted.
MOST_WAITING = 20_000
#: Between two writes: what a process that is killed loses. The shorter, the less is added up before it is written, so
#: it is longer where others wait for the one writer.
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 2.0

#: Of (work, times by what was counted): adds it to the database.
Writer = Callable[["Work", Mapping[Any, int]], None]

_dropped = Metric("betaops_counts_dropped_total", "Counts lost because memory was full or writing failed.")


class Tallies:
    """The counts of one process."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._waiting: dict[tuple[UUID, Writer], Counter[Any]] = {}
        self._different = 0
        self._thread: threading.Thread | None = None
        self._is_written_at_the_end = False

    def add(self, workspace_id: UUID, writer: Writer, what: Hashable) -> None:
        """Count `what` once; `writer` gets it soon, in a Work of that workspace."""
        with self._lock:
            counts = self._waiting.setdefault((workspace_id, writer), Counter())
            if what not in counts:
                if self._different >= MOST_WAITING:
                    _dropped.inc()
                    return
                self._different += 1
            counts[what] += 1
            if self._thread is None:
                self._write_at_the_end()
                self._thread = threading.Thread(target=self._run, name="tallies", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what waits, now; what is just being written is written when this returns."""
        with self._writing:
            with self._lock:
                waiting, self._waiting, self._different = self._waiting, {}, 0
            for (workspace_id, writer), counts in waiting.items():
                try:
                    self._platform.ingest.write(workspace_id, partial(_write, writer, counts))
                except Exception:  # the database is away: counts are not worth keeping for later
                    _dropped.inc(counts.total())
                    log.warning("counts_dropped", exc_info=True)

    def _write_at_the_end(self) -> None:
        """Of this process. Processes of the server's end as those of `multiprocessing` do, without `atexit`."""
        if not self._is_written_at_the_end:
            self._is_written_at_the_end = True
            Finalize(None, self.flush, exitpriority=0)

    def _run(self) -> None:
        """Ends when nothing waits; the next count starts another."""
        while True:
            self._pause()
            self.flush()
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return

    def _pause(self) -> None:
        ends_at = time.monotonic() + LONGEST_PAUSE_SECONDS
        while True:
            time.sleep(PAUSE_SECONDS)
            if not self._platform.ingest.is_busy or time.monotonic() >= ends_at:
                return


def _write(writer: Writer, counts: Mapping[Any, int], work: "Work") -> None:
    writer(work, counts)
