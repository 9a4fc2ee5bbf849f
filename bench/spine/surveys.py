"""Claim: answers are taken quickly and are on disk when the caller hears of it. Whole responses of ten answers by the
API, and whole visits (open the personal link, send the page, see the thanks), in closed loops at several
connections, on SQLite with synchronous=FULL beside the running worker. Submits per second, p50 and p99.
"""

import json
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import config
from bench.spine.server import Installation, installation
from betaops.accounts.models import Workspace
from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import clock, ids
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import links, queries, service
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program

SECONDS = 8.0
CONNECTIONS = (1, 4, 16)
PEOPLE = 2000

TEN_QUESTIONS: dict[str, Any] = {
    "title": "Ten questions",
    "pages": [
        {
            "name": "all",
            "elements": [
                *(
                    {"type": "rating", "name": f"rating{n}", "title": f"Rating {n}", "isRequired": True}
                    for n in range(5)
                ),
                {
                    "type": "radiogroup",
                    "name": "plan",
                    "choices": ["free", "pro", "team"],
                    "isRequired": True,
                },
                {"type": "checkbox", "name": "platforms", "choices": ["iOS", "Android", "Web"]},
                {"type": "boolean", "name": "pay"},
                {"type": "text", "name": "role"},
                {"type": "comment", "name": "why"},
            ],
        }
    ],
}
ANSWERS: dict[str, Any] = {
    **{f"rating{n}": n % 5 + 1 for n in range(5)},
    "plan": "pro", "platforms": ["iOS", "Web"], "pay": True, "role": "Designer", "why": "It keeps up with me.",
}  # fmt: skip


class Planted(NamedTuple):
    """The survey, a key for the API, and a personal link for each visit."""

    platform: Platform
    workspace_id: Any
    survey_id: Any
    key: str
    paths: list[str]


def main() -> None:
    with installation(with_sample=False) as found:
        planted = plant(found)
        port = urlsplit(found.url).port or 80
        before = time.perf_counter()
        sent = 0
        for count in CONNECTIONS:
            sent += _report("responses by the API", count, _measure(count, lambda: _Api(port, planted)))
        for count in CONNECTIONS:
            sent += _report("visits of three requests", count, _measure(count, lambda: _Visit(port, planted)))
        with planted.platform.database.reading(planted.workspace_id) as session:
            kept = queries.count_responses(session, planted.survey_id)
        print(
            f"{kept:,} responses in the database, {sent:,} of them measured, in {time.perf_counter() - before:.0f} s"
        )
        planted.platform.database.close()


class _Api:
    """`POST /api/v1/surveys/…/responses` with ten answers and a new submission key each time."""

    def __init__(self, port: int, planted: Planted) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.path = f"/api/v1/surveys/{ids.encode('svy', planted.survey_id)}/responses"
        self.headers = {"Authorization": f"Bearer {planted.key}", "Content-Type": "application/json"}

    def __call__(self) -> None:
        body = json.dumps({"submission_key": os.urandom(12).hex(), "answers": ANSWERS})
        self.connection.request("POST", self.path, body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status


class _Visit:
    """A person with a personal link: open the page, send ten answers, see the thanks. Three requests."""

    def __init__(self, port: int, planted: Planted) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.paths = planted.paths

    def __call__(self) -> None:
        path = self.paths.pop()  # atomic, so that no two threads take the same link
        page = self._get(path, 200)
        key = re.search(r'name="__submission" value="(\w+)"', page)
        assert key is not None
        form = [("__page", "0"), ("__submission", key[1]), ("__action", "next")]
        form += [("__on", name) for name in ANSWERS]
        for name, value in ANSWERS.items():
            form += [
                (name, str(each).lower() if isinstance(each, bool) else str(each))
                for each in (value if isinstance(value, list) else [value])
            ]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, urlencode(form), headers)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        assert "Thank you" in self._get(answer.headers["Location"], 200)

    def _get(self, path: str, status: int) -> str:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        assert answer.status == status, (path, answer.status)
        return text


def _measure(connections: int, make: Callable[[], Callable[[], None]]) -> list[float]:
    """Durations in ms of a closed loop on so many connections; the first tenth of a second is not counted."""
    durations: list[float] = []
    begin = time.perf_counter() + 0.1
    stop = begin + SECONDS

    def loop() -> None:
        act = make()
        while (started := time.perf_counter()) < stop:
            act()
            if started >= begin:
                durations.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=loop) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return durations


def _report(what: str, connections: int, durations: list[float]) -> int:
    parts = statistics.quantiles(durations, n=100)
    print(
        f"{what:26} {connections:3} connections  {len(durations) / SECONDS:8.1f}/s"
        f"  p50 {parts[49]:7.1f} ms  p99 {parts[98]:7.1f} ms",
        flush=True,
    )
    return len(durations)


def plant(found: Installation, people: int = PEOPLE, definition: dict[str, Any] = TEN_QUESTIONS) -> Planted:
    """A published survey and people enough for the visits, each with a link; in short transactions, the worker runs."""
    settings = config.load(found.environ)
    platform = Platform.open(settings)

    @contextmanager
    def working(workspace_id: Any = None) -> Iterator[Work]:
        with platform.database.writing(workspace_id) as session:
            yield Work(session, platform, SYSTEM, clock.now(), is_quiet=True)

    with working() as work:
        workspace = Workspace(name="Bench", slug="bench", created_at=work.now)
        work.add(workspace)
        work.enter(workspace.id)
        program = a_program(work, capacity=max(people, 1))
        survey = service.create_survey(work, program_id=program.id, name="Bench", definition=definition)
        service.publish(work, survey.id)
        _row, key = keys.create_key(work, "bench", {Permission.RESPONSES_WRITE, Permission.SURVEYS_READ})
    paths: list[str] = []
    while len(paths) < people:
        with working(workspace.id) as work:
            places = [an_enrollment(work, program=program) for _ in range(50)]
            paths += [f"/s/{links.personal_link(work, survey.id, place.id)}" for place in places]
    return Planted(platform, workspace.id, survey.id, key, paths)


if __name__ == "__main__":
    main()
