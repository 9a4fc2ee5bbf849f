"""What is fixed before the answers come: thresholds, scopes and the close. Sealed when the program starts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from betaops.kernel import ids
from betaops.readiness.evidence import digest
from betaops.readiness.models import Expectation

#: Changing one of these after the seal is an amendment; the words of need and source may be mended freely.
FIXED = (
    "weight",
    "measure",
    "parameters",
    "threshold",
    "direction",
    "cohort_id",
    "confidence",
    "closes_on",
    "closes_at",
    "least_answered",
)


def criterion(row: Expectation) -> dict[str, Any]:
    """One expectation as it is sealed: plain values."""
    return {"id": ids.encode("exp", row.id), "need": row.need} | {
        name: plain(name, getattr(row, name)) for name in FIXED
    }


def sealed(rows: Sequence[Expectation]) -> tuple[list[dict[str, Any]], str]:
    """The whole set and its SHA-256."""
    criteria = [criterion(row) for row in rows]
    return criteria, digest({"criteria": criteria})


def plain(name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if name == "cohort_id":
        return ids.encode("coh", value) if value else None
    return value.isoformat() if isinstance(value, date) else getattr(value, "value", value)


def is_closing(row: Expectation, *, today: date, n: int) -> bool:
    """Whether the day or the number has come at which it is read for good."""
    return (row.closes_on is not None and today > row.closes_on) or (
        row.closes_at is not None and n >= row.closes_at
    )


def has_close(row: Expectation) -> bool:
    """Whether there is a reading at the close: it was planned before the answers came."""
    return row.amended_at is None and (row.closes_on is not None or row.closes_at is not None)
