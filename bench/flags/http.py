"""Claim: with 32 connections `/flags` answers at least eight times as many requests as the frontend API of Unleash 8 on
the same machine, with a p99 of at most a quarter, at most 80 µs of CPU a request, and 120 MiB.

All hold the same 50 flags and are asked about 10,000 people in turn, by wrk on the same machine, after everybody has been
met. Rounds alternate and the median counts; CPU is of all processes of a server, its database included; memory is of
its own processes, what they share counted once.
"""

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.flags import flags as made
from bench.flags import unleash
from bench.flags.noise import Noise, cpu_seconds, family
from bench.spine.server import ROOT, UNLIMITED, Installation, free_port, installation, wait_for
from tests.support.postgresql import Server, binaries

ROUNDS, SECONDS, WARMING = 5, 3, 10
CONNECTIONS = (1, 8, 32)
SHARE = 30
CHECKED = 200
LEAST_RATIO, MOST_OF_P99, MOST_CPU, MOST_MIB = 8.0, 0.25, 80.0, 120.0

#: One request a line: body or address. All are written before the clock starts.
SCRIPT = """
local requests, number = {}, 0
init = function()
  for line in io.lines("%s") do
    requests[#requests + 1] = %s
  end
end
request = function()
  number = number %% #requests + 1
  return requests[number]
end
"""
ASK_US = 'wrk.format("POST", "/flags/?v=2", {["Content-Type"] = "application/json"}, line)'
ASK_UNLEASH = 'wrk.format("GET", line, {["Authorization"] = "%s"}, nil)'


@dataclass
class Served:
    """A server under load: how to ask it, and what counts as its own."""

    name: str
    url: str
    script: Path
    is_on: Callable[[dict[str, Any]], set[str]]
    pids: Callable[[], list[int]]
    database: int | None = None
    rounds: dict[int, list["Round"]] = field(default_factory=dict)

    def median(self, connections: int, what: str) -> float:
        return statistics.median(getattr(each, what) for each in self.rounds[connections])


@dataclass(frozen=True)
class Round:
    count: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def main() -> None:
    if shutil.which("wrk") is None:
        print("not run: wrk is missing (apt install wrk)")
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="betaops-bench-")))
        served = [stack.enter_context(ours(folder))]
        if binaries() is not None:
            served.append(stack.enter_context(ours_alone(folder)))
        own = len(served)
        if installed := unleash.folder():
            served.append(stack.enter_context(theirs(folder, installed)))
        else:
            print(unleash.SETUP)
        for each in served:
            check(each)
        for each in served:
            warm(each)
        print(f"{'':34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'others':>9}")
        for connections in CONNECTIONS:
            compare(served, connections)
        for each in served:
            resident, proportional = memory(each.pids())
            print(
                f"{each.name:34}{resident:6.0f} MiB resident, {proportional:.0f} MiB with what is shared counted once"
            )
        for each in served[:own]:
            verdict(each, served[own:])


def compare(served: list[Served], connections: int) -> None:
    noise = Noise()
    for each in served:
        each.rounds[connections] = []
    for _round in range(ROUNDS):
        for each in served:
            each.rounds[connections].append(load(each, connections))
    others = noise.share()
    for each in served:
        print(
            f"{each.name + ', ' + str(connections):34}{each.median(connections, 'per_second'):9.0f}"
            f"{each.median(connections, 'p50_ms'):9.2f}{each.median(connections, 'p99_ms'):9.2f}"
            f"{each.median(connections, 'cpu_us'):9.1f}{others:9.0%}"
        )


def verdict(own: Served, peers: list[Served]) -> None:
    most = CONNECTIONS[-1]
    cpu, (_resident, mib) = own.median(most, "cpu_us"), memory(own.pids())
    print(own.name)
    print(f"  {cpu:.0f} µs of CPU a request: {cpu / MOST_CPU:.2f} of the limit of {MOST_CPU:.0f}")
    print(f"  {mib:.0f} MiB: {mib / MOST_MIB:.2f} of the limit of {MOST_MIB:.0f}")
    for other in peers:
        ratio = own.median(most, "per_second") / other.median(most, "per_second")
        slower = own.median(most, "p99_ms") / other.median(most, "p99_ms")
        cheaper = other.median(most, "cpu_us") / cpu
        print(
            f"  {ratio:.1f} times the requests of {other.name}: {ratio / LEAST_RATIO:.2f} of the least of {LEAST_RATIO:.0f}"
        )
        print(f"  {slower:.2f} of its p99: {slower / MOST_OF_P99:.2f} of the limit of {MOST_OF_P99}")
        print(f"  {cheaper:.1f} times less CPU a request")


def warm(each: Served) -> None:
    """Until a round, each of which begins with the same person, has come by everybody; or often enough."""
    for _round in range(WARMING):
        if load(each, CONNECTIONS[-1]).count >= len(made.people()):
            return


def load(each: Served, connections: int) -> Round:
    """One round of wrk; an answer that is not a 2xx is an error."""
    before = _cpu(each)
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(each.script), each.url],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    spent = _cpu(each) - before
    count, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if "Non-2xx" in said or count is None or rate is None:
        raise RuntimeError(said)
    return Round(
        int(count[1]),
        float(rate[1]),
        _latency(said, "50%"),
        _latency(said, "99%"),
        spent / int(count[1]) * 1e6,
    )


