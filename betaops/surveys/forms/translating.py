"""Forms for a survey in other languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from betaops.kernel import i18n
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import labels, languages, translating
from betaops.web.forms import Form


class LanguageForm(Form):
    """A language to translate into."""

    language = SelectField(_l("Add a language"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.language.choices = [SelectChoice(*each) for each in languages.offered(i18n.language())]


class TranslationForm(Form):
    """A field for each text of a draft; made by `translation_form`."""

    version = HiddenField()
    pointers: Mapping[str, str] = {}

    def words(self) -> dict[str, str]:
        """What was typed, by the pointer of the text it translates."""
        return {pointer: self[field].data or "" for pointer, field in self.pointers.items()}


def translation_form(entries: Iterable[translating.Entry], language: str) -> TranslationForm:
    """Fields named after where their text stands, filled with what is there in `language`."""
    found, pointers, data = {}, {}, {}
    for entry in entries:
        name = "text" + entry.pointer.replace("/", "-")
        found[name] = TextAreaField(labels.text_name(entry.name), [Length(max=20_000)])
        pointers[entry.pointer], data[name] = name, entry.translation(language)
    form: type[TranslationForm] = type("Translations", (TranslationForm,), {**found, "pointers": pointers})
    return form(data=data)
