"""Base of every HTML form: CSRF, clean text, messages in the reader's language, refusals shown in place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Optional

from betaops.kernel import i18n
from betaops.kernel.errors import DomainError
from betaops.web.application import writing


class _Translations:
    def gettext(self, message: str) -> str:
        return i18n.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return i18n.ngettext(singular, plural, number)


def _clean(value: Any) -> Any:
    """Without NUL bytes (no database takes them) and without space around."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class Form(FlaskForm):
    """A form that a person fills in. Its own errors (not of one field) are in `form_errors`."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return _Translations()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            field = super().bind_field(form, unbound_field, options)
            if isinstance(field, StringField | TextAreaField | HiddenField) and field.type != "PasswordField":
                field.filters = (*field.filters, _clean)
            return field

    def refuse(self, message: Any, field: str | None = None) -> None:
        """Say why not, on `field` or on the whole form."""
        if field is not None and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors = [*self.form_errors, message]


class EmptyForm(Form):
    """Only the CSRF token: for buttons."""


def optional(field: Field) -> bool:
    """Whether a field may stay empty, for its label to say so."""
    return any(isinstance(validator, Optional) for validator in field.validators) or not field.flags.required


@contextmanager
def refusals(form: Form, field: str | None = None) -> Iterator[None]:
    """What a service refuses inside is undone and shown on `form`; the view goes on behind the block."""
    savepoint = writing().session.begin_nested()
    try:
        yield
    except DomainError as error:
        savepoint.rollback()
        form.refuse(error.message or str(error), error.values.get("field", field))
    else:
        if savepoint.is_active:
            savepoint.commit()
