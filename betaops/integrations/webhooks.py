"""Standard Webhooks (standardwebhooks.com): secrets, signatures, and when to try again. Pure.

A receiver checks `webhook-signature` over "id.timestamp.body" with the secret, refuses old timestamps, and takes each
`webhook-id` once, for what was answered too late or not at all is sent again under the same id.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

PREFIX = "whsec_"
#: Bytes of a secret; the standard wants 24 to 64.
SECRET_BYTES = 32
#: For so long both secrets sign after a new one was made.
OVERLAP = timedelta(hours=24)
#: How long to wait after failed attempt number 1, 2, …; then it is given up.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600)
)
#: An endpoint that answered nothing well for so long is switched off.
PATIENCE = timedelta(days=5)
#: The answer of an endpoint that wants no more.
GONE = 410


def new_secret() -> str:
    """As the receiver keeps it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, webhook_id: str, at: datetime, body: bytes) -> str:
    """One signature of version 1."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{webhook_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(signing: Iterable[str], webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What goes with `body`; a signature for each secret that is good now."""
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(secret, webhook_id, at, body) for secret in signing),
    }


def next_attempt(attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many attempts, the last at `at`; None: never."""
    return at + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
