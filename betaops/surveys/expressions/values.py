"""How SurveyJS compares and counts, as its `survey-core` 3.1.1 does in JavaScript.

Values are JSON values, and naive `datetime` where a function made a date. JavaScript's *undefined* and
*null* are both None here; *NaN* is the float.
"""

import math
import re
from datetime import datetime
from typing import Any

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LEADING_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?)")
_LEADING_INTEGER = re.compile(r"\s*[+-]?\d+")
#: JavaScript keeps integers exactly up to here; longer rows of digits stay text.
_LONGEST_NUMBER = 15


def is_empty(value: Any) -> bool:
    """Nothing answered: null, empty text, list or object. `0` and `false` are answers."""
    if isinstance(value, dict):
        return all(is_empty(item) for item in value.values())
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or value == "" or (isinstance(value, list) and not value)


def is_true(value: Any) -> bool:
    """JavaScript's truth: empty lists and objects are true, 0, NaN, '' and null are not."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return value not in (None, False, "") and not (_is_number(value) and value == 0)


def number_of(value: Any) -> float | int:
    """JavaScript's `Number(value)`; NaN where it is none."""
    if isinstance(value, bool):
        return int(value)
    if _is_number(value):
        return value  # type: ignore[no-any-return]  # narrowed by _is_number
    if value is None:
        return 0
    if isinstance(value, datetime):
        return value.timestamp() * 1000
    if isinstance(value, list):
        return number_of(text_of(value))
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if not text:
        return 0
    if text[:2].lower() == "0x":
        return int(text, 16) if re.fullmatch(r"0[xX][0-9a-fA-F]{1,30}", text) else math.nan
    if not _DECIMAL.fullmatch(text):
        return math.nan
    return _tidy(float(text))


def written_number(value: Any) -> float | int:
    """A number as people write one in an answer ("1,5" too); NaN where it is none."""
    if isinstance(value, bool) or value is None or isinstance(value, datetime):
        return math.nan
    if _is_number(value):
        return value if math.isfinite(value) else math.nan
    if isinstance(value, list):
        return written_number(value[0]) if len(value) == 1 else math.nan
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if text.startswith("0x"):
        return number_of(text)
    if text.isdecimal() and len(text) > _LONGEST_NUMBER:
        return math.nan
    if text.count(",") == 1:
        text = text.replace(",", ".")
    number = number_of(text) if text else math.nan
    return number if math.isfinite(number) else math.nan


def answer_of(value: Any) -> Any:
    """A variable's value as expressions see it: 'true' is true, '5' is 5, '007' stays text."""
    if not isinstance(value, str) or not value:
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if len(value) > 1 and value[0] in "'\"" and value[-1] in "'\"":
        return value[1:-1]
    number = written_number(value)
    if math.isnan(number):
        return value
    if value[0] == "0" and not value.startswith("0x") and len(value) > 1 and value[1] not in ".,":
        return value
    return number


