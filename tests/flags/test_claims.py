"""Whether what a device says about its person's choice is newer than what is stored."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from betaops.flags.claims import BELIEVED_SECONDS, Claims, Device

PRODUCT = uuid4()
JOINED_AT = datetime(2026, 3, 1, tzinfo=UTC)


def device(name: str = "laptop", key: str = "focus") -> Device:
    return Device(PRODUCT, "ana@example.com", name, key)


class Monotonic:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_device_is_believed_when_it_says_something_else_than_before() -> None:
    claims = Claims()
    assert not claims.hear(device(), None, JOINED_AT)
    assert claims.hear(device(), False, JOINED_AT)
    assert claims.hear(device(), False, JOINED_AT), "until the server has heard of it"
    assert claims.hear(device(), True, JOINED_AT), "and back"


@pytest.mark.parametrize("joined", [True, False])
def test_one_that_repeats_itself_is_not(joined: bool) -> None:  # pytest's parameter
    claims = Claims()
    for _asked_again in range(2):
        assert not claims.hear(device(), joined, JOINED_AT)
    claims.hear(device(), not joined, JOINED_AT)
    for other in (device("phone"), device(key="sync")):
        assert not claims.hear(other, joined, JOINED_AT)


def test_it_is_believed_for_a_while_and_not_over_a_later_choice() -> None:
    monotonic = Monotonic()
    claims = Claims(monotonic=monotonic)
    for name in ("laptop", "phone"):
        claims.hear(device(name), True, JOINED_AT)
        assert claims.hear(device(name), False, JOINED_AT)
    assert not claims.hear(device("laptop"), False, JOINED_AT + timedelta(minutes=1))
    monotonic.now += BELIEVED_SECONDS - 1
    assert claims.hear(device("phone"), False, JOINED_AT)
    monotonic.now += 1
    assert not claims.hear(device("phone"), False, JOINED_AT)


def test_only_so_many_are_kept() -> None:
    claims = Claims(most=2)
    for name in ("first", "second", "third"):
        claims.hear(device(name), True, JOINED_AT)
    assert not claims.hear(device("first"), False, JOINED_AT), "forgotten: as if it had never said anything"
    assert claims.hear(device("third"), False, JOINED_AT)
