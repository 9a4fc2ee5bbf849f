"""Runs due deliveries and jobs: with the database alone, or as Celery tasks over REDIS_URL.

Either way the rows decide (`kernel.jobs`). The local runner polls and claims. With Celery a sweeper in every
worker hands the ids of due rows to the broker, again after a minute if nothing came of it, and a task claims
its row like the local runner does; a message that comes twice or late finds nothing to claim.
"""

import gc
import signal
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from flask import g
from sqlalchemy.exc import SQLAlchemyError

from betaops.kernel import clock, counting, jobs, schedule
from betaops.kernel.checkpoints import Checkpoints
from betaops.web.access import VISITOR
from betaops.web.application import Application, Unit

if TYPE_CHECKING:
    from celery import Celery

log = structlog.get_logger("job")

POLL_SECONDS = 0.2
#: After the database did not answer.
PAUSE_SECONDS = 1.0
#: How long a job may go on in Python while another one waits for its turn, maybe in the middle of a transaction.
SWITCH_SECONDS = 0.0005
#: What is under way gets so long to end when the worker is told to stop; the rest is repeated elsewhere.
FINISH_WITHIN_SECONDS = 12.0


def settle() -> None:
    """For a process that does nothing but this: with a transaction open, neither of these is a time to pause.

    Python lets a job go on for 5 ms while another waits, after each of its statements; and to look through all that
    was loaded for what nobody needs any more takes a tenth of a second each time.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()


@contextmanager
def context(app: Application) -> Iterator[None]:
    """Like a request of nobody at BASE_URL, so that templates render and `url_for` gives public addresses."""
    with app.test_request_context(base_url=app.platform.settings.base_url):
        g.unit = Unit(app.platform, is_safe=True, viewer=VISITOR)
        try:
            yield
        finally:
            g.unit.close()


def execute(app: Application, claimed: jobs.Claimed) -> None:
    """Run one claimed job to its end and log how it went."""
    started = perf_counter()
    with context(app), counting.counting() as tally:
        outcome = jobs.perform(app.platform, claimed)
    log.info(
        "job",
        id=str(claimed.id),
        name=claimed.name,
        attempt=claimed.attempt,
        outcome=outcome,
        ms=round((perf_counter() - started) * 1000, 1),
        queries=tally.statements,
    )


class Crew:
    """The jobs under way in this process, each in a thread, and the heartbeat that keeps their leases."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._under_way: dict[uuid.UUID, jobs.Claimed] = {}
        self._lock = threading.Lock()
        self._last_beat = perf_counter()
        #: Set whenever a job ends.
        self.ended = threading.Event()

    def __len__(self) -> int:
        return len(self._under_way)

    def run(self, claimed: jobs.Claimed) -> None:
        """To its end, in the calling thread."""
        with self._lock:
            self._under_way[claimed.id] = claimed
        try:
            execute(self._app, claimed)
        except SQLAlchemyError as error:
            # Not even its failure could be written down; the lease runs out and it is repeated.
            log.warning("job_left_behind", id=str(claimed.id), name=claimed.name, error=str(error))
        finally:
            with self._lock:
                self._under_way.pop(claimed.id, None)
            self.ended.set()

    def start(self, claimed: jobs.Claimed) -> None:
        """To its end, in a thread of its own. Counted from now on."""
        with self._lock:
            self._under_way[claimed.id] = claimed
        threading.Thread(target=self.run, args=(claimed,), name=claimed.name, daemon=True).start()

    def beat(self) -> None:
        """Prolong the leases of what is under way, four times per lease."""
        if perf_counter() - self._last_beat < jobs.LEASE.total_seconds() / 4:
            return
        with self._lock:
            present = list(self._under_way.values())
        if present:
            with self._app.platform.database.writing() as session:
                for claimed in present:
                    jobs.prolong(session, claimed, clock.now())
        self._last_beat = perf_counter()

    def wait(self, seconds: float) -> bool:
        """Until nothing is under way; False when that takes longer."""
        deadline = perf_counter() + seconds
        while self._under_way and (left := deadline - perf_counter()) > 0:
            self.ended.wait(min(left, POLL_SECONDS))
            self.ended.clear()
        return not self._under_way


