"""Trees of expressions to values."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from betaops.surveys.expressions.functions import FUNCTIONS, Setting
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


def evaluate(expression: str, values: Mapping[str, Any], *, now: datetime | None = None) -> Any:
    """The value of `expression` for answers `values`, as `survey-core` gives it; dates are datetimes.

    None also where the expression does not parse, names an unknown function, or has no value (0 / 0).
    `now` is what today() means; the present moment unless given.
    """
    try:
        tree = parse(expression)
    except SyntaxProblem:
        return None
    value = Evaluation(values, now or datetime.now(UTC)).value(tree)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def holds(condition: str, values: Mapping[str, Any], *, now: datetime | None = None) -> bool:
    """Whether an element with this condition is shown: one that does not parse counts as true."""
    try:
        tree = parse(condition)
    except SyntaxProblem:
        return True
    return is_true(Evaluation(values, now or datetime.now(UTC)).value(tree))


class Evaluation:
    """One evaluation against one set of answers."""

    def __init__(self, values: Mapping[str, Any], now: datetime) -> None:
        self.values = values
        self.setting = Setting(now, lambda condition, row: holds(condition, {**values, **row}, now=now))

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
            case Call():
                function = FUNCTIONS.get(node.name)
                return (
                    function(self.setting, [self.value(item) for item in node.arguments])
                    if function
                    else None
                )
            case Unary():
                return _UNARY[node.operator](self.value(node.operand))
            case Binary():
                return self._binary(node)

    def _binary(self, node: Binary) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator in _ARITHMETIC:
            left = _filled(left, right)
            return _ARITHMETIC[node.operator](left, _filled(right, left))
        return _COMPARING[node.operator](left, right)


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
    if not right:
        return None
    return math.nan if math.isinf(left) else rounded_like(0, 0, math.fmod(left, right))


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
