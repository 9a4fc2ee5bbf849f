"""A real installation for a benchmark: own instance folder, own port, web and worker as `./run` starts them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 180
#: The load of a benchmark comes from one address and is about one product.
UNLIMITED = {f"{what}_PER_{whom}": "0" for what in ("FLAGS", "EVENTS") for whom in ("ADDRESS", "PRODUCT")}


@dataclass
class Installation:
    """Serving at `url`; `facts` is what `sample --json` says; `environ` runs further commands against it."""

    url: str
    instance: Path
    environ: dict[str, str]
    process: subprocess.Popen[bytes]
    seconds_to_first_page: float

    def command(self, *words: str) -> str:
        """Standard output of `betaops …` on this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "betaops", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode()

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.command("sample", "--json").splitlines()[-1])
        return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def installation(
    instance: Path | None = None,
    *,
    with_sample: bool = True,
    host: str = "127.0.0.1",
    more: Mapping[str, str] = {},
) -> Iterator[Installation]:
    """Started and answering; stopped at the end, its folder removed unless it was given.

    `host` is the name by which it is reached: passkeys know "localhost" and no bare address. `more` are
    settings besides.
    """
    folder = instance or Path(tempfile.mkdtemp(prefix="betaops-bench-"))
    port = free_port()
    url = f"http://{host}:{port}"
    environ = {**os.environ, "BETAOPS_INSTANCE": str(folder), "BASE_URL": url, "LOG_LEVEL": "warning"}
    environ |= {**UNLIMITED, **more}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "betaops", "run", "--port", str(port), *([] if with_sample else ["--empty"])],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{url}/sign-in", process)
        yield Installation(url, folder, environ, process, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        if instance is None:
            shutil.rmtree(folder, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the installation stopped with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(url)
