"""Yes or no, as two things to choose: a lone checkbox cannot say that nothing was answered."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import Choices, described, field_of, offer, typed
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.boolean import label, values


class BooleanFields:
    template = "choices"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        offered = [offer(value, label(question, value, scene.language)) for value in values(question)]
        return {question.name: Choices(choices=offered, validate_choice=False, **described(question, scene))}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: None if value is None or isinstance(value, dict | list) else code_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        offered = tuple(Choice(value, "") for value in values(question))
        return typed(offered, field_of(form, question.name).data)
