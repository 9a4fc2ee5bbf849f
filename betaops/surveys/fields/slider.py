"""A number, or two. The page's script puts a slider beside each."""

from typing import Any

from wtforms import StringField
from wtforms.form import BaseForm

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty, text_of
from betaops.surveys.fields.base import described, field_of
from betaops.surveys.kinds.slider import ENDS, ends, is_range


def end_name(question: Question, end: str) -> str:
    return f"{question.name}[{end}]"


class SliderFields:
    template = "slider"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        low, high, step = ends(question)
        attributes = {
            "inputmode": "decimal",
            "data-min": f"{low:g}",
            "data-max": f"{high:g}",
            "data-step": f"{step:g}",
        }
        if not is_range(question):
            return {question.name: StringField(render_kw=attributes, **described(question, scene))}
        labels = {"from": _("From"), "to": _("To")}
        return {end_name(question, end): StringField(label=labels[end], render_kw=attributes) for end in ENDS}

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        if not is_range(question):
            return {question.name: _line(value)}
        pair = value if isinstance(value, list) else []
        pair = [*pair, None, None]
        return {end_name(question, end): _line(each) for end, each in zip(ENDS, pair, strict=False)}

    def value(self, question: Question, form: BaseForm) -> Any:
        if not is_range(question):
            return (field_of(form, question.name).data or "").strip()
        pair = [(field_of(form, end_name(question, end)).data or "").strip() for end in ENDS]
        return None if all(map(is_empty, pair)) else pair


def _line(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else text_of(value)
