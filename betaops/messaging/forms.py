"""What people type about messages."""

from typing import Any
from uuid import UUID

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired as Required
from wtforms.validators import Length, NumberRange, StopValidation, ValidationError

from betaops.kernel import ids
from betaops.kernel.errors import NotFound
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.messaging import labels
from betaops.messaging.audience import LONGEST_SILENCE_DAYS, Audience, Who
from betaops.messaging.models import Topic
from betaops.web.forms import Form, WholeNumberField


def _only_for_the_silent(form: Form, field: Any) -> None:
    """Whatever stands there matters only for the audience that it belongs to."""
    if form["who"].data != Who.SILENT.value:
        field.errors = []
        raise StopValidation


class AnnouncementForm(Form):
    """An announcement and its audience."""

    who = RadioField(
        _l("To"),
        choices=[SelectChoice(who.value, labels.AUDIENCES[who]) for who in Who],
        default=Who.ACTIVE.value,
    )
    cohort = SelectField(_l("Cohort"), choices=[], description=_l("For “A cohort”."))
    days = WholeNumberField(
        _l("Silent for"),
        [
            _only_for_the_silent,
            Required(_l("Say for how many days.")),
            NumberRange(1, LONGEST_SILENCE_DAYS, message=_l("From 1 to 365 days.")),
        ],
        default=7,
        description=_l("For those who have been silent."),
    )
    subject = StringField(
        _l("Subject"),
        [
            Required(_l("Give it a subject.")),
            Length(max=150, message=_l("A subject has at most 150 letters.")),
        ],
    )
    body = TextAreaField(
        _l("Message"),
        [
            Required(_l("Write the message.")),
            Length(max=50_000, message=_l("That is longer than 50,000 letters.")),
        ],
    )
    version = HiddenField()

    def validate_cohort(self, field: Any) -> None:
        if self.who.data == Who.COHORT.value and not field.data:
            raise ValidationError(_l("Choose the cohort."))

    def audience(self) -> Audience:
        """What was chosen; call it on a valid form."""
        who = Who(self.who.data)
        return Audience(
            who,
            self._cohort() if who is Who.COHORT else None,
            self.days.data or 7 if who is Who.SILENT else 7,
        )

    def _cohort(self) -> UUID | None:
        try:
            return ids.decode("coh", self.cohort.data or "")
        except NotFound:
            return None


class WishesForm(Form):
    """What a person wants to get by mail."""

    news = BooleanField(labels.TOPICS[Topic.NEWS])
    reminders = BooleanField(labels.TOPICS[Topic.REMINDERS])
    replies = BooleanField(labels.TOPICS[Topic.REPLIES])

    def wanted(self) -> dict[Topic, bool]:
        return {topic: bool(self[topic.value].data) for topic in Topic}


class AddressForm(Form):
    """An address that is to get no mail."""

    mail = StringField(_l("Mail address"), [Required(_l("Write the address.")), Length(max=320)])
