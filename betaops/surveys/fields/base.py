"""A question as WTForms fields, made when the page is drawn. What an answer may be is decided in `surveys/kinds`."""

from typing import Any, Protocol

from wtforms import Field, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.surveys.definition import Choice, Question
from betaops.surveys.kinds.base import chosen, code_of
from betaops.surveys.localised import text
from betaops.surveys.scene import Scene


class QuestionFields(Protocol):
    """One file of this package a question type."""

    template: str

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        """Unbound WTForms fields by their names in the page."""

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        """What each field shows for a stored value."""

    def value(self, question: Question, form: BaseForm) -> Any:
        """What was filled in, as it would be stored; not judged yet, so nothing typed is lost."""


class Choices(RadioField):
    """One of a list. Whether it may be chosen is judged elsewhere, against the published version."""

    def pre_validate(self, form: BaseForm) -> None:
        """Nothing here."""


class ManyChoices(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: BaseForm) -> None:
        """Nothing here."""


def options(choices: tuple[Choice, ...], language: str) -> list[SelectChoice]:
    """Choices as WTForms offers them."""
    return [
        offer(choice.value, text(choice.text, language), is_disabled=choice.is_disabled) for choice in choices
    ]


def offer(value: Any, label: str, *, is_disabled: bool = False) -> SelectChoice:
    return SelectChoice(
        code_of(value), label or code_of(value), render_kw={"disabled": True} if is_disabled else None
    )


def typed(choices: tuple[Choice, ...], code: Any) -> Any:
    """The value behind a code from the page; an unknown code stays as it came."""
    if not code:
        return None
    found = chosen(choices, code)
    return found.value if found else code


def field_of(form: BaseForm, name: str) -> Field:
    return form[name]


def described(question: Question, scene: Scene) -> dict[str, Any]:
    """Label and description as WTForms wants them."""
    return {
        "label": question.label(scene.language),
        "description": text(question.description, scene.language),
    }