def _latency(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _cpu(each: Served) -> float:
    database = family(each.database) if each.database is not None else []
    return sum(map(cpu_seconds, [*each.pids(), *database]))


def memory(pids: list[int]) -> tuple[float, float]:
    """MiB: resident, and with what processes share counted once."""
    found = [0.0, 0.0]
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            for index, name in enumerate(("Rss:", "Pss:")):
                if line.startswith(name):
                    found[index] += int(line.split()[1]) / 1024
    return found[0], found[1]


def check(each: Served) -> None:
    """Nobody gets a flag that does not fit them, and about as many of the others as asked for."""
    fitting = on = 0
    for person in random.Random(3).sample(made.people(), CHECKED):
        expected = {flag.key for flag in made.flags() if made.fits(flag, person)}
        found = each.is_on(person)
        if found - expected:
            raise RuntimeError(f"{each.name}: {sorted(found - expected)} for {person}")
        fitting, on = fitting + len(expected), on + len(found)
    if not (SHARE - 3) / 100 < on / fitting < (SHARE + 3) / 100:
        raise RuntimeError(f"{each.name}: {on / fitting:.1%} rolled out")
    print(f"{each.name:34}right for {CHECKED} people; {on / fitting:.1%} rolled out")


@contextmanager
def ours(folder: Path) -> Iterator[Served]:
    """A whole installation as `./run` starts it."""
    with installation() as found:
        project_key = filled(found, folder)
        yield asked(folder, "/flags of ./run", found.url, project_key, lambda: serving(found))


@contextmanager
def ours_alone(folder: Path) -> Iterator[Served]:
    """`serve --only edge` on PostgreSQL, as in the scaled size."""
    postgresql = Server()
    postgresql.start()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ,
        "DATABASE_URL": postgresql.url,
        "SECRET_KEY": "nobody guesses what a bench calls its secret",
        "BASE_URL": url,
        "BETAOPS_INSTANCE": str(folder),
        "LOG_LEVEL": "warning",
        **UNLIMITED,
    }
    words = [sys.executable, "-m", "betaops"]
    try:
        subprocess.run([*words, "migrate"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen(
            [*words, "serve", "--only", "edge", "--port", str(port)], cwd=ROOT, env=environ
        )
        try:
            # As a balancer asks: what that loads counts.
            wait_for(f"{url}/readyz", process)
            project_key = filled(Installation(url, folder, environ, process, 0.0), folder)
            assert postgresql._process is not None
            database = postgresql._process.pid
            yield asked(
                folder, "/flags of serve --only edge", url, project_key, lambda: family(process.pid), database
            )
        finally:
            process.terminate()
            process.wait(30)
    finally:
        postgresql.close()


def filled(found: Installation, folder: Path) -> str:
    """The product's key, once it has the flags."""
    facts = found.facts()
    document = folder / "flags.json"
    document.write_text(json.dumps(made.definitions(made.flags(), SHARE)))
    found.command("flags", "import", str(document), "--product", facts["product"], "--replace")
    return str(facts["project_key"])


def asked(
    folder: Path,
    name: str,
    url: str,
    project_key: str,
    pids: Callable[[], list[int]],
    database: int | None = None,
) -> Served:
    def body(person: dict[str, Any]) -> str:
        properties = {name: value for name, value in person.items() if name != "id"}
        return json.dumps(
            {"token": project_key, "distinct_id": person["id"], "person_properties": properties}
        )

    def is_on(person: dict[str, Any]) -> set[str]:
        with urllib.request.urlopen(f"{url}/flags/?v=2", data=body(person).encode()) as answer:
            return {key for key, flag in json.load(answer)["flags"].items() if flag["enabled"]}

    script = written(folder, name.rsplit(maxsplit=1)[-1].strip("./"), map(body, made.people()), ASK_US)
    return Served(name, url, script, is_on, pids, database)


def serving(found: Installation) -> list[int]:
    """The web process of an installation and what it started; its worker answers nobody."""
    for pid in family(found.process.pid):
        if b"\0serve\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return family(pid)
    raise RuntimeError("no web process")


@contextmanager
def theirs(folder: Path, installed: Path) -> Iterator[Served]:
    """Unleash with its database."""
    with unleash.running(installed, SHARE) as found:

        def address(person: dict[str, Any]) -> str:
            named = {f"properties[{name}]": value for name, value in person.items() if name != "id"}
            return "/api/frontend?" + urllib.parse.urlencode({"userId": person["id"], **named})

        def is_on(person: dict[str, Any]) -> set[str]:
            request = urllib.request.Request(
                found.url + address(person), headers={"Authorization": unleash.FRONTEND}
            )
            with urllib.request.urlopen(request) as answer:
                return {toggle["name"] for toggle in json.load(answer)["toggles"] if toggle["enabled"]}

        script = written(folder, "theirs", map(address, made.people()), ASK_UNLEASH % unleash.FRONTEND)
        yield Served(
            f"Unleash {found.version} /api/frontend",
            found.url,
            script,
            is_on,
            lambda: family(found.server),
            found.database,
        )


def written(folder: Path, name: str, lines: Any, request: str) -> Path:
    """The script for wrk, and beside it what it asks."""
    people, script = folder / f"{name}.txt", folder / f"{name}.lua"
    people.write_text("\n".join(lines))
    script.write_text(SCRIPT % (people, request))
    return script


if __name__ == "__main__":
    main()
