"""The console's forms about surveys, besides the builder's: publishing, settings, the product, files."""

from typing import Any

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
)
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import labels, languages
from betaops.surveys.models import Audience, Corner, Repeat, Shape, UrlMatch
from betaops.web.forms import Form, WholeNumberField


def choices_of(table: dict[str, Any]) -> list[SelectChoice]:
    """A table of words as what a select offers."""
    return [SelectChoice(value, str(words)) for value, words in table.items()]


LIMIT = [Optional(), NumberRange(1, 10_000_000, message=_l("Write a number from 1 on, or nothing."))]


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
            "Results show from five answers on, five at a time. "
            "Its answers count for no expectation and go to no webhook. Stays as it is once somebody has answered."
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
        _l("For whom"), choices=choices_of(labels.AUDIENCES), default=Audience.EVERYBODY.value
    )
    cohorts = _Boxes(_l("Cohorts"))
    share = WholeNumberField(
        _l("How many of them"),
        _number_between(1, 100),
        default=100,
        description=_l("The same people on every device, and others for every survey."),
    )
    repeat = RadioField(
        _l("How often one person is asked"), choices=choices_of(labels.REPEATS), default=Repeat.ONCE.value
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
        _l("How it shows itself"), choices=choices_of(labels.SHAPES), default=Shape.POPOVER.value
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
        self.url_match.choices = choices_of(labels.URL_MATCHES)
        self.devices.choices = choices_of(labels.DEVICES)
        self.corner.choices = choices_of(labels.CORNERS)

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

    format = RadioField(_l("File"), choices=choices_of(labels.FILES), default="csv", validate_choice=True)
    states = SelectMultipleField(
        _l("Responses"),
        [InputRequired(_l("Choose which responses."))],
        default=["complete"],
        description=_l("Withdrawn ones have no answers any more."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    language = SelectField(_l("Language of questions and answers"), default="default")

    def __init__(self, *args: Any, written: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.format.choices = choices_of(labels.FILES)
        self.states.choices = [
            SelectChoice(state.value, str(words)) for state, words in labels.RESPONSE_STATES.items()
        ]
        self.language.choices = [
            SelectChoice(
                code, str(_("As written")) if code == "default" else languages.name(code, i18n.language())
            )
            for code in written
        ]
