"""Answers put in order, the best first."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import written_number
from betaops.surveys.kinds.base import Row, Wrong, choice_words, chosen, code_of


def takes_some(question: Question) -> bool:
    """Whether only the best are wanted, not all of them."""
    return question.options.get("selectToRankEnabled") is True


class Ranking:
    """`ranking`: a list of choices, the first place first. A page may send {choice: place} instead."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        choices = scene.choices(question)
        wanted = self._by_place(value, choices) if isinstance(value, dict) else value
        if not isinstance(wanted, list):
            raise Wrong(_("Put the answers in order."))
        found = [chosen(choices, each) for each in wanted]
        picked = [choice for choice in found if choice is not None]
        if len(picked) < len(found):
            raise Wrong(_("Put only the answers shown in order."))
        codes = [code_of(choice.value) for choice in picked]
        if len(set(codes)) < len(codes):
            raise Wrong(_("Give every answer a place of its own."))
        if takes_some(question):
            self._count(question, len(picked))
        elif isinstance(value, dict) and len(picked) < len(choices):
            raise Wrong(_("Give every answer a place."))
        else:
            # A list that breaks off goes on in the order in which the rest is offered, as in `survey-core`.
            picked += [choice for choice in choices if code_of(choice.value) not in codes]
        return [choice.value for choice in picked]

    def _by_place(self, places: dict[str, Any], choices: tuple[Choice, ...]) -> list[Any]:
        numbers = [written_number(place) for place in places.values()]
        if any(not number >= 1 for number in numbers) or any(number > len(choices) for number in numbers):
            raise Wrong(_("Places are numbers from 1 to %(high)s.", high=len(choices)))
        if len(set(numbers)) < len(numbers):
            raise Wrong(_("Give every answer a place of its own."))
        return [code for _number, code in sorted(zip(numbers, places, strict=True))]

    def _count(self, question: Question, count: int) -> None:
        low, high = question.number("minSelectedChoices") or 0, question.number("maxSelectedChoices") or 0
        if count < low:
            raise Wrong(_("Choose at least %(low)s.", low=low))
        if 0 < high < count:
            raise Wrong(_("Choose at most %(high)s.", high=high))

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        for place, each in enumerate(value, 1):
            yield Row(row=code_of(each), code=str(place), number=float(place))

    def words(self, question: Question, value: Any, language: str) -> str:
        items = value if isinstance(value, list) else [value]
        return ", ".join(
            f"{place}. {choice_words(question.choices, each, language)}"
            for place, each in enumerate(items, 1)
        )
