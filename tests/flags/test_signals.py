"""A change reaches every process at once where there is Redis, and a moment later where there is not."""

import dataclasses
import threading
from collections.abc import Iterator

import pytest

from betaops.flags import service
from betaops.flags.keyring import Key, Keyring
from betaops.kernel.settings import Settings
from betaops.kernel.signals import Signals
from betaops.kernel.work import Platform, Work
from tests.factories.flags import a_flag
from tests.support import redis as redis_server

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
PATIENCE_SECONDS = 20


@pytest.fixture
def url() -> Iterator[str]:
    with redis_server.server() as url:
        yield url


@pytest.fixture
def settings(settings: Settings, url: str) -> Settings:
    return dataclasses.replace(settings, redis_url=url)


def test_a_kill_reaches_a_process_that_does_not_look_by_itself(
    work: Work, platform: Platform, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = a_flag(work, key="risky")
    work.session.commit()
    other = Keyring(platform.database, signals=Signals(url), poll_seconds=10_000)
    looked = threading.Event()
    look = other._look
    monkeypatch.setattr(other, "_look", lambda: (look(), looked.set()))
    [before] = _keys(other)
    assert looked.wait(PATIENCE_SECONDS)
    while looked.wait(0.5):  # when it begins to listen it looks once more
        looked.clear()
    service.kill(work, flag.id)
    work.session.commit()
    assert looked.wait(PATIENCE_SECONDS)
    [after] = _keys(other)
    assert after.revision == before.revision + 1


def _keys(keyring: Keyring) -> list[Key]:
    keyring.by_project_key("")
    return list(keyring._by_project_key.values())
