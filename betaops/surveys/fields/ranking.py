"""An order: a place for every answer. The page's script makes buttons of it."""

from typing import Any

from wtforms import SelectField
from wtforms.form import BaseForm

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.fields.base import offer
from betaops.surveys.kinds.base import code_of
from betaops.surveys.localised import text


def place_name(question: Question, choice: Choice) -> str:
    return f"{question.name}[{code_of(choice.value)}]"


class RankingFields:
    template = "ranking"

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        choices = scene.choices(question)
        places = [
            offer("", _("Place")),
            *(offer(str(place), str(place)) for place in range(1, len(choices) + 1)),
        ]
        return {
            place_name(question, choice): SelectField(
                label=text(choice.text, scene.language) or code_of(choice.value),
                choices=places,
                validate_choice=False,
            )
            for choice in choices
        }

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        if isinstance(value, list):
            codes = [code_of(each) for each in value if not isinstance(each, dict | list)]
            places: dict[str, Any] = {code: str(place) for place, code in enumerate(codes, 1)}
        else:
            places = value if isinstance(value, dict) else {}
        empty = {place_name(question, choice): "" for choice in question.choices}
        return empty | {f"{question.name}[{code}]": place for code, place in places.items()}

    def value(self, question: Question, form: BaseForm) -> Any:
        """{choice: place}, which judging makes a list of."""
        before = f"{question.name}["
        places = {
            field.name.removeprefix(before).removesuffix("]"): field.data
            for field in form
            if field.name.startswith(before) and field.data
        }
        return places or None
