"""The signup form, one topic a screen."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.enrollment.addresses import BadAddress, clean
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs.screener import NO, YES, BadAnswer, Kind, Question, read
from betaops.web.forms import Form


class _Answer(Form):
    """Base of a one-question form; what counts as an answer is decided in `programs.screener`."""

    question: Question
    value: Any

    def validate_answer(self, field: Any) -> None:
        try:
            self.value = read(self.question, field.data)
        except BadAnswer as error:
            raise ValidationError(str(error)) from error


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """`programs.screener` says what may be chosen."""


class _Radios(RadioField):
    def pre_validate(self, form: Any) -> None:
        """`programs.screener` says what may be chosen, and whether nothing may be."""


def question_form(question: Question) -> type[_Answer]:
    """A form class with the one field `answer`, built for this question."""
    text: dict[str, Any] = {"label": question.label, "description": question.hint}
    field: Any
    match question.kind:
        case Kind.TEXT:
            field = TextAreaField(**text, render_kw={"rows": 3})
        case Kind.NUMBER:
            field = StringField(**text, render_kw={"inputmode": "decimal", "autocomplete": "off"})
        case Kind.YESNO:
            field = _Radios(**text, choices=[SelectChoice(YES, _l("Yes")), SelectChoice(NO, _l("No"))])
        case Kind.CHOICE:
            field = _Radios(**text, choices=[SelectChoice(option, option) for option in question.options])
        case Kind.CHOICES:
            field = _Checkboxes(**text, choices=[SelectChoice(option, option) for option in question.options])
    return type("QuestionForm", (_Answer,), {"question": question, "value": None, "answer": field})


def typed(question: Question, value: Any) -> Any:
    """A kept answer as its field shows it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list) or value is None:
        return value
    return str(value)


class AgreeForm(Form):
    number = HiddenField()
    agreed = BooleanField(_l("I have read this and agree to it"))

    def validate_agreed(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(_("Tick the box if you agree. Without it you cannot take part."))


class PersonForm(Form):
    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Write your name.")),
            Length(max=200, message=_l("Keep the name under 200 characters.")),
        ],
        render_kw={"autocomplete": "name"},
    )
    mail = EmailField(
        _l("Your e-mail address"),
        [InputRequired(_l("Write your e-mail address."))],
        description=_l("We write to you only about this program."),
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )

    def validate_mail(self, field: EmailField) -> None:
        try:
            clean(field.data or "")
        except BadAddress as error:
            raise ValidationError(str(error)) from error


class InvitedForm(Form):
    """What an invited person still has to say: their name and yes."""

    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Write your name.")),
            Length(max=200, message=_l("Keep the name under 200 characters.")),
        ],
        render_kw={"autocomplete": "name"},
    )
    number = HiddenField()
    agreed = BooleanField(_l("I have read the agreement and agree to it"))


class SignInForm(Form):
    mail = EmailField(
        _l("Your e-mail address"),
        [InputRequired(_l("Write your e-mail address."))],
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )

    def validate_mail(self, field: EmailField) -> None:
        try:
            clean(field.data or "")
        except BadAddress as error:
            raise ValidationError(str(error)) from error
