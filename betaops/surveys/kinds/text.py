"""Written answers: one line (of any `inputType`) and several lines."""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of, written_number
from betaops.surveys.kinds import masks
from betaops.surveys.kinds.base import LONGEST_TEXT, Row, Wrong, number_or_none
from betaops.surveys.kinds.validators import is_address

NUMERIC = ("number", "range")
_MOMENTS = {
    "date": date.fromisoformat,
    "datetime-local": datetime.fromisoformat,
    "time": time.fromisoformat,
}
_SHAPES = {"week": re.compile(r"\d{4}-W\d{2}"), "month": re.compile(r"\d{4}-(0[1-9]|1[0-2])")}


def input_type(question: Question) -> str:
    return str(question.options.get("inputType") or "text").lower()


class Text:
    """`text`: a line; a number where the author asks for one."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        if isinstance(value, dict | list | bool):
            raise Wrong(_("Write your answer as text."))
        if masks.mask(question):
            return masks.clean(question, value)
        if input_type(question) in NUMERIC:
            return self._number(question, value, scene)
        line = text_of(value).strip()
        if len(line) > longest(question):
            raise Wrong(_("Write at most %(high)s letters.", high=longest(question)))
        if input_type(question) == "email" and not is_address(line):
            raise Wrong(_("Write a mail address, like name@example.com."))
        if input_type(question) in _MOMENTS or input_type(question) in _SHAPES:
            self._moment(question, line, scene)
        return value if isinstance(value, int | float) else line

    def _number(self, question: Question, value: Any, scene: Scene) -> float | int:
        number = written_number(value)
        if math.isnan(number):
            raise Wrong(_("Write a number."))
        low, high = (written_number(scene.bound(question, name)) for name in ("min", "max"))
        if number < low:
            raise Wrong(
                question.option_text("minErrorText") or _("The number must be at least %(low)s.", low=low)
            )
        if number > high:
            raise Wrong(
                question.option_text("maxErrorText") or _("The number must be at most %(high)s.", high=high)
            )
        return number

    def _moment(self, question: Question, line: str, scene: Scene) -> None:
        kind = input_type(question)
        if not _is_moment(kind, line):
            raise Wrong(_("Write a date.") if kind in ("date", "month", "week") else _("Write a time."))
        low, high = scene.bound(question, "min"), scene.bound(question, "max")
        if isinstance(low, str) and low[:1].isdigit() and line < low:
            raise Wrong(_("It must not be before %(low)s.", low=low))
        if isinstance(high, str) and high[:1].isdigit() and line > high:
            raise Wrong(_("It must not be after %(high)s.", high=high))

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        yield Row(number=number_or_none(value), text=text_of(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return text_of(value)


class Comment:
    """`comment`: as many lines as one likes."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        if isinstance(value, dict | list | bool):
            raise Wrong(_("Write your answer as text."))
        words = text_of(value).strip()
        if len(words) > longest(question):
            raise Wrong(_("Write at most %(high)s letters.", high=longest(question)))
        return words

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        yield Row(text=text_of(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return text_of(value)


def _is_moment(kind: str, line: str) -> bool:
    if kind in _SHAPES:
        return _SHAPES[kind].fullmatch(line) is not None
    try:
        _MOMENTS[kind](line)
    except ValueError:
        return False
    return True


def longest(question: Question) -> int:
    """The author's limit, or ours."""
    limit = question.number("maxLength")
    return int(limit) if limit is not None and 0 < limit < LONGEST_TEXT else LONGEST_TEXT
