"""What a decision is signed on: every expectation with its reading, as plain values with one hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

#: Counts up when the form of a snapshot changes.
FORM = 2


def snapshot(
    items: Sequence[Mapping[str, Any]],
    *,
    program: str,
    at: str,
    recommended: str | None,
    gate: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The readings as they stand, `items` in the order of the page; `gate` is what else it took to pass."""
    return {
        "form": FORM,
        "program": program,
        "at": at,
        "recommended": recommended,
        "expectations": list(items),
        "gate": dict(gate or {}),
    }


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def digest(value: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON: keys sorted, no spaces, numbers as Python writes them."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(items: Sequence[Mapping[str, Any]]) -> str:
    """What a page was showing when somebody decided on it: changes with any verdict, number or line."""
    return digest({"expectations": list(items)})[:32]
