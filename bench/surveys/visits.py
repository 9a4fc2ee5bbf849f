"""Claim: whole visits (open the page, send five answers, see the thanks) at four connections come at three times the rate
of django-survey-and-report on the same machine in the same run, for at most 8 ms of CPU each, with a p95 of at most
50 ms.

The peer's newest release is installed in an environment of its own and served by gunicorn with two workers on SQLite in
the same mode (WAL, synchronous=FULL). Rounds alternate and medians count; CPU is of the processes that answer.
"""

import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.flags.http import serving
from bench.flags.noise import Noise, cpu_seconds, family
from bench.spine.server import free_port, installation, wait_for
from bench.spine.surveys import plant
from bench.surveys.limits import least, most

PEER = "django-survey-and-report"
RUNNERS = Path(__file__).parent / "runners"
ROUNDS, SECONDS, CONNECTIONS, PEOPLE = 3, 5.0, 4, 6_000
LEAST_RATIO, MOST_CPU_MS, MOST_P95_MS = 3.0, 8.0, 50.0

#: (the peer's type, ours, name, what may be chosen, what is answered)
QUESTIONS: tuple[tuple[str, str, str, list[str], str], ...] = (
    ("radio", "radiogroup", "ease", ["1", "2", "3", "4", "5"], "4"),
    ("radio", "radiogroup", "plan", ["free", "pro", "team"], "pro"),
    ("select-multiple", "checkbox", "platforms", ["iOS", "Android", "Web"], "Web"),
    ("short-text", "text", "role", [], "Designer"),
    ("text", "comment", "why", [], "It keeps up with me."),
)
DEFINITION: dict[str, Any] = {
    "title": "Bench",
    "pages": [{"elements": [
        {"type": own, "name": name, "isRequired": True, **({"choices": choices} if choices else {})}
        for _theirs, own, name, choices, _answer in QUESTIONS
    ]}],
}  # fmt: skip


@dataclass
class Served:
    """A server: how to visit it, and what counts as its own."""

    name: str
    make: Callable[[], Callable[[], bool]]
    pids: Callable[[], list[int]]
    rounds: list["Round"] = field(default_factory=list)

    def median(self, what: str) -> float:
        return statistics.median(getattr(each, what) for each in self.rounds)


@dataclass(frozen=True)
class Round:
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="betaops-bench-") as folder:
        with ours() as own, theirs(Path(folder)) as other:
            noise = Noise()
            for _round in range(ROUNDS):
                for each in (own, other):
                    each.rounds.append(load(each))
            others = noise.share()
        print(f"{'':28}{'visits/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'others':>9}")
        for each in (own, other):
            print(
                f"{each.name:28}{each.median('per_second'):10.1f}{each.median('p50_ms'):9.1f}"
                f"{each.median('p95_ms'):9.1f}{each.median('cpu_ms'):9.2f}{others:9.0%}"
            )
        ratio = own.median("per_second") / other.median("per_second")
        least("times the visits of the peer", ratio, LEAST_RATIO, "times")
        least(
            "times less CPU than the peer",
            other.median("cpu_ms") / own.median("cpu_ms"),
            LEAST_RATIO,
            "times",
        )
        most("CPU a visit", own.median("cpu_ms"), MOST_CPU_MS, "ms")
        most("p95 of a visit", own.median("p95_ms"), MOST_P95_MS, "ms")


def load(served: Served) -> Round:
    """A closed loop; ends early where nobody is left to visit."""
    before, durations = _cpu(served), list[float]()
    began = time.perf_counter()

    def loop() -> None:
        visit = served.make()
        while (started := time.perf_counter()) < began + SECONDS and visit():
            durations.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=loop) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed, spent = time.perf_counter() - began, _cpu(served) - before
    parts = statistics.quantiles(durations, n=100)
    return Round(len(durations) / elapsed, parts[49], parts[94], spent / len(durations) * 1000)


