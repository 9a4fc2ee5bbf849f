"""Text between questions: no field, only a template."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene


class HtmlFields:
    template = "html"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        return {}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {}

    def value(self, question: Question, form: BaseForm) -> Any:
        return None
