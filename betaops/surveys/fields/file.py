"""Files: those that are here, each with a way to take it back, and a field for more."""

from typing import Any

from wtforms import FileField, MultipleFileField
from wtforms.form import BaseForm

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import ManyChoices, described, filled, offer
from betaops.surveys.kinds.file import most
from betaops.surveys.uploads import accepted


def gone_name(question: Question) -> str:
    """Of the boxes that take files back."""
    return f"{question.name}[gone]"


class FileFields:
    template = "files"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        make = MultipleFileField if most(question) > 1 else FileField
        here = kept(scene.values.get(question.key))
        fields: dict[str, Any] = {
            question.name: make(
                render_kw={"accept": ",".join(accepted(question))}, **described(question, scene)
            )
        }
        if here:
            offered = [
                offer(item["content"], _("Take back %(name)s", name=item.get("name") or "")) for item in here
            ]
            fields[gone_name(question)] = ManyChoices(choices=offered, validate_choice=False)
        return fields

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        return {question.name: [], gone_name(question): []}

    def value(self, question: Question, form: BaseForm) -> Any:
        """What stays and what came; of a question for one file the new one takes the place of the old."""
        name = gone_name(question)
        gone = set(form[name].data or []) if name in form else set()
        here = filled(form).uploads.get(question.name, [])
        stay = [item for item in kept(filled(form).stored_at(question.name)) if item["content"] not in gone]
        if here and most(question) == 1:
            return here[:1]
        return [*stay, *here]


def kept(value: Any) -> list[dict[str, Any]]:
    """The files of an answer; what was refused the last time is none."""
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("content"), str)]
