"""Claim: `/flags` on the sample answers at least four times as many requests as an empty Flask route under
gunicorn's threads, in the same run on the same machine. Rounds of both alternate, and the median counts.

gunicorn is needed here only: `.venv/bin/pip install gunicorn`. Load comes from wrk (`apt install wrk`).
"""

import importlib.util
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.spine.server import ROOT, Installation, free_port, installation

ROUNDS = 3
SECONDS = 4
CONNECTIONS = (1, 8, 32)
LEAST_RATIO = 4.0
GUNICORN = ("-k", "gthread", "-w", "1", "--threads", "4", "--log-level", "error")
#: A tester of the sample in the cohort of this flag.
TESTER, FLAG = "ana.ruiz@example.com", "new-editor"

EMPTY_APP = """
from flask import Flask
app = Flask(__name__, static_folder=None)
@app.get("/")
def nothing():
    return b""
"""

#: Distinct ids in turn: people of the sample by address, by product id, and strangers.
ASK_FLAGS = """
local people = {%s}
local number = 0
request = function()
  number = number %% #people + 1
  local body = '{"token":"%s","distinct_id":"' .. people[number] .. '","person_properties":{"app_version":"2.0.412"}}'
  return wrk.format("POST", "/flags/?v=2", {["Content-Type"] = "application/json"}, body)
end
"""


@dataclass(frozen=True)
class Round:
    requests_per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    if shutil.which("wrk") is None:
        print("not run: wrk is missing (apt install wrk)")
        return
    if importlib.util.find_spec("gunicorn") is None:
        print("not run: gunicorn is missing (.venv/bin/pip install gunicorn)")
        return
    with installation() as found, empty_flask() as empty_url, tempfile.TemporaryDirectory() as folder:
        facts = found.facts()
        check(found, facts)
        script = Path(folder) / "flags.lua"
        people = [TESTER, *(f"aurora-{number}" for number in range(1001, 1147))]
        people += [f"stranger-{number}" for number in range(50)]
        script.write_text(ASK_FLAGS % (", ".join(f'"{each}"' for each in people), facts["project_key"]))
        print(f"{'':32}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}")
        for connections in CONNECTIONS:
            compare(found.url, script, empty_url, connections)


def compare(url: str, script: Path, empty_url: str, connections: int) -> None:
    flags, empty = [], []
    for _round in range(ROUNDS):
        empty.append(load(empty_url, connections))
        flags.append(load(url, connections, script))
    for name, rounds in (("empty Flask route, gunicorn", empty), ("/flags", flags)):
        middle = median(rounds)
        print(
            f"{name + ', ' + str(connections):32}{middle.requests_per_second:9.0f}"
            f"{middle.p50_ms:9.2f}{middle.p99_ms:9.2f}"
        )
    ratio = median(flags).requests_per_second / median(empty).requests_per_second
    print(f"  {ratio:.1f} times, {ratio / LEAST_RATIO:.2f} of the least of {LEAST_RATIO:.0f}")


def check(found: Installation, facts: dict[str, Any]) -> None:
    """The answer is right before it is fast: on for a tester of the cohort, off for a stranger."""
    for distinct_id, expected in ((TESTER, True), ("stranger", False)):
        body = json.dumps({"token": facts["project_key"], "distinct_id": distinct_id}).encode()
        with urllib.request.urlopen(f"{found.url}/flags/?v=2", data=body) as answer:
            enabled = json.load(answer)["flags"][FLAG]["enabled"]
        if enabled is not expected:
            raise RuntimeError(f"{FLAG} is {enabled} for {distinct_id}")


def median(rounds: list[Round]) -> Round:
    return Round(
        statistics.median(each.requests_per_second for each in rounds),
        statistics.median(each.p50_ms for each in rounds),
        statistics.median(each.p99_ms for each in rounds),
    )


def load(url: str, connections: int, script: Path | None = None) -> Round:
    """One round of wrk; an answer that is not a 2xx is an error."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    command += ["-s", str(script)] if script else []
    said = subprocess.run([*command, url], capture_output=True, check=True, text=True).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None:
        raise RuntimeError(said)
    return Round(float(rate[1]), _latency(said, "50%"), _latency(said, "99%"))


def _latency(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


@contextmanager
def empty_flask() -> Iterator[str]:
    """One worker with four threads, as `performance` tables have it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty.py").write_text(EMPTY_APP)
        port = free_port()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                *GUNICORN,
                "-b",
                f"127.0.0.1:{port}",
                "--chdir",
                folder,
                "empty:app",
            ],
            cwd=ROOT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def _wait_for(url: str) -> None:
    for _attempt in range(200):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


if __name__ == "__main__":
    main()
