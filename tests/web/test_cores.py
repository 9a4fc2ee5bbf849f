"""A web process's threads end up on one core, another process's on another."""

import os
import threading
from typing import Any

import pytest

from betaops.web import cores

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _who: {3, 5}, raising=False)


@pytest.mark.usefixtures("two_cores")
def test_processes_begun_one_after_the_other_get_different_cores() -> None:
    assert [cores.core_of(pid) for pid in (10, 11, 12)] == [{3}, {5}, {3}]


def test_one_core_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def application(*_arguments: Any) -> list[bytes]:
        return []

    monkeypatch.setattr(os, "sched_getaffinity", lambda _who: {0}, raising=False)
    assert cores.on_one_core(application) is application


@pytest.mark.skipif(len(CORES) < 2, reason="a machine with one core")
def test_a_thread_moves_with_its_first_request_and_the_others_stay() -> None:
    seen: list[set[int]] = []

    def application(_environ: Any, _start: Any) -> list[bytes]:
        seen.append(os.sched_getaffinity(0))
        return [b"ok"]

    served = cores.on_one_core(application)
    thread = threading.Thread(target=lambda: (served({}, None), served({}, None)))
    thread.start()
    thread.join()
    assert seen == [cores.core_of(os.getpid())] * 2
    assert sorted(os.sched_getaffinity(0)) == CORES
