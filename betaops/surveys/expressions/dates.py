"""Dates in expressions: naive datetimes, read from what answers hold."""

import re
from datetime import datetime, timedelta
from typing import Any

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
)
_NAMES = ("year", "month", "day", "hour", "minute", "second")
_EPOCH = datetime.fromisoformat("1970-01-01")


def date_of(value: Any) -> datetime | None:
    """A date from an answer; None where it is none."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        if isinstance(value, int | float):
            return _EPOCH + timedelta(milliseconds=value)
        found = _ISO.fullmatch(value.strip())
        return _EPOCH.replace(**_parts(found)) if found else None
    except (ValueError, OverflowError):
        return None


def _parts(found: re.Match[str]) -> dict[str, Any]:
    return {name: int(part or 0) for name, part in zip(_NAMES, found.groups(), strict=True)}


def months_between(first: datetime, second: datetime) -> int:
    """Whole months, as calendars count them; negative when `second` is earlier."""
    months = (second.year - first.year) * 12 + second.month - first.month
    return months - 1 if second.day < first.day else months


def later(date: datetime, amount: float, unit: str) -> datetime | None:
    """`date` and `amount` units on; days over a month's end run into the next, as in JavaScript."""
    try:
        if unit in ("days", "hours", "minutes", "seconds"):
            return date + timedelta(**{unit: amount})
        months = int(amount) * (12 if unit == "years" else 1) if unit in ("months", "years") else 0
        year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
        return date.replace(year=year, month=month + 1, day=1) + timedelta(days=date.day - 1)
    except (ValueError, OverflowError):
        return None
