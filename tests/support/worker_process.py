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
from betaops.app import create_app
from betaops.kernel import jobs, logging, mail, smtp
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform, Work
from betaops.web.application import Application
from tests.support import processes

ROOT = Path(__file__).parent.parent.parent
SECRET = "a secret of the tests, long enough"
FAR_AWAY = datetime(2200, 1, 1, tzinfo=UTC)


# Before a room's module is imported on its own, as what a test hands to a worker may be.
wiring.load_models()

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__])


class WorkerProcess:
    """Started in `folder`, where its jobs leave traces: a line in `began` and one in `ran` for each."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        redis_url: str = "",
        smtp_url: str = "",
        with_rooms: Callable[[Path], None] | None = None,
    ) -> None:
        self.folder = folder
        self._process = _forking.Process(
            target=_work, args=(database_url, folder, redis_url, smtp_url, with_rooms)
        )
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
    """Several workers on one database. `with_rooms`: the whole product's, each told that function first, of their folder."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        with_rooms: Callable[[Path], None] | None = None,
        **urls: str,
    ) -> None:
        self._database_url, self._folder, self._urls = database_url, folder, urls
        self._with_rooms = with_rooms
        self._workers: list[WorkerProcess] = []

    def start(self) -> WorkerProcess:
        self._workers.append(
            WorkerProcess(self._database_url, self._folder, with_rooms=self._with_rooms, **self._urls)
        )
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


def note(folder: Path, name: str, what: str) -> None:
    """A line that `lines` finds."""
    with (folder / name).open("a") as file:
        file.write(f"{what}\n")


def hold(folder: Path) -> None:
    """Until the file `release` is there."""
    while not (folder / "release").exists():
        time.sleep(0.02)


def _work(
    database_url: str,
    folder: Path,
    redis_url: str,
    smtp_url: str,
    with_rooms: Callable[[Path], None] | None,
) -> None:
    _stand_alone(folder / "worker.log")
    # A killed worker's jobs should be back within the test's patience.
    jobs.LEASE = timedelta(seconds=1)
    jobs.OFFER_AGAIN_AFTER = timedelta(seconds=1)
    smtp.TIMEOUT_SECONDS = 60.0
    logging.configure("info")
    platform = Platform.open(settings(database_url, folder, redis_url, smtp_url))
    if with_rooms is None:
        _register(folder)
        app = Application(platform)
    else:
        wiring.connect()
        with_rooms(folder)
        app = create_app(platform.settings, platform)
    sys.exit(worker.run(app, threads=3))


def _register(folder: Path) -> None:
    """No rooms: what is tried is the kernel."""

    def noting(work: Work, *, what: str) -> None:
        note(folder, "began", what)
        work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        note(folder, "ran", what)

    def holding(work: Work, *, what: str) -> None:
        """In the middle of its transaction until the file `release` is there."""
        work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        note(folder, "began", what)
        hold(folder)
        note(folder, "ran", what)

    def holding_long(run: jobs.Run, *, what: str) -> None:
        """The same outside any transaction; its lease is kept by the heartbeat."""
        note(folder, "began", what)
        hold(folder)
        with run.work() as work:
            work.enqueue("test.effect", {"what": what}, at=FAR_AWAY)
        note(folder, "ran", what)

    jobs.register("test.note", noting)
    jobs.register("test.hold", holding)
    jobs.register("test.hold_long", holding_long, long=True)
    jobs.register(mail.SEND, mail.send_mail, long=True)


def _stand_alone(log: Path) -> None:
    """As a process started by itself: output of its own, nothing of our environment, gone with its parent."""
    processes.die_with_parent()
    with log.open("ab") as output, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
