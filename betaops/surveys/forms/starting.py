"""The forms a survey begins with: empty, ready made, from a definition, from a file; and a question of the bank."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.i18n import ngettext
from betaops.surveys import ready
from betaops.surveys.checking import LARGEST_DEFINITION
from betaops.surveys.definition import instrument_of
from betaops.surveys.forms.building import read_json
from betaops.surveys.localised import text
from betaops.web.forms import Form


class NewForm(Form):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give the survey a name.")), Length(max=200)],
        description=_l("Testers see it."),
    )
    begin_with = RadioField(_l("Begin with"), default="")
    json = TextAreaField(
        _l("SurveyJS JSON"),
        [Optional(), Length(max=LARGEST_DEFINITION)],
        description=_l("Paste a definition to start from it; leave it empty to build one here."),
    )

    definition: dict[str, Any] | None = None
    #: What each ready survey is about and how long it takes, by its name.
    notes: dict[str, str]

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.begin_with.choices = [
            SelectChoice("", _("Nothing: build it here")),
            *(SelectChoice(each.name, text(each.label, i18n.language())) for each in ready.surveys()),
        ]
        self.notes = {each.name: _ready_note(each) for each in ready.surveys()}

    def validate_begin_with(self, field: RadioField) -> None:
        if field.data and self.json.data:
            raise ValidationError(_("Take either a ready survey or a definition of your own."))
        self.definition = ready.survey(field.data, self.name.data or "") if field.data else None

    def validate_json(self, field: TextAreaField) -> None:
        if field.data:
            self.definition = read_json(field.data)


def _ready_note(each: ready.Ready) -> str:
    count, minutes = len(each.definition.asked), each.definition.minutes
    asks = ngettext(
        "%(num)s question, about %(minutes)s min.",
        "%(num)s questions, about %(minutes)s min.",
        count,
        minutes=minutes,
    )
    return f"{text(each.about, i18n.language())} {asks}"


class BankForm(Form):
    """One question of the bank. Measures stand in a list of their own."""

    version = HiddenField()
    at = HiddenField()
    question = SelectField(_l("Question"), [InputRequired(_l("Choose a question."))], id="bank-question")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        language = i18n.language()
        self.question.choices = {
            text(shelf.title, language): [
                SelectChoice(each["name"], text(each["title"], language))
                for each in shelf.questions
                if not instrument_of(each)
            ]
            for shelf in ready.bank()
        }


class FileForm(Form):
    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "LimeSurvey (.lss), XLSForm (.xlsx), Qualtrics (.qsf), PostHog, Formbricks or SurveyJS (.json). At most 5 MB."
        ),
    )
