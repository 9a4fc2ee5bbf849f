"""Trees of expressions to values."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from betaops.surveys.expressions.functions import FUNCTIONS, OF_ROWS, Ask, Setting, Table, table
from betaops.surveys.expressions.grammar import (
    Array,
    Binary,
    Call,
    Constant,
    Node,
    SyntaxProblem,
    Unary,
    Variable,
    parse,
)
from betaops.surveys.expressions.names import look_up
from betaops.surveys.expressions.values import (
    add,
    answer_of,
    are_equal,
    contains,
    decimals,
    is_empty,
    is_greater,
    is_true,
    number_of,
    rounded_like,
)

#: A third argument like `'{price} > 3'` is a condition, one like `'name'` a column.
_CONDITION_MARKS = re.compile(r"[{}><=!]")


def evaluate(
    expression: str, values: Mapping[str, Any], *, now: datetime | None = None, ask: Ask | None = None
) -> Any:
    """The value of `expression` for answers `values`, as `survey-core` gives it; dates are datetimes.

    None also where the expression does not parse, names an unknown function, or has no value (0 / 0).
    `now` is what today() means; the present moment unless given. `ask` answers functions that look at the survey.
    """
    try:
        tree = parse(expression)
    except SyntaxProblem:
        return None
    value = Evaluation(values, now or datetime.now(UTC), ask).value(tree)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def holds(
    condition: str, values: Mapping[str, Any], *, now: datetime | None = None, ask: Ask | None = None
) -> bool:
    """Whether an element with this condition is shown: its value is true itself, not only something.

    One that does not parse counts as true.
    """
    return can_run(condition) is False or evaluate(condition, values, now=now, ask=ask) is True


def can_run(expression: str) -> bool:
    """Whether it parses at all."""
    try:
        parse(expression)
    except SyntaxProblem:
        return False
    return True


def is_met(value: Any) -> bool:
    """Whether conditions of choices, rows and validators hold: true, or what JavaScript finds equal to it (1, "1")."""
    return value is True or (not isinstance(value, bool | dict | datetime) and number_of(value) == 1)


class Evaluation:
    """One evaluation against one set of answers."""

    def __init__(self, values: Mapping[str, Any], now: datetime, ask: Ask | None = None) -> None:
        self.values = values
        self.setting = Setting(now, ask)

    def value(self, node: Node | None) -> Any:
        match node:
            case None:
                return None
            case Constant():
                return node.value
            case Variable():
                found = look_up(self.values, node.name)
                return found if node.is_raw else answer_of(found)
            case Array():
                return [self.value(item) for item in node.items]
            case Call() if node.name in OF_ROWS:
                return FUNCTIONS[node.name](self.setting, [self._table(node.arguments)])
            case Call():
                function = FUNCTIONS.get(node.name)
                arguments = [self.value(item) for item in node.arguments]
                return function(self.setting, arguments) if function else None
            case Unary():
                return _UNARY[node.operator](self.value(node.operand))
            case Binary():
                return self._binary(node)

    def _table(self, nodes: tuple[Node, ...]) -> Table | None:
        """The rows that a function looks at; None where its arguments are wrong."""
        if not 2 <= len(nodes) <= 4:
            return None
        value, column, wanted, at = self.value(nodes[0]), self.value(nodes[1]), self.value(nodes[1]), 2
        if len(nodes) > 2 and _is_column(nodes[2]):
            wanted, at = self.value(nodes[2]), 3
        return table(value, column, partial(self._keeps, nodes[at] if len(nodes) > at else None), wanted)

    def _keeps(self, condition: Node | None, row: dict[str, Any]) -> bool:
        """A condition is written as text or as itself; names of the row come before those of the survey."""
        if condition is None:
            return True
        text = self.value(condition)
        if isinstance(text, str) and text:
            try:
                condition = parse(text)
            except SyntaxProblem:
                return False
        inner = Evaluation({**self.values, **row}, self.setting.now, self.setting.ask)
        return is_met(inner.value(condition))

    def _binary(self, node: Binary) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator in _ARITHMETIC:
            left = _filled(left, right)
            return _ARITHMETIC[node.operator](left, _filled(right, left))
        return _COMPARING[node.operator](left, right)


def _is_column(node: Node) -> bool:
    return (
        isinstance(node, Constant) and isinstance(node.value, str) and not _CONDITION_MARKS.search(node.value)
    )


def _filled(value: Any, beside: Any) -> Any:
    """What a missing operand counts as, by what stands beside it."""
    if not is_empty(value):
        return value
    if isinstance(beside, int | float) and not isinstance(beside, bool):
        return 0
    if isinstance(value, str):
        return value
    if isinstance(beside, str):
        return ""
    return [] if isinstance(beside, list) else 0


def _product(left: Any, right: Any) -> Any:
    digits = decimals(left) + decimals(right)
    result = number_of(left) * number_of(right)
    return rounded_like(f"0.{'1' * digits}" if digits else 0, 0, result)


def _quotient(left: Any, right: Any) -> Any:
    divisor = number_of(right)
    return None if not is_true(right) or not divisor else rounded_like(0, 0, number_of(left) / divisor)


def _remainder(left: Any, right: Any) -> Any:
    if not is_true(right):
        return None
    left, right = number_of(left), number_of(right)
    return math.nan if not right or math.isinf(left) else rounded_like(0, 0, math.fmod(left, right))


def _power(left: Any, right: Any) -> Any:
    base, exponent = number_of(left), number_of(right)
    try:
        return math.nan if math.isnan(exponent) else rounded_like(0, 0, math.pow(base, exponent))
    except (ValueError, OverflowError):
        return math.nan


def _anyof(left: Any, right: Any) -> bool:
    if is_empty(left) or is_empty(right):
        return is_empty(right)
    if not isinstance(left, list):
        return bool(contains(right, left))
    return any(contains(left, one) for one in (right if isinstance(right, list) else [right]))


def _allof(left: Any, right: Any) -> bool:
    if not is_true(left) and not is_empty(right):
        return False
    return all(contains(left, one) for one in (right if isinstance(right, list) else [right]))


def _notcontains(left: Any, right: Any) -> bool:
    if not is_true(left) and not is_empty(right):
        return True
    found = contains(left, right)
    return found is not None and not found


_UNARY: dict[str, Callable[[Any], bool]] = {
    "negate": lambda value: not is_true(value),
    "empty": is_empty,
    "notempty": lambda value: not is_empty(value),
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "or": lambda left, right: left if is_true(left) else right,
    "and": lambda left, right: right if is_true(left) else left,
    "plus": add,
    "minus": lambda left, right: rounded_like(left, right, number_of(left) - number_of(right)),
    "mul": _product,
    "div": _quotient,
    "mod": _remainder,
    "power": _power,
}
_COMPARING: dict[str, Callable[[Any, Any], bool]] = {
    "equal": are_equal,
    "notequal": lambda left, right: not are_equal(left, right),
    "greater": is_greater,
    "less": lambda left, right: is_greater(right, left),
    "greaterorequal": lambda left, right: are_equal(left, right) or is_greater(left, right),
    "lessorequal": lambda left, right: are_equal(left, right) or is_greater(right, left),
    "contains": lambda left, right: bool(contains(left, right)),
    "notcontains": _notcontains,
    "anyof": _anyof,
    "noneof": lambda left, right: not _anyof(left, right),
    "allof": _allof,
}
