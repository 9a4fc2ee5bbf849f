"""The functions of the expression language. Dates mean days in UTC; `now` is handed in."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.surveys.expressions.dates import date_of, later, months_between
from betaops.surveys.expressions.values import (
    add,
    is_empty,
    is_greater,
    is_true,
    number_of,
    rounded_like,
    text_of,
    written_number,
)

#: `holds(condition, values)` for the functions that filter rows of an answer by a condition.
Holds = Callable[[str, dict[str, Any]], bool]


@dataclass(frozen=True)
class Setting:
    """What functions may look at besides their arguments."""

    now: datetime
    holds: Holds

    @property
    def today(self) -> datetime:
        return self.now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)


#: More digits than any number has.
_FINEST = 100

Function = Callable[[Setting, list[Any]], Any]


def _flat(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found += _flat(value)
        elif value is not None:
            number = written_number(value)
            found.append(value if math.isnan(number) else number)
    return found


def _sum(_: Setting, arguments: list[Any]) -> Any:
    total: Any = 0
    for value in _flat(arguments):
        total = add(total, value) if isinstance(value, str) or isinstance(total, str) else rounded_like(
            total, value, number_of(total) + number_of(value)
        )  # fmt: skip
    return total


def _avg(setting: Setting, arguments: list[Any]) -> Any:
    values = _flat(arguments)
    return number_of(_sum(setting, arguments)) / len(values) if values else 0


def _best(arguments: list[Any], *, least: bool) -> Any:
    values = _flat(arguments)
    best = values[0] if values else None
    for value in values[1:]:
        if is_greater(best, value) if least else is_greater(value, best):
            best = value
    return best


def _round(_: Setting, arguments: list[Any]) -> Any:
    values = _flat(arguments)
    precision = written_number(values[1]) if len(values) > 1 and is_true(values[1]) else 0
    if not values or math.isnan(written_number(values[0])) or not abs(precision) <= _FINEST:
        return math.nan
    power = 10.0**precision
    # Halves go up, also below zero after the library's own correction by one epsilon.
    return math.floor(values[0] * power * (1 + 2.220446049250313e-16) + 0.5) / power


def _trunc(_: Setting, arguments: list[Any]) -> Any:
    values = _flat(arguments)
    digits = written_number(values[1]) if len(values) > 1 and is_true(values[1]) else 0
    if not values or math.isnan(written_number(values[0])) or not digits <= _FINEST:
        return math.nan
    found = re.match(rf"-?\d+(?:\.\d{{0,{max(0, int(digits))}}})?", text_of(values[0]))
    return number_of(found[0]) if found else math.nan


def _iif(_: Setting, arguments: list[Any]) -> Any:
    if len(arguments) < 2:
        return None
    return arguments[1] if is_true(arguments[0]) else (arguments[2] if len(arguments) > 2 else None)


def _age(setting: Setting, arguments: list[Any]) -> Any:
    born = date_of(arguments[0]) if arguments else None
    return _difference(born, setting.now.replace(tzinfo=None), _unit(arguments, 1, "years")) if born else None


def _date_diff(_: Setting, arguments: list[Any]) -> Any:
    if len(arguments) < 2:
        return None
    first, second = date_of(arguments[0]), date_of(arguments[1])
    return _difference(first, second, _unit(arguments, 2, "days")) if first and second else None


def _difference(first: datetime, second: datetime, unit: str) -> int:
    if unit == "days":
        return abs((second.date() - first.date()).days)
    seconds = abs((second - first).total_seconds())
    if unit in ("hours", "minutes", "seconds"):
        return math.ceil(seconds / {"hours": 3600, "minutes": 60, "seconds": 1}[unit])
    months = months_between(first, second)
    return months if unit == "months" else math.trunc(months / 12)


def _unit(arguments: list[Any], index: int, otherwise: str) -> str:
    return str(arguments[index] or otherwise) if len(arguments) > index else otherwise


def _date_add(_: Setting, arguments: list[Any]) -> Any:
    date = date_of(arguments[0]) if len(arguments) > 1 else None
    if date is None or not is_true(arguments[1]):
        return None
    amount = number_of(arguments[1])
    return None if math.isnan(amount) else later(date, amount, _unit(arguments, 2, "days"))


def _today(setting: Setting, arguments: list[Any]) -> Any:
    days = number_of(arguments[0]) if arguments else 0
    return None if math.isnan(days) else later(setting.today, days, "days")


def _part(name: Callable[[datetime], int]) -> Function:
    def part(setting: Setting, arguments: list[Any]) -> Any:
        given = bool(arguments) and is_true(arguments[0])
        date = date_of(arguments[0]) if given else setting.today
        return math.nan if date is None else name(date)

    return part


def _substring(_: Setting, arguments: list[Any]) -> Any:
    if len(arguments) < 2 or not isinstance(arguments[0], str) or math.isnan(written_number(arguments[1])):
        return ""
    text = arguments[0]
    last = written_number(arguments[2]) if len(arguments) > 2 else math.nan
    ends = (written_number(arguments[1]), len(text) if math.isnan(last) else last)
    start, end = sorted(max(0, min(len(text), int(end))) for end in ends)
    return text[start:end]


def _rows(setting: Setting, arguments: list[Any]) -> list[dict[str, Any]]:
    """The rows of an answer (list or object of objects) that have the column and meet the condition."""
    if not 2 <= len(arguments) <= 4 or not isinstance(arguments[1], str):
        return []
    rows = arguments[0].values() if isinstance(arguments[0], dict) else arguments[0]
    if not isinstance(arguments[0], list | dict):
        return []
    condition = arguments[-1] if len(arguments) > 2 and isinstance(arguments[-1], str) else ""
    return [
        row
        for row in rows
        if isinstance(row, dict)
        and not is_empty(row.get(arguments[1]))
        and (not condition or setting.holds(condition, row))
    ]


def _numbers(setting: Setting, arguments: list[Any]) -> list[float | int]:
    found = [written_number(row[arguments[1]]) for row in _rows(setting, arguments)]
    return [number for number in found if not math.isnan(number)]


def _sum_in(setting: Setting, arguments: list[Any]) -> Any:
    return _sum(setting, list(_numbers(setting, arguments)))


def _avg_in(setting: Setting, arguments: list[Any]) -> Any:
    rows = _rows(setting, arguments)
    return number_of(_sum_in(setting, arguments)) / len(rows) if rows else 0


FUNCTIONS: dict[str, Function] = {
    "iif": _iif,
    "sum": _sum,
    "avg": _avg,
    "min": lambda _, arguments: _best(arguments, least=True),
    "max": lambda _, arguments: _best(arguments, least=False),
    "count": lambda _, arguments: len(_flat(arguments)),
    "round": _round,
    "trunc": _trunc,
    "age": _age,
    "today": _today,
    "currentDate": lambda setting, _: setting.now.replace(tzinfo=None),
    "currentYear": lambda setting, _: setting.now.year,
    "getDate": lambda _, arguments: date_of(arguments[0]) if arguments else None,
    "getYear": lambda _, arguments: date.year if arguments and (date := date_of(arguments[0])) else None,
    "year": _part(lambda date: date.year),
    "month": _part(lambda date: date.month),
    "day": _part(lambda date: date.day),
    "weekday": _part(lambda date: (date.weekday() + 1) % 7),
    "diffDays": lambda setting, arguments: _date_diff(setting, arguments[:2]) or 0,
    "dateDiff": _date_diff,
    "dateAdd": _date_add,
    "substring": _substring,
    "countInArray": lambda setting, arguments: len(_rows(setting, arguments)),
    "sumInArray": _sum_in,
    "avgInArray": _avg_in,
    "minInArray": lambda setting, arguments: min(_numbers(setting, arguments), default=None),
    "maxInArray": lambda setting, arguments: max(_numbers(setting, arguments), default=None),
}
