"""Identifiers: UUIDv7 inside, a prefix and Crockford base32 outside.

An id is never a secret; links that must not be guessed carry tokens (`kernel.tokens`).
"""

import secrets
import threading
import time
import uuid
from datetime import datetime

from betaops.kernel.errors import NotFound

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"o": 0, "i": 1, "l": 1}
_LENGTH = 26
#: 128 bits are thirteen times two letters of five bits.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)


class _Stamps:
    """Hands out strictly increasing 60-bit time stamps (48 bits of milliseconds, 12 of their fraction)."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0

    def next(self, count: int) -> int:
        """The first of `count` in a row."""
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        stamp = milliseconds << 12 | (rest << 12) // 1_000_000
        with self._lock:
            first = max(stamp, self._last + 1)
            self._last = first + count - 1
            return first


_stamps = _Stamps()
_RANDOM_BITS = 62
_UNKNOWN = uuid.SafeUUID.unknown


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 §5.7), strictly increasing within a process.

    The 12 bits behind the millisecond hold a fraction of it (method 3 of §6.2), so rows made
    in a burst keep the order in which they were made.
    """
    return _made(_stamps.next(1), secrets.randbits(_RANDOM_BITS))


def new_ids(count: int) -> list[uuid.UUID]:
    """So many at once, for the price of a few."""
    first, chance = _stamps.next(count), memoryview(secrets.token_bytes(8 * count)).cast("Q")
    return [_made(first + place, chance[place] >> (64 - _RANDOM_BITS)) for place in range(count)]


def from_digits(digits: str) -> uuid.UUID:
    """Of the 32 hexadecimal digits that SQLite keeps of an id; for those that come from there only."""
    return _of_number(int(digits, 16))


def _made(stamp: int, chance: int) -> uuid.UUID:
    return _of_number((stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | chance)


def _of_number(number: int) -> uuid.UUID:
    # As UUID's own constructor does it, without looking at what is known to be right: a third of its time.
    made = object.__new__(uuid.UUID)
    object.__setattr__(made, "int", number)
    object.__setattr__(made, "is_safe", _UNKNOWN)
    return made


def least_id(moment: datetime) -> uuid.UUID:
    """No `new_id` that is made from `moment` on is smaller: for finding by their id the rows written since."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)


def encode(prefix: str, value: uuid.UUID) -> str:
    """`enr_01jc…`: the form in which ids stand in URLs and API answers."""
    number = value.int
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def decode(prefix: str, text: str) -> uuid.UUID:
    """The UUID behind `text`; `NotFound` for anything that `encode(prefix, …)` cannot have written."""
    head, _, tail = text.lower().partition("_")
    if head != prefix or len(tail) != _LENGTH or not set(tail) <= _VALUES.keys():
        raise NotFound
    number = 0
    for letter in tail:
        number = number << 5 | _VALUES[letter]
    if number >> 128:
        raise NotFound
    return uuid.UUID(int=number)
