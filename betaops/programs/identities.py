"""Signed identities: how a server vouches for the distinct id that its app or page asks with. Pure.

The signature is HMAC-SHA256 of the distinct id under the product's identity secret, in hexadecimal: what
every language's standard library makes in one line.
"""

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

#: So long a server may go on signing with the former identity secret.
FORMER_SECRET_LASTS = timedelta(days=1)


class Sealed(Protocol):
    """A product's identity secrets as they are kept; None where it has none."""

    @property
    def identity_sealed(self) -> str | None: ...

    @property
    def former_identity_sealed(self) -> str | None: ...

    @property
    def identity_made_at(self) -> datetime | None: ...


def secrets_of(kept: Sealed, now: datetime, opened: Callable[[str], bytes]) -> tuple[bytes, ...]:
    """Those that count at `now`, the newest first; `opened` gives what was sealed, b"" where it cannot."""
    sealed = [kept.identity_sealed]
    if kept.identity_made_at is not None and now - kept.identity_made_at < FORMER_SECRET_LASTS:
        sealed.append(kept.former_identity_sealed)
    return tuple(secret for text in sealed if text and (secret := opened(text)))


def signature(secret: str, distinct_id: str) -> str:
    """What the product's own server hands to its page along with the distinct id."""
    return _digest(secret.encode(), distinct_id)


def is_signed(secrets: Iterable[bytes], distinct_id: str, given: str) -> bool:
    """Whether `given` was made with one of `secrets` for exactly this id. Takes as long for a near miss as for nonsense."""
    candidate = given.strip().lower().encode("utf-8", "replace")
    return any(hmac.compare_digest(_digest(secret, distinct_id).encode(), candidate) for secret in secrets)


def _digest(secret: bytes, distinct_id: str) -> str:
    return hmac.new(secret, distinct_id.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
