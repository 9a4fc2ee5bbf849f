"""Processes tell each other at once that something changed, where there is Redis."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from betaops.kernel import signals
from betaops.kernel.settings import Settings
from betaops.kernel.signals import Signals
from betaops.kernel.work import SYSTEM, Platform, Work
from tests.support import processes
from tests.support import redis as redis_server

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 20


@pytest.fixture
def url() -> Iterator[str]:
    with redis_server.server() as url:
        yield url


class Listener:
    """Of a process of its own, as far as Redis can tell."""

    def __init__(self, url: str) -> None:
        self.heard = threading.Event()
        self.times = 0
        Signals(url).listen("things", self._hear)
        assert self.heard.wait(PATIENCE_SECONDS), "whoever begins to listen looks once"
        self.heard.clear()

    def _hear(self) -> None:
        self.times += 1
        self.heard.set()


def test_who_listens_hears_from_others(url: str) -> None:
    listener = Listener(url)
    Signals(url).send("other things")
    Signals(url).send("things")
    assert listener.heard.wait(PATIENCE_SECONDS)
    assert listener.times == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_work_signals_once_when_it_is_committed_and_not_before(
    url: str, settings: Settings, platform: Platform, work: Work
) -> None:
    listener = Listener(url)
    told = Platform(replace(settings, redis_url=url), platform.database)
    with told.database.writing(work.workspace_id) as session:
        telling = Work(session, told, SYSTEM, work.now)
        telling.signal("things")
        telling.signal("things")
        with session.begin_nested():
            pass
        assert not listener.heard.wait(0.3)
    assert listener.heard.wait(PATIENCE_SECONDS)
    assert listener.times == 2


def test_without_redis_and_while_it_is_away_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    Signals(None).send("things")
    Signals(None).listen("things", lambda: None)
    asked = []
    connected = signals._connected
    monkeypatch.setattr(signals, "_connected", lambda url: asked.append(url) or connected(url))
    away = Signals(f"redis://127.0.0.1:{processes.free_port()}/0")
    for _time in range(1_000):
        away.send("things")
    assert len(asked) == 1, "after a failure it rests"
