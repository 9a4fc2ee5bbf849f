"""Secrets that stand in links and headers.

Two kinds: *minted* tokens (256 random bits, the database keeps only their SHA-256) for what can be
spent or revoked, and *signed* payloads for what merely must not be forged.
"""

import hashlib
import secrets
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer


class Token(NamedTuple):
    """`plain` goes to its holder once and is never stored; `digest` is the 32 bytes to keep."""

    plain: str
    digest: bytes


def mint(prefix: str = "") -> Token:
    """A new token of 256 random bits, 43 URL-safe letters behind `prefix`."""
    plain = prefix + secrets.token_urlsafe(32)
    return Token(plain, digest(plain))


def digest(plain: str) -> bytes:
    """What is stored and looked up. SHA-256 suffices: the input has 256 bits of its own."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def sign(secret: str, purpose: str, payload: Any) -> str:
    """`payload` (plain JSON values) as URL-safe text that only `read` with the same purpose accepts."""
    return URLSafeTimedSerializer(secret, salt=purpose).dumps(payload)


def read(secret: str, purpose: str, text: str, *, max_age_seconds: int | None = None) -> Any:
    """The payload, or None where the text was cut, forged, made for another purpose, or is too old."""
    try:
        return URLSafeTimedSerializer(secret, salt=purpose).loads(text, max_age=max_age_seconds)
    except BadData:
        return None
