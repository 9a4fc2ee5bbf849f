"""A value that is calculated and shown."""

import math
from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from betaops.kernel import i18n
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of
from betaops.surveys.kinds.base import Row, number_or_none

MOST_DIGITS = 10


def shown(question: Question, value: Any, language: str) -> str:
    """The value by `displayStyle`, digits and `format`, in the reader's way of writing numbers."""
    words = _styled(question, value)
    pattern = question.option_text("format", language)
    return pattern.replace("{0}", words) if "{0}" in pattern else words


def _styled(question: Question, value: Any) -> str:
    style = question.options.get("displayStyle")
    if style == "date":
        return _date(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "" if value is None else text_of(value)
    precision = question.number("precision")
    if precision is not None and 0 <= precision <= MOST_DIGITS:
        value = float(Decimal(str(value)).quantize(Decimal(1).scaleb(-int(precision)), ROUND_HALF_UP))
    groups = question.options.get("useGrouping") is not False
    # As survey-core writes it: by the language alone, so English is American here.
    locale = i18n.language()
    if style == "currency":
        code = str(question.options.get("currency") or "USD").upper()
        is_code = len(code) == 3 and code.isalpha() and code.isascii()
        return format_currency(value, code if is_code else "USD", locale=locale, group_separator=groups)
    if style == "percent":
        digits = _pattern(question, most=0)
        return format_decimal(value, format=f"{digits}%", locale=locale, group_separator=groups)
    if style == "decimal":
        return format_decimal(value, format=_pattern(question, most=3), locale=locale, group_separator=groups)
    return text_of(value)


def _pattern(question: Question, *, most: int) -> str:
    """A number pattern with the wanted digits behind the point."""
    least, given = question.number("minimumFractionDigits"), question.number("maximumFractionDigits")
    low = min(int(least), MOST_DIGITS) if least is not None and least > 0 else 0
    high = min(int(given), MOST_DIGITS) if given is not None and given >= 0 else max(most, low)
    places = "0" * low + "#" * max(0, high - low)
    return f"#,##0.{places}" if places else "#,##0"


def _date(value: Any) -> str:
    if not isinstance(value, str):
        return "" if value is None else text_of(value)
    try:
        return format_date(datetime.fromisoformat(value), format="short", locale=i18n.language())
    except ValueError:
        return value


class Expression:
    """`expression`: nobody answers it; what stands there was calculated by the scene."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        return value

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        yield Row(number=number_or_none(value), text=text_of(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return shown(question, value, language)
