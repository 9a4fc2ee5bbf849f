"""A place on a scale."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import Choices, described, field_of, options, typed
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale


class RatingFields:
    template = "scale"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        offered = options(scale(question), scene.language)
        return {question.name: Choices(choices=offered, validate_choice=False, **described(question, scene))}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: None if value is None or isinstance(value, dict | list) else code_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        return typed(scale(question), field_of(form, question.name).data)
