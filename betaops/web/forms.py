"""Base of every HTML form: CSRF, clean text, messages in the reader's language, refusals shown in place."""

from types import TracebackType
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from betaops.kernel import i18n
from betaops.kernel.errors import DomainError
from betaops.web.application import writing


class _Translations:
    def gettext(self, message: str) -> str:
        return i18n.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        # WTForms fills the gaps itself, and has other names for them.
        return i18n.form_for(singular, plural, number)


def _clean(value: Any) -> Any:
    """Without NUL bytes (no database takes them) and without space around."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """A form that a person fills in. Its own errors (not of one field) are in `form_errors`."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return _Translations()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            field: Field = super().bind_field(form, unbound_field, options)
            if isinstance(field, StringField | TextAreaField | HiddenField) and field.type != "PasswordField":
                field.filters = (*field.filters, _clean)
            return field

    def refuse(self, message: Any, field: str | None = None) -> None:
        """Say why not, on `field` or on the whole form."""
        if field is not None and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors: list[Any] = [*self.form_errors, message]


class WholeNumberField(IntegerField):
    """An integer of at most 18 digits: beyond that neither a database nor a comparison bears it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and len(str(valuelist[0]).strip()) > 18:
            self.data = None
            raise ValueError(self.gettext("Not a valid integer value."))
        super().process_formdata(valuelist)


class EmptyForm(Form):
    """Only the CSRF token: for buttons."""


def optional(field: Field) -> bool:
    """Whether a field may stay empty, for its label to say so."""
    return any(isinstance(validator, Optional) for validator in field.validators) or not field.flags.required


class refusals:  # noqa: N801  # reads as the verb it is: `with refusals(form):`
    """What a service refuses inside is undone and shown on `form`; the view goes on behind the block.

    A refusal that names a `field` is shown there, else on `field`, else on the whole form.
    """

    def __init__(self, form: Form, field: str | None = None) -> None:
        self.form, self.field = form, field

    def __enter__(self) -> None:
        self.savepoint = writing().session.begin_nested()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, DomainError):
            if self.savepoint.is_active:
                self.savepoint.rollback() if error is not None else self.savepoint.commit()
            return False
        self.savepoint.rollback()
        self.form.refuse(error.message or str(error), error.values.get("field", self.field))
        return True
