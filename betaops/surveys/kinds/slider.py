"""A place between two ends, or a stretch between them."""

import math
from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of, written_number
from betaops.surveys.kinds.base import Row, Wrong, code_of, number_or_none

#: Names of the two ends of a stretch in rows of answers.
ENDS = ("from", "to")


def is_range(question: Question) -> bool:
    return question.options.get("sliderType") == "range"


def ends(question: Question) -> tuple[float, float, float]:
    """Lowest, highest and step."""
    low, high = question.number("min"), question.number("max")
    step = question.number("step") or 1
    return (0 if low is None else low, 100 if high is None else high, step if step > 0 else 1)


class Slider:
    """`slider`: a number, or [from, to]."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        if not is_range(question):
            return self._number(question, value)
        if not isinstance(value, list) or len(value) != 2:
            raise Wrong(_("Write two numbers, the lower one first."))
        low, high = (self._number(question, each) for each in value)
        if low > high:
            raise Wrong(_("Write the lower number first."))
        least, most = question.number("minRangeLength"), question.number("maxRangeLength")
        if least is not None and high - low < least:
            raise Wrong(_("The two numbers must be at least %(least)s apart.", least=least))
        if most is not None and 0 < most < high - low:
            raise Wrong(_("The two numbers must be at most %(most)s apart.", most=most))
        return [low, high]

    def _number(self, question: Question, value: Any) -> float | int:
        number = written_number(value) if not isinstance(value, list) else math.nan
        if math.isnan(number):
            raise Wrong(_("Write a number."))
        low, high, step = ends(question)
        if not low <= number <= high:
            raise Wrong(_("Write a number from %(low)s to %(high)s.", low=low, high=high))
        steps = (number - low) / step
        if abs(steps - round(steps)) > 1e-6 and number != high:
            raise Wrong(_("Write a number in steps of %(step)s from %(low)s on.", step=step, low=low))
        return number

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        if isinstance(value, list):
            for end, each in zip(ENDS, value, strict=False):
                yield Row(row=end, code=code_of(each), number=number_or_none(each))
        else:
            yield Row(code=code_of(value), number=number_or_none(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return " – ".join(map(text_of, value)) if isinstance(value, list) else text_of(value)
