"""Counts are added up in memory and written together."""

from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client import REGISTRY

from betaops.kernel import tallies
from betaops.kernel.tallies import Tallies
from betaops.kernel.work import Platform, Work

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
