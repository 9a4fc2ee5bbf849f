"""JSON values as PostHog's SDKs read them: as text, numbers, moments and versions.

Every rule here is one that the official SDKs share, so that a flag has one value whether our server or
an SDK decides it (compared with posthog-python in `tests/flags/test_agreement_with_sdk.py`). None
stands for "cannot be read as that".
"""

import calendar
import json
import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

Version = tuple[int, int, int]

_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RELATIVE = re.compile(r"-?([0-9]+)([hdwmy])")
#: "7d" and friends beyond this many units are refused, as in the SDKs.
_MOST_UNITS = 10_000


def text(value: Any) -> str:
    """A string as it is; anything else as compact JSON with sorted keys and Rust's spelling of floats."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case float():
            return _float(value)
        case list() | tuple():
            return "[" + ",".join(map(_json, value)) + "]"
        case dict():
            parts = (
                f"{json.dumps(str(key), ensure_ascii=False)}:{_json(value[key])}"
                for key in sorted(value, key=str)
            )
            return "{" + ",".join(parts) + "}"
    return json.dumps(str(value), ensure_ascii=False)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return "null"
    plain = repr(value)
    if "e" not in plain:
        return plain
    mantissa, exponent = plain.split("e")
    power = int(exponent)
    if -6 < power < 0:
        return format(Decimal(plain), "f")
    return f"{mantissa}e{'+' if power >= 0 else ''}{power}"


def lower_ascii(value: Any) -> str:
    """Text with only A–Z lowered: what `icontains` and its like compare."""
    spelled = text(value)
    # The method is ten times as fast, and the same where there is nothing but ASCII.
    return spelled.lower() if spelled.isascii() else spelled.translate(_ASCII_LOWER)


def is_truth_like(value: Any) -> bool:
    """True, "true", false, "FALSE", or a list of nothing else: version 1 compares these by truth."""
    if isinstance(value, list):
        return all(is_truth_like(item) for item in value)
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false"))


def is_true(value: Any) -> bool:
    if isinstance(value, list):
        return all(is_true(item) for item in value)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def number(value: Any) -> float | None:
    """A finite number from a number or its plain decimal spelling; yes/no is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        parsed = float(value)
    except (ValueError, OverflowError):
        return None
    return parsed if math.isfinite(parsed) else None


def moment(value: Any) -> datetime | None:
    """An ISO 8601 date or time, aware; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    spelled = value.strip()
    if spelled.endswith("Z"):
        spelled = spelled[:-1] + "+00:00"
    elif spelled.upper().endswith(" UTC"):
        spelled = spelled[:-4] + "+00:00"
    spelled = re.sub(r" ([+-]\d{2}:\d{2})$", r"\1", spelled)
    try:
        parsed = datetime.fromisoformat(spelled)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_relative(value: str) -> bool:
    """Whether `value` is a distance into the past: "-7d", "24h", "3m" (months), "1y"."""
    found = _RELATIVE.fullmatch(value)
    return found is not None and int(found[1]) < _MOST_UNITS


def before(now: datetime, distance: str) -> datetime | None:
    """The moment `distance` (see `is_relative`) before `now`; months and years keep or clamp the day."""
    found = _RELATIVE.fullmatch(distance)
    if found is None or int(found[1]) >= _MOST_UNITS:
        return None
    count, unit = int(found[1]), found[2]
    try:
        match unit:
            case "h":
                return now - timedelta(hours=count)
            case "d":
                return now - timedelta(days=count)
            case "w":
                return now - timedelta(weeks=count)
            case "m":
                return _months_before(now, count)
        day = 28 if count and (now.month, now.day) == (2, 29) else now.day
        return now.replace(year=now.year - count, day=day)
    except (ValueError, OverflowError):
        return None


def _months_before(now: datetime, count: int) -> datetime:
    """Month by month, clamping each time, as the SDKs do: 31 March less two is 28 January."""
    last = now.year * 12 + now.month - 1
    day = now.day
    for index in range(last - 1, last - count - 1, -1):
        if day <= 28:
            break
        day = min(day, calendar.monthrange(index // 12, index % 12 + 1)[1])
    year, month = divmod(last - count, 12)
    return now.replace(year=year, month=month + 1, day=day)


def version(value: Any) -> Version | None:
    """Major, minor, patch; what follows a "-" or "+" is ignored and leading zeros are refused, as in the SDKs."""
    return _version(str(value))


@lru_cache(maxsize=4096)
def _version(spelled: str) -> Version | None:
    parts = spelled.strip().lstrip("vV").split("-")[0].split("+")[0].split(".")
    numbers = [_identifier(part) if part or index == 0 else 0 for index, part in enumerate(parts[:3])]
    if None in numbers:
        return None
    major, minor, patch = [*numbers, 0, 0][:3]
    return major or 0, minor or 0, patch or 0


def _identifier(part: str) -> int | None:
    if not (part.isascii() and part.isdigit()) or (len(part) > 1 and part[0] == "0") or len(part) > 18:
        return None
    return int(part)


def version_range(operator: str, value: Any) -> tuple[Version, Version] | None:
    """The half-open range that `semver_tilde`, `semver_caret` or `semver_wildcard` means."""
    if operator == "semver_wildcard":
        return _wildcard(value)
    low = version(value)
    if low is None:
        return None
    major, minor, patch = low
    if operator == "semver_tilde":
        return low, (major, minor + 1, 0)
    if major:
        return low, (major + 1, 0, 0)
    return low, (0, minor + 1, 0) if minor else (0, 0, patch + 1)


def _wildcard(value: Any) -> tuple[Version, Version] | None:
    spelled = str(value).strip().lstrip("vV").replace("*", "").rstrip(".")
    numbers = [_identifier(part) for part in spelled.split(".") if part][:3]
    if not numbers or None in numbers:
        return None
    known = [number or 0 for number in numbers]
    low = (*known, 0, 0)[:3]
    high = (*known[:-1], known[-1] + 1, 0, 0)[:3]
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
