"""What devices say that their person chose about features, until the server has heard of it by itself.

PostHog's browser SDK asks for its flags at the very moment at which somebody joins or leaves, and tells of it in an
event that comes up to some seconds later. So a device that says something else than it said before is believed for a
while. One that repeats itself is not: its person may have chosen on another device since, or here. What a device said
is known to the process that it last asked.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

#: Events wait three seconds in the SDK, longer where the network is bad.
BELIEVED_SECONDS = 30.0
#: Kept in a process; the oldest are forgotten first.
MOST_CLAIMS = 20_000


class Device(NamedTuple):
    """One person's device, as requests name it, and the flag that it speaks about."""

    product_id: UUID
    distinct_id: str
    device_id: str
    key: str


class _Said(NamedTuple):
    """`chosen_at`: of the choice that was stored when it was first said."""

    joined: bool | None
    chosen_at: datetime | None
    until: float


class Claims:
    """Of one process."""

    def __init__(self, *, most: int = MOST_CLAIMS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most, self._monotonic = most, monotonic
        self._said: dict[Device, _Said] = {}
        self._lock = threading.Lock()

    def hear(self, device: Device, joined: bool | None, chosen_at: datetime | None) -> bool:
        """Whether what it says is newer than the choice of `chosen_at` that is stored; None: it says nothing."""
        now = self._monotonic()
        with self._lock:
            former = self._said.get(device)
            if former is not None and former.joined is joined:
                return former.chosen_at == chosen_at and now < former.until
            is_new = former is not None
            self._said.pop(device, None)
            if len(self._said) >= self._most:
                del self._said[next(iter(self._said))]
            self._said[device] = _Said(joined, chosen_at, now + BELIEVED_SECONDS if is_new else now)
            return is_new
