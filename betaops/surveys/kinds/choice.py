"""One or several of a list: radiogroup, dropdown, checkbox."""

from collections.abc import Iterable
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of
from betaops.surveys.kinds.base import Row, Wrong, choice_words, chosen, code_of, number_or_none
from betaops.surveys.localised import text

#: Special answers that exclude every other.
ALONE = ("none", "refused", "dontknow")


def _must_be_open(picked: Iterable[Choice | None], scene: Scene) -> None:
    for choice in picked:
        if choice is not None and choice.is_disabled:
            words = text(choice.text, scene.language) or text_of(choice.value)
            raise Wrong(_("“%(choice)s” cannot be chosen now.", choice=words))


class One:
    """`radiogroup` and `dropdown`."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        found = chosen(scene.choices(question), value)
        if found is None:
            raise Wrong(_("Choose one of the answers."))
        _must_be_open([found], scene)
        return found.value

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        yield Row(code=code_of(value), number=number_or_none(value))

    def words(self, question: Question, value: Any, language: str) -> str:
        return choice_words(question.choices, value, language)


class Several:
    """`checkbox`: a list without repetition, in the order in which it was given."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        wanted = value if isinstance(value, list) else [value]
        choices = scene.choices(question)
        found = [chosen(choices, each) for each in wanted]
        if any(each is None for each in found):
            raise Wrong(_("Choose from the answers shown."))
        _must_be_open(found, scene)
        picked = list({code_of(each.value): each for each in found if each is not None}.values())
        alone = [choice for choice in picked if choice.is_special and choice.value in ALONE]
        if alone and len(picked) > 1:
            raise Wrong(
                _(
                    "“%(choice)s” does not go with other answers.",
                    choice=self._label(question, alone[0].value, scene),
                )
            )
        low, high = question.number("minSelectedChoices") or 0, question.number("maxSelectedChoices") or 0
        if low > 0 and len(picked) < low and not alone:
            raise Wrong(_("Choose at least %(low)s.", low=low))
        if 0 < high < len(picked):
            raise Wrong(_("Choose at most %(high)s.", high=high))
        return [choice.value for choice in picked]

    def _label(self, question: Question, value: Any, scene: Scene) -> str:
        return choice_words(question.choices, value, scene.language)

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        for each in value if isinstance(value, list) else [value]:
            yield Row(code=code_of(each))

    def words(self, question: Question, value: Any, language: str) -> str:
        items = value if isinstance(value, list) else [value]
        return ", ".join(choice_words(question.choices, each, language) for each in items)
