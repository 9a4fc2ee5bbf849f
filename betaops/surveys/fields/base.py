"""A question as WTForms fields, made when the page is drawn. What an answer may be is decided in `surveys/kinds`."""

from collections.abc import Mapping
from typing import Any, Protocol

from wtforms import Field, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds.base import chosen, code_of
from betaops.surveys.localised import text


class QuestionFields(Protocol):
    """One file of this package a question type."""

    template: str

    def build(self, question: Question, scene: Scene) -> dict[str, Any]:
        """Unbound WTForms fields by their names in the page."""

    def data(self, question: Question, value: Any) -> dict[str, Any]:
        """What each field shows for a stored value."""

    def value(self, question: Question, form: BaseForm) -> Any:
        """What was filled in, as it would be stored; not judged yet, so nothing typed is lost."""


class Filled(BaseForm):
    """The form of a page, with what its fields cannot say: what was stored, what was in sight, what was sent along."""

    #: Stored answers by the name of their question.
    stored: Mapping[str, Any] = {}
    #: Names of the questions that were in sight; None where nothing was sent.
    there: frozenset[str] | None = None
    #: Files that came with it, kept already, by the name of their field.
    uploads: Mapping[str, list[Any]] = {}

    def stored_at(self, name: str) -> Any:
        return self.stored.get(name)


def filled(form: BaseForm) -> Filled:
    """A form that was made of fields alone has none of it."""
    return form if isinstance(form, Filled) else Filled({})


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


def comment_fields(question: Question, scene: Scene) -> dict[str, Any]:
    """The free text beside an answer, where there is one."""
    if not (question.has_other or question.has_comment):
        return {}
    return {f"{question.name}-Comment": StringField(label=_comment_label(question, scene))}


def comment_data(question: Question, values: Mapping[str, Any]) -> dict[str, Any]:
    comment = values.get(question.comment_key)
    return {f"{question.name}-Comment": comment if isinstance(comment, str) else ""}


def _comment_label(question: Question, scene: Scene) -> str:
    if question.has_other:
        return question.option_text("otherPlaceholder", scene.language) or _("Describe your answer")
    return question.option_text("commentText", scene.language) or _("Anything to add?")
