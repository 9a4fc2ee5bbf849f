"""So often a minute and no oftener, alone and together."""

from collections.abc import Iterator

import pytest
import redis

from betaops.kernel import rates
from betaops.kernel.rates import BURST_SECONDS, Rate
from tests.support import redis as redis_server


class Hands:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def admitted(rate: Rate, who: str, times: int) -> int:
    return sum(rate.wait_seconds(who) == 0.0 for _time in range(times))


def test_a_minutes_worth_may_come_at_once_and_then_as_it_refills() -> None:
    clock = Hands()
    rate = Rate("test", 120, monotonic=clock)
    assert admitted(rate, "ana", 500) == 120
    assert rate.wait_seconds("ana") == pytest.approx(0.5)
    assert admitted(rate, "ben", 500) == 120, "each has their own"
    clock.now += 10
    assert admitted(rate, "ana", 500) == 20
    clock.now += 10_000
    assert admitted(rate, "ana", 500) == 120, "no more is saved up than a minute's worth"


def test_no_limit_is_none() -> None:
    assert admitted(Rate("test", 0), "ana", 10_000) == 10_000


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_REMEMBERED", 100)
    clock = Hands()
    rate = Rate("test", 60, monotonic=clock)
    for number in range(90):
        rate.wait_seconds(f"quiet-{number}")
    clock.now += BURST_SECONDS
    admitted(rate, "busy", 60)
    for number in range(20):
        rate.wait_seconds(f"new-{number}")
    assert len(rate._due) <= 100
    assert rate.wait_seconds("busy") > 0, "who is at the limit is not forgotten with the quiet ones"
    for number in range(200):
        rate.wait_seconds(f"flood-{number}")
    assert len(rate._due) <= 100


@pytest.fixture
def client() -> Iterator["redis.Redis"]:
    with redis_server.server() as url:
        client = redis.Redis.from_url(url)
        client.flushdb()
        yield client
        client.close()


@pytest.mark.slow
def test_processes_let_in_together_what_one_would(client: "redis.Redis") -> None:
    here, there = (Rate("test", 600, "redis://told-by-hand") for _process in range(2))
    for rate in (here, there):
        rate._is_shared = True
    assert admitted(here, "ana", 400) == 400
    assert admitted(there, "ana", 150) == 150
    here.tell(client)
    there.tell(client)
    assert admitted(there, "ana", 600) <= 60, "550 of 600 were let in already"
    there.tell(client)
    here.tell(client)
    assert admitted(here, "rare", 1) == 1
    here.tell(client)
    assert client.exists("betaops:rate:test:ana")
    assert 0 < client.ttl("betaops:rate:test:ana") <= BURST_SECONDS + 2
