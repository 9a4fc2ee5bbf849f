"""One line."""

import math
from typing import Any

from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of, written_number
from betaops.surveys.fields.base import described, field_of
from betaops.surveys.kinds import masks
from betaops.surveys.kinds.text import NUMERIC, input_type, longest

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
        kind, more = self._input(question)
        own = {
            "maxlength": longest(question),
            "placeholder": question.option_text("placeholder", scene.language)
            or self._example(question)
            or None,
            "min": scene.bound(question, "min") if kind not in ("text", "email", "tel", "url") else None,
            "max": scene.bound(question, "max") if kind not in ("text", "email", "tel", "url") else None,
        }
        attributes = {**more, **{name: value for name, value in own.items() if isinstance(value, str | int)}}
        field = StringField(
            widget=TextInput(input_type=kind), render_kw=attributes, **described(question, scene)
        )
        return {question.name: field}

    def _input(self, question: Question) -> tuple[str, dict[str, str]]:
        mask = masks.mask(question)
        if mask == "datetime" and masks.settings(question).get("saveMaskedValue") is not True:
            return INPUTS[masks.moment(question)]
        if mask in ("numeric", "currency"):
            return "text", {"inputmode": "decimal"}
        return INPUTS.get(input_type(question), ("text", {}))

    def _example(self, question: Question) -> str:
        """What a mask looks like, as the browser's grey text."""
        return (
            masks.pattern(question).replace("\\", "")
            if masks.mask(question) in ("pattern", "datetime")
            else ""
        )

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        if value is None or isinstance(value, dict | list):
            return {question.name: ""}
        mask = masks.mask(question)
        is_written = mask in ("pattern", "numeric", "currency")
        return {question.name: masks.shown(question, value) if is_written else text_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        line = (field_of(form, question.name).data or "").strip()
        if input_type(question) in NUMERIC:
            number = written_number(line)
            return line if math.isnan(number) else number
        return line
