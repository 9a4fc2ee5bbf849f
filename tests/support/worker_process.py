"""A real worker in a process of its own, with jobs that a test can watch and hold.

Forked from a server that has everything imported: starting forty of them anew takes a minute.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from betaops import wiring, worker
from betaops.kernel import jobs, logging, mail, smtp
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform, Work
from betaops.web.application import Application
from tests.support import processes

ROOT = Path(__file__).parent.parent.parent
SECRET = "a secret of the tests, long enough"
FAR_AWAY = datetime(2200, 1, 1, tzinfo=UTC)


_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__])


class WorkerProcess:
    """Started in `folder`, where its jobs leave traces: a line in `began` and one in `ran` for each."""

    def __init__(self, database_url: str, folder: Path, *, redis_url: str = "", smtp_url: str = "") -> None:
        self.folder = folder
        self._process = _forking.Process(target=_work, args=(database_url, folder, redis_url, smtp_url))
        self._process.start()

    def kill(self) -> None:
        """SIGKILL: no handler runs, no transaction ends."""
        self._process.kill()
        self._process.join()

    def tell_to_stop(self) -> None:
        self._process.terminate()

    def exit_code(self) -> int | None:
        """Waits for its end; None where it does not come."""
        self._process.join(30)
        return self._process.exitcode

    @property
    def has_crashed(self) -> bool:
        return (self._process.exitcode or 0) > 0

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text()


class Team:
    """Several workers on one database."""

    def __init__(self, database_url: str, folder: Path, **urls: str) -> None:
        self._database_url, self._folder, self._urls = database_url, folder, urls
        self._workers: list[WorkerProcess] = []

    def start(self) -> WorkerProcess:
        self._workers.append(WorkerProcess(self._database_url, self._folder, **self._urls))
        return self._workers[-1]

    def wait_until(self, is_so: Callable[[], bool], what: str, **options: float) -> None:
        """Fails at once, with its log, when a worker crashes."""

        def is_so_now() -> bool:
            crashed = [each.log[-3000:] for each in self._workers if each.has_crashed]
            assert not crashed, f"a worker crashed:\n{crashed[0]}"
            return is_so()

        processes.wait_until(is_so_now, what=what, **options)

    def end(self) -> None:
        for each in self._workers:
            each.kill()


def lines(folder: Path, name: str) -> list[str]:
    """What jobs have written so far."""
    path = folder / name
    return path.read_text().split() if path.exists() else []


def settings(database_url: str, folder: Path, redis_url: str = "", smtp_url: str = "") -> Settings:
    return Settings(
        database_url=database_url,
        secret_key=SECRET,
        instance=folder,
        redis_url=redis_url or None,
        smtp_url=smtp_url or None,
        base_url="http://localhost",
    )


def _write(folder: Path, name: str, what: str) -> None:
    with (folder / name).open("a") as file:
        file.write(f"{what}\n")


def _work(database_url: str, folder: Path, redis_url: str, smtp_url: str) -> None:
    _stand_alone(folder / "worker.log")

    def note(work: Work, *, what: str) -> None:
        _write(folder, "began", what)
        work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        _write(folder, "ran", what)

    def hold(work: Work, *, what: str) -> None:
        """In the middle of its transaction until the file `release` is there."""
        work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        _write(folder, "began", what)
        while not (folder / "release").exists():
            time.sleep(0.02)
        _write(folder, "ran", what)

    def hold_long(run: jobs.Run, *, what: str) -> None:
        """The same outside any transaction; its lease is kept by the heartbeat."""
        _write(folder, "began", what)
        while not (folder / "release").exists():
            time.sleep(0.02)
        with run.work() as work:
            work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        _write(folder, "ran", what)

    # A killed worker's jobs should be back within the test's patience.
    jobs.LEASE = timedelta(seconds=1)
    jobs.OFFER_AGAIN_AFTER = timedelta(seconds=1)
    smtp.TIMEOUT_SECONDS = 60.0
    jobs.register("test.note", note)
    jobs.register("test.hold", hold)
    jobs.register("test.hold_long", hold_long, long=True)
    logging.configure("info")
    jobs.register(mail.SEND, mail.send_mail, long=True)
    # No rooms: what is tried here is the kernel.
    wiring.load_models()
    sys.exit(
        worker.run(Application(Platform.open(settings(database_url, folder, redis_url, smtp_url))), threads=3)
    )


def _stand_alone(log: Path) -> None:
    """As a process started by itself: output of its own, nothing of our environment, gone with its parent."""
    processes.die_with_parent()
    with log.open("ab") as output, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
