"""A place on a scale."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds.base import Row, Wrong, choice_words, chosen, code_of, number_or_none
from betaops.surveys.reading import choice_of as read_choice

#: Steps that a scale has at most.
MOST_STEPS = 50


def scale(question: Question) -> tuple[Choice, ...]:
    """The steps from the lowest to the highest."""
    own = question.options.get("rateValues")
    if isinstance(own, list) and own:
        found = {
            str(step.value): step for item in own[:MOST_STEPS] if (step := read_choice(item)) is not None
        }
        if found:
            return tuple(found.values())
    low = question.number("rateMin")
    low = 1 if low is None else low
    width = question.number("rateStep") or 1
    high = question.number("rateMax")
    if high is None:
        high = low + width * ((question.number("rateCount") or 5) - 1)
    if width <= 0 or high < low:
        return (Choice(low, f"{low:g}"),)
    count = min(int((high - low) / width + 1e-9) + 1, MOST_STEPS)
    values = [round(low + width * number, 10) for number in range(count)]
    return tuple(Choice(_whole(value), f"{value:g}") for value in values)


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


class Rating:
    """`rating`; numbers unless the author gave the steps other values."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        found = chosen(scale(question), value)
        if found is None:
            raise Wrong(_("Choose a place on the scale."))
        return found.value

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        yield Row(code=code_of(value), number=number_or_none(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return choice_words(scale(question), value, language)
