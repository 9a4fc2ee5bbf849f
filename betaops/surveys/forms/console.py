"""The console's forms about surveys."""

from typing import Any

import orjson
from wtforms import (
    BooleanField,
    ColorField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import labels
from betaops.surveys.models import Audience, Corner, Repeat, Shape, UrlMatch
from betaops.web.forms import Form, WholeNumberField


def _choices(table: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, str(words)) for value, words in table.items()]


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


LIMIT = [Optional(), NumberRange(1, 10_000_000, message=_l("Write a number from 1 on, or nothing."))]


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
        self.kind.choices = _choices(labels.KINDS)


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
        self.input_type.choices = _choices(labels.INPUT_TYPES)
        self.cell_type.choices = _choices(labels.CELL_TYPES)
        self.rate_type.choices = _choices(labels.RATE_TYPES)
        self.display_style.choices = _choices(labels.DISPLAY_STYLES)
        self.condition_operator.choices = _choices(labels.OPERATORS)
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


class SettingsForm(Form):
    version = HiddenField()
    name = StringField(_l("Name"), [InputRequired(_l("Give the survey a name.")), Length(max=200)])
    opens_at = DateTimeLocalField(
        _l("Opens"), [Optional()], description=_l("In UTC. Empty: as soon as it is published.")
    )
    closes_at = DateTimeLocalField(
        _l("Closes"), [Optional()], description=_l("In UTC. Empty: when you close it.")
    )
    response_limit = WholeNumberField(
        _l("At most so many answers"),
        LIMIT,
        description=_l("Complete ones by all ways together. Empty: no limit."),
    )
    is_anonymous = BooleanField(
        _l("Anonymous"),
        description=_l(
            "Nothing joins answers to a person, neither name nor order nor time. "
            "Results show from five answers on. Stays as it is once somebody has answered."
        ),
    )
    origins = TextAreaField(
        _l("Sites that may show it"),
        [Length(max=4000)],
        description=_l(
            "One address a line, like https://app.example.com. Only these can put the survey in a frame, and only to these "
            "can it lead on after its last page."
        ),
    )


class _Boxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _number_between(low: int, high: int) -> list[Any]:
    message = _l("Choose a number from %(low)s to %(high)s.", low=low, high=high)
    return [InputRequired(message), NumberRange(low, high, message=message)]


class _OnlyFor:
    """What stands in a field of another choice than the one made does not matter."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value

    def __call__(self, form: Any, field: Any) -> None:
        if form[self.name].data != self.value:
            field.errors = []
            raise StopValidation


class PlacementForm(Form):
    """How a survey stands in the product."""

    version = HiddenField()
    is_on = BooleanField(_l("Show it in the product"))
    audience = RadioField(
        _l("For whom"), choices=_choices(labels.AUDIENCES), default=Audience.EVERYBODY.value
    )
    cohorts = _Boxes(_l("Cohorts"))
    share = WholeNumberField(
        _l("How many of them"),
        _number_between(1, 100),
        default=100,
        description=_l("The same people on every device, and others for every survey."),
    )
    repeat = RadioField(
        _l("How often one person is asked"), choices=_choices(labels.REPEATS), default=Repeat.ONCE.value
    )
    every_days = WholeNumberField(
        _l("Again after"), [_OnlyFor("repeat", Repeat.EVERY.value), *_number_between(1, 365)]
    )
    wait_days = WholeNumberField(
        _l("Leave people alone for"),
        _number_between(0, 365),
        default=7,
        description=_l("Since they were last asked anything in the product, by whatever survey."),
    )
    url = StringField(
        _l("Only on pages whose address"),
        [Length(max=500)],
        description=_l("Empty: on every page."),
    )
    url_match = SelectField(_l("How it is compared"), default=UrlMatch.CONTAINS.value)
    events = TextAreaField(
        _l("Only after one of these events"),
        [Length(max=4000)],
        description=_l("Names as your product sends them, one a line. Empty: at once."),
    )
    devices = _Boxes(_l("Only on"), description=_l("None chosen: on all."))
    delay_seconds = WholeNumberField(_l("Wait before it comes up"), _number_between(0, 3600), default=0)
    shape = RadioField(
        _l("How it shows itself"), choices=_choices(labels.SHAPES), default=Shape.POPOVER.value
    )
    label = StringField(_l("Words on the tab"), [Length(max=60)], description=_l("Empty: “Feedback”."))
    selector = StringField(
        _l("Which element"),
        [Length(max=200)],
        description=_l("Its CSS selector, like #feedback-button."),
    )
    corner = SelectField(_l("Where on the screen"), default=Corner.BOTTOM_RIGHT.value)
    color = ColorField(_l("Colour of its buttons"), default="#5040d9")
    thanks = StringField(_l("Heading at the end"), [Length(max=200)], description=_l("Empty: “Thank you”."))
    thanks_text = TextAreaField(
        _l("Text below it"), [Length(max=2000)], description=_l("Empty: the survey’s own text at the end.")
    )

    def __init__(self, *args: Any, cohorts: list[tuple[int, str]], **values: Any) -> None:
        """`cohorts` are (number, name) of those that can be chosen."""
        super().__init__(*args, **values)
        self.cohorts.choices = [SelectChoice(str(number), name) for number, name in cohorts]
        self.url_match.choices = _choices(labels.URL_MATCHES)
        self.devices.choices = _choices(labels.DEVICES)
        self.corner.choices = _choices(labels.CORNERS)

    def placement(self) -> dict[str, Any]:
        """What was filled in, as a `SurveyPlacement` has it."""
        return {
            "is_on": self.is_on.data,
            "audience": Audience(self.audience.data),
            "cohorts": [int(number) for number in self.cohorts.data or ()],
            "share": self.share.data,
            "repeat": Repeat(self.repeat.data),
            "every_days": self.every_days.data,
            "wait_days": self.wait_days.data,
            "url": self.url.data or "",
            "url_match": UrlMatch(self.url_match.data),
            "events": (self.events.data or "").splitlines(),
            "devices": self.devices.data or [],
            "delay_seconds": self.delay_seconds.data,
            "shape": Shape(self.shape.data),
            "label": self.label.data or "",
            "selector": self.selector.data or "",
            "corner": Corner(self.corner.data),
            "color": self.color.data or "",
            "thanks": self.thanks.data or "",
            "thanks_text": self.thanks_text.data or "",
        }


class ExportForm(Form):
    """What a file of responses is to hold."""

    format = RadioField(_l("File"), choices=_choices(labels.FILES), default="csv", validate_choice=True)
    states = SelectMultipleField(
        _l("Responses"),
        [InputRequired(_l("Choose which responses."))],
        default=["complete"],
        description=_l("Withdrawn ones have no answers any more."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    language = SelectField(_l("Language of questions and answers"), default="default")

    def __init__(self, *args: Any, languages: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.format.choices = _choices(labels.FILES)
        self.states.choices = [
            SelectChoice(state.value, str(words)) for state, words in labels.RESPONSE_STATES.items()
        ]
        self.language.choices = [
            SelectChoice(code, str(_("As written") if code == "default" else code)) for code in languages
        ]
