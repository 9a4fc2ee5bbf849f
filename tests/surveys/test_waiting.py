"""Submissions that wait for a commit on a real server: without its threads, and others are answered meanwhile."""

import json
import sqlite3
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.spine.server import Installation, installation
from bench.spine.surveys import ANSWERS, plant
from betaops.kernel import ids
from betaops.surveys import queries

#: More than a web process has threads.
MANY = 12


def waiting(served: Installation, sent: list[Future[httpx.Response]]) -> None:
    """None of those that were sent is answered, and yet somebody else is."""
    time.sleep(1)  # all of them have come by then
    assert httpx.get(f"{served.url}/healthz", timeout=5).text == "ok\n"
    assert not any(each.done() for each in sent)


@pytest.mark.slow
def test_more_wait_for_one_commit_than_the_server_has_threads(tmp_path: Path) -> None:
    with installation(tmp_path / "instance", with_sample=False) as served:
        planted = plant(served, people=0)
        address = f"{served.url}/api/v1/surveys/{ids.encode('svy', planted.survey_id)}/responses"
        headers = {"Authorization": f"Bearer {planted.key}", "Content-Type": "application/json"}

        def send(key: str, answers: Any = ANSWERS) -> httpx.Response:
            body = json.dumps({"submission_key": key, "answers": answers})
            return httpx.post(address, content=body, headers=headers, timeout=30)

        assert send("first").status_code == 201
        other = sqlite3.connect(tmp_path / "instance" / "betaops.db", isolation_level=None, timeout=30)
        with ThreadPoolExecutor(MANY + 3) as threads:
            other.execute("BEGIN IMMEDIATE")
            new = [threads.submit(send, f"new-{number}") for number in range(MANY)]
            again, same = threads.submit(send, "first"), [threads.submit(send, "same") for _ in range(2)]
            waiting(served, [*new, again, *same])
            other.execute("ROLLBACK")
            assert [each.result().status_code for each in new] == [201] * MANY
            assert again.result().status_code == 200
            assert sorted(each.result().status_code for each in same) == [200, 201]
        other.close()
        wrong = send("wrong", {"rating0": 99})
        assert (wrong.status_code, wrong.headers["Content-Type"]) == (422, "application/problem+json")
        with planted.platform.database.reading(planted.workspace_id) as session:
            assert queries.count_responses(session, planted.survey_id) == MANY + 2
        planted.platform.database.close()
