"""What is fixed before the answers come: thresholds, scopes, the close, how all are judged. Sealed when the program starts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from betaops.kernel import ids
from betaops.readiness.evidence import digest
from betaops.readiness.models import Expectation, GroundRules, Reading
from betaops.readiness.verdict import Mode

#: Changing one of these after the seal is an amendment; the words of need and source may be mended freely.
FIXED = (
    "weight",
    "measure",
    "parameters",
    "threshold",
    "direction",
    "cohort_id",
    "wave",
    "build",
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


def ground_rules(row: GroundRules | None) -> dict[str, Any]:
    """How all are judged, as it is sealed; None is the usual."""
    return {
        "is_strict": row is not None and row.is_strict,
        "margins": [] if row is None else list(row.margins),
    }


def digest_of(criteria: Sequence[Mapping[str, Any]], rules: Mapping[str, Any] | None) -> str:
    """The SHA-256 of what is sealed; older seals have no ground rules."""
    return digest({"criteria": criteria} | ({} if rules is None else {"ground_rules": rules}))


def plain(name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if name == "cohort_id":
        return ids.encode("coh", value) if value else None
    return value.isoformat() if isinstance(value, date) else getattr(value, "value", value)


def has_close(row: Expectation) -> bool:
    """Whether there is a reading at the close: it was planned before the answers came."""
    return row.amended_at is None and (row.closes_on is not None or row.closes_at is not None)


def mode(row: Expectation, *, today: date, n: int) -> Mode:
    """Which reading it is on that day, with so many people counted."""
    if not has_close(row):
        return Mode.ANYTIME
    is_closing = (row.closes_on is not None and today > row.closes_on) or (
        row.closes_at is not None and n >= row.closes_at
    )
    return Mode.CLOSE if is_closing else Mode.LIVE


def is_final(row: Expectation, last: Reading) -> bool:
    """Whether its last reading was the one at the close: that stands, whoever answers afterwards. A second look would be
    a second chance."""
    return has_close(row) and last.outcome["mode"] == Mode.CLOSE


def may_close(row: Expectation | None, wanted: Mapping[str, Any], *, is_sealed: bool) -> bool:
    """Whether what is `wanted` (values of `FIXED`) would be read at a close: after the seal only what stays as it was."""
    if not is_sealed:
        return True
    if row is None or row.amended_at is not None:
        return False
    return all(plain(name, wanted[name]) == plain(name, getattr(row, name)) for name in FIXED)
