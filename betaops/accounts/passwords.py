"""Passwords: what is refused, how they are kept, how they are checked. Argon2id as OWASP advises (19 MiB, 2 passes)."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from betaops.kernel.i18n import gettext as _

SHORTEST, LONGEST = 8, 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Each hash takes 19 MiB: no more than this many at once.
_slots = threading.BoundedSemaphore(4)

# What everybody tries first; repeats, rows of keys and our own words are refused by rule below.
_COMMON_WORDS = """
password passwort passw0rd p@ssw0rd letmein welcome iloveyou monkey dragon football baseball superman batman
trustno1 sunshine princess shadow master michael jennifer jordan hunter ranger buster thomas robert charlie
qwerty qwertyuiop qwertz azerty asdfghjkl zxcvbnm 1q2w3e4r 1qaz2wsx qazwsx abc123 abcd1234 a1b2c3d4 test1234
admin admin123 administrator root toor changeme secret default guest login starwars whatever freedom
computer internet google samsung michelle nicole daniel ashley andrew joshua pepper cheese summer winter
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
)


def problem(password: str, words: tuple[str, ...] = ()) -> str | None:
    """Why this one is refused, as a sentence; None where it may be used.

    `words`: names and addresses that belong to the person or place, refused as the whole password.
    """
    if len(password) < SHORTEST:
        return _("Use at least %(shortest)s characters.", shortest=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most %(longest)s characters.", longest=LONGEST)
    plain = password.casefold()
    core = plain.strip("0123456789!?.-_ ")
    if plain in _COMMON or core in _COMMON or len(set(plain)) <= 2 or _is_row(plain):
        return _("This is one of the first passwords that anybody tries. Take another.")
    if core in {word.casefold() for word in ("betaops", *words) if word}:
        return _("Do not use a name that belongs to you or to this place.")
    return None


def _is_row(text: str) -> bool:
    return any(text in row * 2 or text in row[::-1] * 2 for row in _ROWS)


def digest(password: str) -> str:
    with _slots:
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Takes as long when there is none."""
    with _slots:
        try:
            _hasher.verify(stored or _decoy(), password)
            return stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")