class Loop:
    """What every worker does besides its jobs: keep leases, enqueue periodic jobs; until told to stop."""

    def __init__(self, app: Application) -> None:
        self.database = app.platform.database
        self.crew = Crew(app)
        self.stopping = threading.Event()
        self._minute: int | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._keep_time()
                was_idle = not self.find_work()
            except SQLAlchemyError as error:
                log.warning("database_away", error=str(error))
                self.stopping.wait(PAUSE_SECONDS)
                continue
            if was_idle:
                self.crew.ended.wait(POLL_SECONDS)
                self.crew.ended.clear()

    def find_work(self) -> bool:
        """Whether there was any."""
        raise NotImplementedError

    def _keep_time(self) -> None:
        self.crew.beat()
        now = clock.now()
        minute = int(now.timestamp() // 60)
        if minute != self._minute:
            with self.database.writing() as session:
                schedule.enqueue_due(session, now)
            self._minute = minute


class LocalRunner(Loop):
    """Claims what is due whenever a thread is free."""

    def __init__(self, app: Application, *, threads: int) -> None:
        super().__init__(app)
        self._threads = threads

    def find_work(self) -> bool:
        free = self._threads - len(self.crew)
        if free <= 0:
            return False
        with self.database.reading() as session:
            if not jobs.is_due(session, clock.now()):
                return False
        with self.database.writing() as session:
            claimed = jobs.claim(session, clock.now(), limit=free)
        for each in claimed:
            self.crew.start(each)
        return bool(claimed)

    def stop(self, *_signal: Any) -> None:
        self.stopping.set()
        self.crew.ended.set()


class Sweeper(Loop):
    """Hands the ids of due rows to the broker."""

    def __init__(self, app: Application, celery: "Celery") -> None:
        super().__init__(app)
        self._celery = celery

    def find_work(self) -> bool:
        from kombu.exceptions import OperationalError

        with self.database.reading() as session:
            if not jobs.is_due(session, clock.now()):
                return False
        with self.database.writing() as session:
            ids = jobs.offer(session, clock.now())
        try:
            for job_id in ids:
                self._celery.send_task(TASK, (str(job_id),), retry=False)
        except OperationalError as error:
            log.warning("broker_away", error=str(error))
            self.stopping.wait(PAUSE_SECONDS)
        return bool(ids)

    def execute_row(self, job_id: str) -> None:
        """The task: nothing happens where the row is not due any more."""
        with self.database.writing() as session:
            claimed = jobs.claim(session, clock.now(), only=uuid.UUID(job_id))
        for each in claimed:
            self.crew.run(each)


TASK = "betaops.execute"


def run(app: Application, *, threads: int = 4) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code."""
    return _run_celery(app, threads) if app.platform.settings.redis_url else _run_local(app, threads)


def _run_local(app: Application, threads: int) -> int:
    runner = LocalRunner(app, threads=threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, runner.stop)
    checkpoints = Checkpoints(app.platform.database)
    checkpoints.start()
    runner.run()
    if not runner.crew.wait(FINISH_WITHIN_SECONDS):
        log.warning("stopped_in_the_middle", jobs=len(runner.crew))
    checkpoints.stop()
    return 0


def _run_celery(app: Application, threads: int) -> int:
    celery = broker(app.platform.settings.redis_url or "")
    sweeper = Sweeper(app, celery)
    celery.task(name=TASK)(sweeper.execute_row)
    thread = threading.Thread(target=sweeper.run, name="sweeper", daemon=True)
    thread.start()
    worker = celery.Worker(
        pool="threads",
        concurrency=threads,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    sweeper.stopping.set()
    thread.join(FINISH_WITHIN_SECONDS)
    return int(worker.exitcode or 0)


def broker(url: str) -> "Celery":
    """Celery as this product uses it: messages are hints, so nothing of theirs is kept."""
    from celery import Celery

    celery = Celery("betaops", broker=url, set_as_current=False)
    celery.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        # Redis gives unacknowledged messages back; a row under lease then has nothing to claim.
        broker_transport_options={"visibility_timeout": 3600, "socket_keepalive": True},
    )
    return celery
