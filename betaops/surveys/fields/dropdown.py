"""One of a long list."""

from typing import Any

from wtforms import SelectField
from wtforms.form import BaseForm

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import described, field_of, offer, options, typed
from betaops.surveys.kinds.base import code_of


class DropdownFields:
    template = "line"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        nothing = question.option_text("placeholder", scene.language) or _("Choose…")
        offered = [offer("", nothing), *options(scene.choices(question), scene.language)]
        return {
            question.name: SelectField(choices=offered, validate_choice=False, **described(question, scene))
        }

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: "" if value is None or isinstance(value, dict | list) else code_of(value)}

    def value(self, question: Question, form: BaseForm) -> Any:
        return typed(question.choices, field_of(form, question.name).data)
