"""A choice among pictures: the inputs of a list, each with its picture."""

from typing import Any

from wtforms.form import BaseForm

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.checkbox import CheckboxFields
from betaops.surveys.fields.radiogroup import RadiogroupFields
from betaops.surveys.kinds.picture import takes_several


class ImagepickerFields:
    template = "pictures"

    def _as(self, question: Question) -> CheckboxFields | RadiogroupFields:
        return CheckboxFields() if takes_several(question) else RadiogroupFields()

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        return self._as(question).build(question, scene)

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return self._as(question).data(question, value)

    def value(self, question: Question, form: BaseForm) -> Any:
        return self._as(question).value(question, form)
