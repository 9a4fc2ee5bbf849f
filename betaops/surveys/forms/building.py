"""The forms of the builder: what is added, and the properties of what stands there."""

from typing import Any

import orjson
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, ValidationError

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import labels
from betaops.surveys.forms.console import choices_of
from betaops.web.forms import Form


def read_json(source: str) -> dict[str, Any]:
    """SurveyJS JSON; raises `ValidationError` with line and column where it is none."""
    try:
        found = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise ValidationError(
            _("This is not JSON: line %(line)s, column %(column)s.", line=error.lineno, column=error.colno)
        ) from error
    if not isinstance(found, dict):
        raise ValidationError(_("This is not a survey: a JSON object with pages is expected."))
    return found


class JsonForm(Form):
    version = HiddenField()
    json = TextAreaField(_l("SurveyJS JSON"), [InputRequired(_l("A survey needs a definition."))])

    definition: dict[str, Any]

    def validate_json(self, field: TextAreaField) -> None:
        self.definition = read_json(field.data or "")


class AddForm(Form):
    version = HiddenField()
    at = HiddenField()
    kind = SelectField(_l("Type"))
    title = StringField(_l("Question"), [Length(max=500)], description=_l("As testers read it."))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = choices_of(labels.KINDS)


class PageForm(Form):
    """A page, or a panel."""

    version = HiddenField()
    title = StringField(_l("Heading"), [Length(max=500)])
    description = TextAreaField(_l("Text below it"), [Length(max=2000)])
    visible_if = StringField(
        _l("Show only if"), [Length(max=2000)], description=_l("An expression; empty means always.")
    )


class ElementForm(Form):
    """Every property that the builder knows; a view takes away what the kind does not have."""

    version = HiddenField()
    title = StringField(_l("Question"), [Length(max=2000)])
    description = TextAreaField(_l("Help below it"), [Length(max=2000)])
    html = TextAreaField(
        _l("Text"), [Length(max=20_000)], description=_l("HTML; scripts and styles are taken out.")
    )
    is_required = BooleanField(_l("Must be answered"))
    choices = TextAreaField(
        _l("Answers"),
        [Length(max=100_000)],
        description=_l("One a line. “value | text” keeps the value when you reword the text."),
    )
    has_other = BooleanField(_l("Also offer “Other”, with a text field"))
    has_none = BooleanField(_l("Also offer “None”"))
    has_dont_know = BooleanField(_l("Also offer “Don’t know”"))
    rows = TextAreaField(_l("Rows"), [Length(max=100_000)], description=_l("One a line."))
    columns = TextAreaField(_l("Columns"), [Length(max=100_000)], description=_l("One a line, lowest first."))
    items = TextAreaField(
        _l("Lines"),
        [Length(max=100_000)],
        description=_l("One a line. “name | title” keeps the name when you reword."),
    )
    cells = TextAreaField(
        _l("Columns"),
        [Length(max=100_000)],
        description=_l("One a line. “name | title” keeps the name when you reword."),
    )
    cell_type = SelectField(_l("What stands in the cells"), validate_choice=False)
    cell_choices = TextAreaField(
        _l("Answers in the cells"),
        [Length(max=100_000)],
        description=_l("One a line, where cells offer a list."),
    )
    takes_several = BooleanField(_l("Several may be chosen"))
    every_row = BooleanField(_l("Every row must be answered"))
    pictures = TextAreaField(
        _l("Pictures"),
        [Length(max=900_000)],
        description=_l("One a line: “value | text | https://…”. Testers’ browsers load them from there."),
    )
    image_link = StringField(
        _l("Address of the picture"),
        [Length(max=900_000)],
        description=_l("It begins with https:// or data:image/."),
    )
    alt_text = StringField(
        _l("What the picture shows"), [Length(max=500)], description=_l("For people who do not see it.")
    )
    calculation = StringField(
        _l("Expression"),
        [Length(max=5000)],
        description=_l("Like {apples} + {pears}. Testers see its value."),
    )
    value_format = StringField(
        _l("Words around the value"),
        [Length(max=200)],
        description=_l("“About {0} hours”. Empty: the value alone."),
    )
    display_style = SelectField(_l("Shown as"), validate_choice=False)
    rate_type = SelectField(_l("Drawn as"), validate_choice=False)
    rate_min = StringField(_l("From"), [Length(max=20)])
    rate_max = StringField(_l("To"), [Length(max=20)])
    low_label = StringField(_l("Words for the lowest"), [Length(max=200)])
    high_label = StringField(_l("Words for the highest"), [Length(max=200)])
    input_type = SelectField(_l("What is typed"), validate_choice=False)
    minimum = StringField(_l("At least"), [Length(max=20)])
    maximum = StringField(_l("At most"), [Length(max=20)])
    step = StringField(_l("In steps of"), [Length(max=20)])
    fewest = StringField(_l("Fewest"), [Length(max=20)])
    most = StringField(_l("Most"), [Length(max=20)])
    accepted = StringField(
        _l("Types of files"),
        [Length(max=500)],
        description=_l("Like .pdf, .png, image/*. Empty: all that we take."),
    )
    trait = StringField(
        _l("Keep as a fact for cohorts"),
        [Length(max=80)],
        description=_l("A short name: rules can then ask for survey.<name>. Empty: not kept."),
    )
    visible_if = StringField(
        _l("Expression"), [Length(max=2000)], description=_l("Empty means always shown.")
    )
    condition_question = SelectField(_l("Question"), validate_choice=False)
    condition_operator = SelectField(_l("Comparison"), validate_choice=False)
    condition_value = StringField(_l("Answer"), [Length(max=500)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.input_type.choices = choices_of(labels.INPUT_TYPES)
        self.cell_type.choices = choices_of(labels.CELL_TYPES)
        self.rate_type.choices = choices_of(labels.RATE_TYPES)
        self.display_style.choices = choices_of(labels.DISPLAY_STYLES)
        self.condition_operator.choices = choices_of(labels.OPERATORS)
        self.condition_question.choices = [SelectChoice("", _("Leave as it is"))]

    def offer_questions(self, questions: list[tuple[str, str]]) -> None:
        """(name, label) of questions that a condition may ask about."""
        self.condition_question.choices = [
            SelectChoice("", _("Leave as it is")),
            *(SelectChoice(name, label) for name, label in questions),
        ]


class SurveyForm(Form):
    """What is said once for the whole survey."""

    version = HiddenField()
    title = StringField(_l("Title"), [InputRequired(_l("Give the survey a title.")), Length(max=200)])
    description = TextAreaField(_l("Text on the first page"), [Length(max=5000)])
    completed = TextAreaField(
        _l("Text at the end"), [Length(max=20_000)], description=_l("HTML. Empty: we say thank you.")
    )
