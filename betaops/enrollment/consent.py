"""The frozen copy of an agreement: what was read, who signed, and a digest that gives away any change. Pure."""

import hashlib
import json
from datetime import UTC, datetime


def digest(*, text: str, number: int, name: str, mail: str, signed_at: datetime) -> bytes:
    """SHA-256 of the copy's fields as canonical JSON (sorted keys, no spaces, UTF-8, moment in UTC to the second)."""
    fields = {
        "mail": mail,
        "name": name,
        "number": number,
        "signed_at": signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": text,
    }
    return hashlib.sha256(
        json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).digest()
