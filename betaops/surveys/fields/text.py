"""One line."""

import math
from typing import Any

from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

from betaops.surveys.definition import Question
from betaops.surveys.expressions.values import text_of, written_number
from betaops.surveys.fields.base import described, field_of
from betaops.surveys.kinds.text import NUMERIC, input_type, longest
from betaops.surveys.scene import Scene

#: What a browser is asked for, by the author's `inputType`. Everything else is plain text.
INPUTS = {
    "email": ("email", {"autocomplete": "email", "inputmode": "email"}),
    "tel": ("tel", {"autocomplete": "tel", "inputmode": "tel"}),
    "url": ("url", {"inputmode": "url"}),
    # type=number drops what it cannot read before anybody sees it; this keeps and judges it.
    "number": ("text", {"inputmode": "decimal"}),
    "range": ("text", {"inputmode": "decimal"}),
    "date": ("date", {}),
    "datetime-local": ("datetime-local", {}),
    "time": ("time", {}),
    "month": ("month", {}),
    "week": ("week", {}),
}


class TextFields:
    template = "line"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        kind, more = INPUTS.get(input_type(question), ("text", {}))
        own = {
            "maxlength": longest(question),
            "placeholder": question.option_text("placeholder", scene.language) or None,
            "min": scene.bound(question, "min") if kind not in ("text", "email", "tel", "url") else None,
            "max": scene.bound(question, "max") if kind not in ("text", "email", "tel", "url") else None,
        }
        attributes = {**more, **{name: value for name, value in own.items() if isinstance(value, str | int)}}
        field = StringField(
            widget=TextInput(input_type=kind), render_kw=attributes, **described(question, scene)
        )
        return {question.name: field}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: "" if value is None or isinstance(value, dict | list) else text_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        line = (field_of(form, question.name).data or "").strip()
        if input_type(question) in NUMERIC:
            number = written_number(line)
            return line if math.isnan(number) else number
        return line
