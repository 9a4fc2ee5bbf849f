"""Forms about the ways into a survey: its public link, the link's PIN, quotas."""

from typing import Any

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys import labels
from betaops.surveys.forms.console import LIMIT
from betaops.surveys.models import WhenFull
from betaops.web.forms import Form, WholeNumberField


class PinForm(Form):
    """What somebody types who came by a link with a PIN."""

    class Meta(Form.Meta):
        #: The page sets no cookie, so it carries no token either; a right PIN opens what anybody may open who has it.
        csrf = False

    pin = StringField(
        _l("PIN"), [Length(max=100)], description=_l("It was given to you together with the link.")
    )


class ElsewhereForm(Form):
    """Where the address of one's answers is sent."""

    class Meta(Form.Meta):
        #: As for a PIN: no cookie is set on these pages.
        csrf = False

    mail = EmailField(
        _l("Your mail address"),
        [Length(max=320)],
        description=_l("For this one mail. It is not kept with your answers."),
        render_kw={"autocomplete": "email"},
    )


class LinkForm(Form):
    """What a public link asks for, and how long and for how many it works."""

    pin = StringField(
        _l("PIN"),
        [Length(max=32)],
        description=_l("4 to 32 characters, asked for before the survey. Empty: it stays as it is."),
    )
    without_pin = BooleanField(_l("Ask for no PIN any more"))
    starts_at = DateTimeLocalField(_l("Works from"), [Optional()], description=_l("In UTC. Empty: at once."))
    ends_at = DateTimeLocalField(
        _l("Works until"), [Optional()], description=_l("In UTC. Empty: as long as the survey is open.")
    )
    response_limit = WholeNumberField(
        _l("At most so many answers"), LIMIT, description=_l("Complete ones by this link. Empty: no limit.")
    )


class SitesForm(Form):
    """Which pages may frame a survey: the same as among its settings, where somebody stands who needs it."""

    version = HiddenField()
    origins = TextAreaField(
        _l("Sites that may show it"),
        [Length(max=4000)],
        description=_l("One address a line, like https://app.example.com."),
    )


class QuotaForm(Form):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give the quota a name.")), Length(max=120)],
        description=_l("For you and your colleagues, like “Teams with a paid plan”."),
    )
    condition_question = SelectField(_l("Question"), validate_choice=False)
    condition_value = StringField(
        _l("Answer"),
        [Length(max=500)],
        description=_l("As people read it, or its value. Not needed for an expression."),
    )
    condition = StringField(
        _l("Expression"),
        [Length(max=2000)],
        description=_l("For more than one question, like {plan} = 'pro' and {size} > 10."),
    )
    most = WholeNumberField(
        _l("Places"),
        [
            InputRequired(_l("Say how many answers it takes.")),
            NumberRange(1, 10_000_000, message=_l("Write a number from 1 on.")),
        ],
        description=_l("Complete answers of this kind, from now on."),
    )
    when_full = RadioField(
        _l("When they are taken"),
        choices=[SelectChoice(value, str(words)) for value, words in labels.WHEN_FULL.items()],
        default=WhenFull.TURN_AWAY.value,
    )
    words = TextAreaField(
        _l("What people of this kind read then"),
        [Length(max=5000)],
        description=_l("HTML. Empty: we say that there are enough answers."),
    )

    def __init__(self, *args: Any, questions: list[tuple[str, str]], **values: Any) -> None:
        """`questions` are (key, label) of those that it may ask about."""
        super().__init__(*args, **values)
        self.condition_question.choices = [
            SelectChoice("", _("By expression")),
            *(SelectChoice(name, label) for name, label in questions),
        ]


class SendForm(Form):
    """To whom personal links are mailed."""

    cohort = SelectField(_l("To whom"), validate_choice=False)
    may_ask_again = BooleanField(_l("Also to those who were asked lately"))

    def __init__(self, *args: Any, cohorts: list[tuple[str, str]], **values: Any) -> None:
        """`cohorts` are (id, name) of those that can be chosen."""
        super().__init__(*args, **values)
        self.cohort.choices = [
            SelectChoice("", _("Everybody taking part")),
            *(SelectChoice(value, name) for value, name in cohorts),
        ]


class ContactForm(Form):
    days = WholeNumberField(
        _l("Leave people alone for"),
        [
            InputRequired(_l("Write a number of days from 0 to 365.")),
            NumberRange(0, 365, message=_l("Write a number of days from 0 to 365.")),
        ],
        description=_l(
            "Days after any question, by mail or in the product, over all programs. 0: no such rule."
        ),
    )
