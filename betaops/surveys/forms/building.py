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
from betaops.surveys.ready import measures
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


#: Chosen as a question: what stands in the field for expressions decides.
BY_EXPRESSION = "*"


class JsonForm(Form):
    version = HiddenField()
    json = TextAreaField(_l("SurveyJS JSON"), [InputRequired(_l("A survey needs a definition."))])

    definition: dict[str, Any]

    def validate_json(self, field: TextAreaField) -> None:
        self.definition = read_json(field.data or "")


class AddForm(Form):
    version = HiddenField()
    at = HiddenField()
    #: Ids of their own: the properties beside it have a title as well.
    kind = SelectField(_l("Type"), id="new-kind")
    title = StringField(
        _l("Question"), [Length(max=500)], description=_l("As testers read it."), id="new-title"
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = choices_of(labels.KINDS)


class ConditionForm(Form):
    """When something is shown: a comparison in words, or an expression."""

    version = HiddenField()
    condition_question = SelectField(_l("Depends on"), validate_choice=False)
    condition_operator = SelectField(_l("Comparison"), validate_choice=False)
    condition_value = StringField(_l("Answer"), [Length(max=500)])
    visible_if = StringField(
        _l("Expression"),
        [Length(max=2000)],
        description=_l("Like {plan} = 'pro' and {size} > 10."),
    )

    #: By question, the words of its answers: what a browser offers while somebody types.
    answers: dict[str, list[str]]

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.answers = {}
        self.condition_operator.choices = choices_of(labels.OPERATORS)
        self.offer_questions([])

    def offer_questions(self, questions: list[tuple[str, str, list[str]]]) -> None:
        """(key, label, words of the answers) of questions that a condition may ask about."""
        self.answers = {key: words for key, _label, words in questions}
        self.condition_question.choices = [
            SelectChoice("", _("Nothing: it is always shown")),
            *(SelectChoice(key, label) for key, label, _words in questions),
            SelectChoice(BY_EXPRESSION, _("More than one answer: an expression")),
        ]


class PageForm(ConditionForm):
    """A page, or a panel."""

    title = StringField(_l("Heading"), [Length(max=500)])
    description = TextAreaField(_l("Text below it"), [Length(max=2000)])


class ElementForm(ConditionForm):
    """Every property that the builder knows; a view takes away what the kind does not have."""

    title = TextAreaField(_l("Question"), [Length(max=2000)])
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

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.input_type.choices = choices_of(labels.INPUT_TYPES)
        self.cell_type.choices = choices_of(labels.CELL_TYPES)
        self.rate_type.choices = choices_of(labels.RATE_TYPES)
        self.display_style.choices = choices_of(labels.DISPLAY_STYLES)


class MeasureForm(ElementForm):
    """A published measure: what of it is its author's to say. A view takes away what it does not have."""

    subject = StringField(_l("Name of the product"), [Length(max=300)])
    steps = SelectField(
        _l("Steps"),
        choices=[SelectChoice(str(steps), str(steps)) for steps in measures.CSAT_STEPS],
        default="5",
    )
    compared = TextAreaField(
        _l("What is compared"),
        [Length(max=20_000)],
        description=_l("One a line. “value | text” keeps the value when you reword the text."),
    )
    per_set = SelectField(
        _l("Shown at a time"),
        choices=[SelectChoice(str(size), str(size)) for size in measures.SET_SIZES],
        default="4",
    )
    has_pairs = BooleanField(
        _l("Also ask which of each two mattered more"),
        description=_l("Fifteen more questions; the score is then weighted by them."),
    )
    more_features = TextAreaField(
        _l("Further features"),
        [Length(max=10_000)],
        description=_l("One a line. Each gets these two questions, below this one."),
    )
    is_scored = BooleanField(
        _l("Score it as this measure"),
        description=_l("Switched off, it is a question like any other, and everything in it can be changed."),
    )


class AddMeasureForm(Form):
    """Its buttons each send the name of a measure."""

    version = HiddenField()
    at = HiddenField()
    measure = HiddenField()


class SurveyForm(Form):
    """What is said once for the whole survey."""

    version = HiddenField()
    title = StringField(_l("Title"), [InputRequired(_l("Give the survey a title.")), Length(max=200)])
    description = TextAreaField(_l("Text on the first page"), [Length(max=5000)])
    completed = TextAreaField(
        _l("Text at the end"), [Length(max=20_000)], description=_l("HTML. Empty: we say thank you.")
    )
