"""Several of a list."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import ManyChoices, described, field_of, options, typed
from betaops.surveys.kinds.base import code_of


class CheckboxFields:
    template = "choices"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        offered = options(scene.choices(question), scene.language)
        return {
            question.name: ManyChoices(choices=offered, validate_choice=False, **described(question, scene))
        }

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        chosen = value if isinstance(value, list) else [] if value is None else [value]
        return {question.name: [code_of(each) for each in chosen if not isinstance(each, dict | list)]}

    def value(self, question: Question, form: BaseForm) -> Any:
        codes = dict.fromkeys(field_of(form, question.name).data or [])
        return [value for code in codes if (value := typed(question.choices, code)) is not None]
