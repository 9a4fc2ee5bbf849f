"""Several lines."""

from typing import Any

from wtforms import TextAreaField
from wtforms.form import BaseForm

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of
from betaops.surveys.fields.base import described, field_of
from betaops.surveys.kinds.text import longest

MOST_LINES = 12


class CommentFields:
    template = "line"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        lines = int(question.number("rows") or 4)
        attributes = {
            "rows": max(2, min(lines, MOST_LINES)),
            "maxlength": longest(question),
            "placeholder": question.option_text("placeholder", scene.language),
        }
        kept = {name: value for name, value in attributes.items() if value}
        return {question.name: TextAreaField(render_kw=kept, **described(question, scene))}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: "" if value is None or isinstance(value, dict | list) else text_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        return (field_of(form, question.name).data or "").strip()