def text_of(value: Any) -> str:
    """JavaScript's `String(value)`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return ",".join("" if item is None else text_of(item) for item in value)
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.0f}" if value.is_integer() else str(value)
    return "[object Object]" if isinstance(value, dict) else str(value)


def are_equal(left: Any, right: Any) -> bool:
    """Text without case and surrounding space, '5' as 5, lists in any order, nothing as ''."""
    left, right = comparable_dates(left, right)
    if left is None and right is None:
        return True
    if (left is None and right == "") or (right is None and left == ""):
        return True
    if isinstance(left, str) and isinstance(right, str):
        return left.strip().lower() == right.strip().lower()
    if _have_same_number(left, right):
        return True
    if is_empty(left) != is_empty(right):
        return False
    if isinstance(left, bool) and isinstance(right, str):
        return text_of(left) == right.lower()
    if isinstance(right, bool) and isinstance(left, str):
        return text_of(right) == left.lower()
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            are_equal(*pair)
            for pair in zip(sorted(left, key=text_of), sorted(right, key=text_of), strict=True)
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(are_equal(left[key], right[key]) for key in left)
    if isinstance(left, list | dict | datetime) or isinstance(right, list | dict | datetime):
        return bool(left == right)
    if left is None or right is None:
        return False
    return number_of(left) == number_of(right)


def is_greater(left: Any, right: Any) -> bool:
    """False wherever one of the two is missing or the two cannot be put in order."""
    if left is None or right is None:
        return False
    left, right = comparable_dates(left, right)
    if left is None or right is None:
        return False
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left > right
    left, right = (text_of(side) if isinstance(side, list | dict) else side for side in (left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left > right
    return number_of(left) > number_of(right)


def contains(left: Any, right: Any) -> bool | None:
    """Whether a list holds (all of) `right`, or a text holds it; None where nothing was answered."""
    if isinstance(left, list):
        wanted = right if isinstance(right, list) else [right]
        return bool(left) and all(any(are_equal(item, one) for item in left) for one in wanted)
    if not is_true(left) and not (left is False or (_is_number(left) and left == 0)):
        return None
    if not is_true(right):
        return None
    return text_of(right).lower() in text_of(left).lower()


def add(left: Any, right: Any) -> Any:
    """Sum of numbers, else joined text or lists."""
    if not math.isnan(written_number(left)) and not math.isnan(written_number(right)):
        if isinstance(left, str) or isinstance(right, str):
            return text_of(left) + text_of(right)
        return rounded_like(left, right, number_of(left) + number_of(right))
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right]
    if isinstance(left, list) or isinstance(right, list):
        items, other = (left, right) if isinstance(left, list) else (right, left)
        if isinstance(other, str):
            joined = ", ".join(text_of(item) for item in items)
            return joined + other if items is left else other + joined
        if _is_number(other):
            total: Any = 0
            for item in (*[item for item in items if _is_number(item)], other):
                total = rounded_like(total, item, total + item)
            return total
    if isinstance(left, str | list | dict | datetime) or isinstance(right, str | list | dict | datetime):
        return text_of(left) + text_of(right)
    return number_of(left) + number_of(right)


def rounded_like(left: Any, right: Any, result: float) -> float | int:
    """`result` with as many decimals as the longer of its operands: 0.1 + 0.2 is 0.3."""
    digits = max(decimals(left), decimals(right))
    return _tidy(round(result, digits) if digits and math.isfinite(result) else result)


def decimals(value: Any) -> int:
    """Digits behind the point of a number; 0 for everything else."""
    number = written_number(value)
    if math.isnan(number) or number == math.floor(number):
        return 0
    _, point, behind = text_of(value).partition(".")
    return len(behind) if point else 0


def comparable_dates(left: Any, right: Any) -> tuple[Any, Any]:
    """Text beside a date becomes a date. A date on the left is cut to what the text on its right tells (the day, the
    minute); text is cut to its day where the date has no time."""
    if isinstance(left, datetime) and isinstance(right, str):
        left = _cut(left, len(right))
        return left, _written_date(right, beside=left)
    if isinstance(right, datetime) and isinstance(left, str):
        right = right.replace(microsecond=0)
        return _written_date(left, beside=right), right
    return left, right


def _cut(date: datetime, letters: int) -> datetime:
    if letters < len("2026-03-02T"):
        return date.replace(hour=0, minute=0, second=0, microsecond=0)
    if letters < len("2026-03-02T10:"):
        return date.replace(minute=0, second=0, microsecond=0)
    return (
        date.replace(second=0, microsecond=0)
        if letters < len("2026-03-02T10:30:")
        else date.replace(microsecond=0)
    )


def _written_date(text: str, *, beside: datetime) -> datetime | None:
    from betaops.surveys.expressions.dates import date_of

    date = date_of(text)
    has_time = beside.hour > 0 or beside.minute > 0 or beside.second > 0
    return date if date is None or has_time else date.replace(hour=0, minute=0, second=0)


def _have_same_number(left: Any, right: Any) -> bool:
    if any(
        side is None or isinstance(side, list | datetime) or math.isnan(number_of(side))
        for side in (left, right)
    ):
        return False
    pairs = [
        (_parsed(pattern, left), _parsed(pattern, right)) for pattern in (_LEADING_INTEGER, _LEADING_NUMBER)
    ]
    return all(one == other and one is not None for one, other in pairs)


def _parsed(pattern: re.Pattern[str], value: Any) -> float | None:
    found = pattern.match(text_of(value))
    return float(found[0]) if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tidy(number: float) -> float | int:
    """Whole floats as integers: JavaScript does not tell them apart. Large ones are floats, as all of its numbers are."""
    if abs(number) < 1e15:
        return int(number) if float(number).is_integer() else number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