def _cpu(served: Served) -> float:
    return sum(map(cpu_seconds, served.pids()))


@contextmanager
def ours() -> Iterator[Served]:
    """A whole installation as `./run` starts it; each visit by a personal link of its own."""
    with installation(with_sample=False) as found:
        planted = plant(found, people=PEOPLE, definition=DEFINITION)
        port, left = urlsplit(found.url).port or 80, list(planted.paths)
        planted.platform.database.close()
        yield Served("betaops", lambda: _Ours(port, left), lambda: serving(found))


class _Ours:
    def __init__(self, port: int, left: list[str]) -> None:
        self.connection, self.left = HTTPConnection("127.0.0.1", port, timeout=60), left

    def __call__(self) -> bool:
        try:
            path = self.left.pop()  # atomic, so that no two threads take the same link
        except IndexError:
            return False
        page = _get(self.connection, path)[0]
        key = re.search(r'name="__submission" value="(\w+)"', page)
        assert key is not None
        form = [("__page", "0"), ("__submission", key[1]), ("__action", "next")]
        for _theirs, _own, name, _choices, answer in QUESTIONS:
            form += [("__on", name), (name, answer)]
        location = _post(self.connection, path, form, {})
        assert "Thank you" in _get(self.connection, location)[0]
        return True


@contextmanager
def theirs(folder: Path) -> Iterator[Served]:
    """The peer, installed, filled and served."""
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    subprocess.run(
        [programs / "python", "-m", "pip", "install", "--quiet", PEER, "gunicorn"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    frozen = subprocess.run(
        [programs / "python", "-m", "pip", "freeze"], check=True, capture_output=True, text=True
    ).stdout
    print(
        "peer: "
        + ", ".join(line for line in frozen.split() if line.lower().startswith(("django", "gunicorn")))
    )
    environ = {**os.environ, "BENCH_FOLDER": str(folder), "PYTHONWARNINGS": "ignore"}
    asked = json.dumps([(kind, name, choices) for kind, _own, name, choices, _answer in QUESTIONS])
    made = subprocess.run(
        [programs / "python", "django_site.py", asked],
        cwd=RUNNERS, env=environ, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    path, port = f"/survey/{made.split()[-1]}/", free_port()
    process = subprocess.Popen(
        [programs / "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "-k", "gthread", "--threads", "2",
         "--log-level", "error", "django_site:application"],
        cwd=RUNNERS, env=environ, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}{path}", process)
        yield Served(PEER, lambda: _Theirs(port, path), lambda: family(process.pid))
    finally:
        process.terminate()
        process.wait(30)


class _Theirs:
    def __init__(self, port: int, path: str) -> None:
        self.connection, self.path = HTTPConnection("127.0.0.1", port, timeout=60), path

    def __call__(self) -> bool:
        page, cookies = _get(self.connection, self.path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        form = [("csrfmiddlewaretoken", token[1])]
        names = list(dict.fromkeys(re.findall(r'name="(question_\d+)"', page)))
        form += [
            (name, question[4].lower() if question[3] else question[4])
            for name, question in zip(names, QUESTIONS, strict=True)
        ]
        location = _post(self.connection, self.path, form, {"Cookie": cookies})
        assert "Thank" in _get(self.connection, location, {"Cookie": cookies})[0]
        return True


def _get(connection: HTTPConnection, path: str, headers: dict[str, str] | None = None) -> tuple[str, str]:
    """The page, and the cookies that came with it."""
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200, (path, answer.status)
    cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or ()]
    return text, "; ".join(cookies)


def _post(connection: HTTPConnection, path: str, form: list[tuple[str, str]], headers: dict[str, str]) -> str:
    """Where a form that was taken leads to."""
    connection.request(
        "POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded", **headers}
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status in (302, 303), (path, answer.status, text[:2000])
    location = urlsplit(str(answer.headers["Location"]))
    return location.path + (f"?{location.query}" if location.query else "")


if __name__ == "__main__":
    main()
