"""Claim: at 32 connections at least 4,000 single-page responses of ten answers a second come in by the API, each on disk
before it is answered (SQLite, synchronous=FULL), with a p99 of at most 15 ms.

Load is wrk's on the same machine, beside the running worker. Every response that was answered is counted in the
database afterwards. The speed of the machine as it is now is told by how many such responses a bare loop on the
driver commits one by one in a file of its own, without checks, keys or events.
"""

import json
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.flags.http import serving
from bench.flags.noise import Noise, cpu_seconds
from bench.spine.server import installation
from bench.spine.surveys import ANSWERS, Planted, plant
from bench.surveys.limits import least, most
from betaops.kernel import ids
from betaops.surveys import queries

ROUNDS, SECONDS = 5, 4
CONNECTIONS = (1, 4, 32)
LEAST_PER_SECOND, MOST_P99_MS = 4000.0, 15.0

SCRIPT = """
local number, thread = 0, "%s"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
request = function()
  number = number + 1
  return wrk.format(nil, nil, nil, '{"submission_key": "' .. thread .. number .. '", "answers": %s}')
end
"""


def main() -> None:
    if shutil.which("wrk") is None:
        print("not run: wrk is missing (apt install wrk)")
        return
    with (
        tempfile.TemporaryDirectory(prefix="betaops-bench-") as folder,
        installation(with_sample=False) as found,
    ):
        print(f"a bare loop on the driver: {_bare(Path(folder)):,.0f} responses/s")
        planted = plant(found, people=0)
        pids = serving(found)
        answered = 0
        print(f"{'':16}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'others':>9}")
        for connections in CONNECTIONS:
            noise, rounds = Noise(), []
            for number in range(ROUNDS):
                name = f"{connections}-{number}-"
                before = sum(map(cpu_seconds, pids))
                count, rate, p50, p99 = _load(Path(folder), found.url, planted, connections, name)
                rounds.append((rate, p50, p99, (sum(map(cpu_seconds, pids)) - before) / count * 1e6))
                answered += count
            rate, p50, p99, cpu = (statistics.median(values) for values in zip(*rounds, strict=True))
            print(
                f"{connections:3} connections {rate:9,.0f}{p50:9.2f}{p99:9.2f}{cpu:9.0f}{noise.share():9.0%}",
                flush=True,
            )
        with planted.platform.database.reading(planted.workspace_id) as session:
            kept = queries.count_responses(session, planted.survey_id)
        planted.platform.database.close()
        # wrk closes its connections at the end of a round without waiting for what it asked last.
        print(f"  {kept:,} responses in the database, {answered:,} of them answered within a round")
        if kept < answered:
            raise RuntimeError(f"{answered - kept} responses were lost")
        least("responses a second at 32 connections", rate, LEAST_PER_SECOND, "/s")
        most("p99 at 32 connections", p99, MOST_P99_MS, "ms")


def _load(
    folder: Path, url: str, planted: Planted, connections: int, name: str
) -> tuple[int, float, float, float]:
    """One round: how many were answered, a second, p50 and p99 in ms."""
    script = folder / "submit.lua"
    script.write_text(SCRIPT % (name, planted.key, json.dumps(ANSWERS)))
    address = f"http://127.0.0.1:{urlsplit(url).port}/api/v1/surveys/{ids.encode('svy', planted.survey_id)}/responses"
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script), address],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    count, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if "Non-2xx" in said or count is None or rate is None:
        raise RuntimeError(said)
    return int(count[1]), float(rate[1]), _latency(said, "50%"), _latency(said, "99%")


def _latency(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _bare(folder: Path) -> float:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE response (id INTEGER PRIMARY KEY, answers TEXT)")
    connection.execute(
        "CREATE TABLE answer (id INTEGER PRIMARY KEY, response INTEGER, question TEXT, code TEXT)"
    )
    rows = [(1, name, str(value)) for name, value in ANSWERS.items()]
    text, count, started = json.dumps(ANSWERS), 0, time.perf_counter()
    while time.perf_counter() - started < 2:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO response (answers) VALUES (?)", (text,))
        connection.executemany("INSERT INTO answer (response, question, code) VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return count / 2


if __name__ == "__main__":
    main()
