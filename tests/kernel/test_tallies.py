"""Counts are added up in memory and written together."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from betaops.accounts.models import Workspace
from betaops.kernel import tallies
from betaops.kernel.tallies import Tallies
from betaops.kernel.work import Platform, Work
from tests.support.tree import ROOT

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Book:
    def __init__(self) -> None:
        self.written: list[dict[Any, int]] = []

    def write(self, work: Work, counts: Mapping[Any, int]) -> None:
        self.written.append(dict(counts))


def dropped() -> float:
    return REGISTRY.get_sample_value("betaops_counts_dropped_total") or 0.0


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def waiting(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Tallies:
    """Writes when it is told to."""
    monkeypatch.setattr(Tallies, "_run", lambda self: None)
    return Tallies(platform)


def test_what_is_counted_often_is_written_once(work: Work, waiting: Tallies, book: Book) -> None:
    for what in ("a", "b", "a", "a"):
        waiting.add(work.workspace_id, book.write, what)
    assert book.written == []
    waiting.flush()
    waiting.flush()
    assert book.written == [{"a": 3, "b": 1}]


def test_a_full_memory_drops_what_is_new_and_says_so(
    work: Work, waiting: Tallies, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "MOST_WAITING", 2)
    before = dropped()
    for what in ("a", "b", "c", "d", "a"):
        waiting.add(work.workspace_id, book.write, what)
    waiting.flush()
    assert book.written == [{"a": 2, "b": 1}]
    assert dropped() - before == 2


def test_counts_that_cannot_be_written_are_dropped_and_cost_no_others(
    work: Work, waiting: Tallies, book: Book
) -> None:
    def refuse(work: Work, counts: Mapping[Any, int]) -> None:
        raise LookupError("no such thing")

    before = dropped()
    for writer in (refuse, book.write):
        waiting.add(work.workspace_id, writer, "a")
        waiting.add(work.workspace_id, writer, "a")
    waiting.flush()
    assert book.written == [{"a": 2}]
    assert dropped() - before == 2


def test_they_are_written_by_themselves_a_moment_later(
    work: Work, platform: Platform, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "PAUSE_SECONDS", 0.01)
    running = Tallies(platform)
    work.session.commit()
    for _round in range(2):
        running.add(work.workspace_id, book.write, "a")
        thread = running._thread
        assert thread is not None
        thread.join(20)
    assert book.written == [{"a": 1}, {"a": 1}]


#: A process of the server's, as its supervisor starts them: it counts, and is told to end before the next write.
COUNTING = """
import multiprocessing, os, signal, sys, threading, uuid
from sqlalchemy import update
from betaops import wiring
from betaops.accounts.models import Workspace
from betaops.kernel import tallies
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from pathlib import Path

tallies.PAUSE_SECONDS = 600.0

def write(work, counts):
    work.session.execute(update(Workspace).values(name=f"counted {counts['a']}"))

def serve(url, workspace):
    wiring.load_models()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    settings = Settings(database_url=url, secret_key="a secret of this test, long enough", instance=Path("."))
    platform = Platform.open(settings)
    for _ in range(2):
        platform.tallies.add(uuid.UUID(workspace), write, "a")
    os.kill(os.getpid(), signal.SIGTERM)
    ended.wait()

child = multiprocessing.get_context("fork").Process(target=serve, args=sys.argv[1:])
child.start()
child.join()
sys.exit(child.exitcode)
"""


def test_who_is_told_to_end_writes_what_was_counted(work: Work, platform: Platform) -> None:
    work.session.commit()
    words = [sys.executable, "-c", COUNTING, platform.database.url, str(work.workspace_id)]
    done = subprocess.run(
        words, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    work.session.rollback()
    assert work.session.scalar(select(Workspace.name).where(Workspace.id == work.workspace_id)) == "counted 2"


def test_counts_wait_longer_where_others_wait_to_write(
    work: Work, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(tallies.time, "sleep", sleep)
    monkeypatch.setattr(tallies.time, "monotonic", lambda: now[0])
    running = Tallies(platform)
    running._pause()
    assert sum(slept) == tallies.PAUSE_SECONDS
    slept.clear()
    monkeypatch.setattr(type(platform.ingest), "is_busy", True)
    running._pause()
    assert sum(slept) == tallies.LONGEST_PAUSE_SECONDS
