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
    is_true,
    number_of,
    rounded_like,
    text_of,
    written_number,
)

#: What a function says of the survey around it (`displayValue`, `propertyValue`, …); None where there is none.
Ask = Callable[[str, list[Any]], Any]
#: `keeps(row)` for the functions that look at rows of an answer.
Keeps = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Setting:
    """What functions may look at besides their arguments."""

    now: datetime
    ask: Ask | None = None

    @property
    def today(self) -> datetime:
        return self.now.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)

    def asked(self, name: str, arguments: list[Any]) -> Any:
        return self.ask(name, arguments) if self.ask is not None else None


@dataclass(frozen=True)
class Table:
    """The rows of an answer (list or object of objects) that have `column` and are kept by the author's condition."""

    rows: tuple[dict[str, Any], ...]
    column: str
    #: The column whose value minInArray and maxInArray give, of the row that they find.
    wanted: str

    @property
    def numbers(self) -> list[tuple[float | int, dict[str, Any]]]:
        """What can be counted in the column, with its row."""
        found = ((_counted(row[self.column]), row) for row in self.rows)
        return [(number, row) for number, row in found if number is not None and not math.isnan(number)]


def table(value: Any, column: Any, keeps: Keeps, wanted: str) -> Table | None:
    """None where the answer has no rows or the column is no name."""
    if not isinstance(value, list | dict) or not isinstance(column, str):
        return None
    rows = value.values() if isinstance(value, dict) else value
    kept = (row for row in rows if isinstance(row, dict) and not is_empty(row.get(column)) and keeps(row))
    return Table(tuple(kept), column, wanted)


def _counted(value: Any) -> float | int | None:
    if isinstance(value, str):
        return written_number(value)
    return value if isinstance(value, bool | int | float) else None


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
        if isinstance(value, datetime):
            return math.nan  # the library joins the date's text to the sum
        joins = isinstance(value, str | dict) or isinstance(total, str)
        total = add(total, value) if joins else rounded_like(
            total, value, number_of(total) + number_of(value)
        )  # fmt: skip
    return total


def _avg(setting: Setting, arguments: list[Any]) -> Any:
    values = _flat(arguments)
    return number_of(_sum(setting, arguments)) / len(values) if values else 0


def _is_less(left: Any, right: Any) -> bool:
    """As JavaScript itself orders two values, where operators of the language look closer."""
    left, right = (text_of(side) if isinstance(side, dict) else side for side in (left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return number_of(left) < number_of(right)


def _best(arguments: list[Any], *, least: bool) -> Any:
    values = _flat(arguments)
    best = values[0] if values else None
    for value in values[1:]:
        if _is_less(value, best) if least else _is_less(best, value):
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
    digits = digits if float(digits).is_integer() else 0
    found = re.match(rf"-?\d+(?:\.\d{{0,{max(0, int(digits))}}})?", text_of(values[0]))
    return number_of(found[0]) if found else math.nan


def _iif(_: Setting, arguments: list[Any]) -> Any:
    if len(arguments) < 2:
        return None
    return arguments[1] if is_true(arguments[0]) else (arguments[2] if len(arguments) > 2 else None)


def _age(setting: Setting, arguments: list[Any]) -> Any:
    """In years unless months are asked for; in days it is always 0, and other units mean years, as in the library."""
    born = date_of(arguments[0]) if arguments else None
    if born is None:
        return None
    unit = _unit(arguments, 1, "years")
    months = months_between(born, setting.now.replace(tzinfo=None))
    return {"days": 0, "months": months}.get(unit, math.trunc(months / 12))


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


def _of_table(what: Callable[[Table], Any], otherwise: Any) -> Function:
    """A function of rows; `evaluation.Evaluation` hands the table over as the only argument."""

    def function(_: Setting, arguments: list[Any]) -> Any:
        found = arguments[0] if arguments else None
        return what(found) if isinstance(found, Table) else otherwise

    return function


def _sum_in(table: Table) -> Any:
    total: Any = 0
    for number, _row in table.numbers:
        total = rounded_like(total, number, total + number)
    return total


def _best_in(table: Table, *, least: bool) -> Any:
    numbers = table.numbers
    if not numbers:
        return None
    number, row = (min if least else max)(numbers, key=lambda pair: number_of(pair[0]))
    return number if table.wanted == table.column else row.get(table.wanted)


def _from_survey(name: str) -> Function:
    return lambda setting, arguments: setting.asked(name, arguments)


#: Functions of rows: their second argument names a column, a later one filters.
OF_ROWS = frozenset({"countInArray", "sumInArray", "avgInArray", "minInArray", "maxInArray"})

#: Functions that give another value at another time.
OF_THE_CLOCK = frozenset({"age", "today", "currentDate", "currentYear", "year", "month", "day", "weekday"})

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
    "countInArray": _of_table(lambda table: len(table.rows), 0),
    "sumInArray": _of_table(_sum_in, 0),
    "avgInArray": _of_table(lambda table: _sum_in(table) / len(table.rows) if table.rows else 0, 0),
    "minInArray": _of_table(lambda table: _best_in(table, least=True), None),
    "maxInArray": _of_table(lambda table: _best_in(table, least=False), None),
    "displayValue": _from_survey("displayValue"),
    "propertyValue": _from_survey("propertyValue"),
    "getComment": _from_survey("getComment"),
    "isContainerReady": _from_survey("isContainerReady"),
    # Answers here are always being given; a survey that is only shown runs no conditions.
    "isDisplayMode": lambda setting, arguments: None if setting.ask is None else False,
}
