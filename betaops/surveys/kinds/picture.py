"""A choice among pictures, one or several."""

from collections.abc import Iterable
from typing import Any

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds.base import Row
from betaops.surveys.kinds.choice import One, Several


def takes_several(question: Question) -> bool:
    return question.options.get("multiSelect") is True


class Pictures:
    """`imagepicker`: as a checkbox or a radio group, by `multiSelect`."""

    def _as(self, question: Question) -> One | Several:
        return Several() if takes_several(question) else One()

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        return self._as(question).clean(question, value, scene)

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        return self._as(question).rows(question, value)

    def words(self, question: Question, value: Any, language: str) -> str:
        return self._as(question).words(question, value, language)
