"""Forms for roll-outs, scheduled changes, guardrails, and going on in spite of a broken one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    DateTimeLocalField,
    FieldList,
    FloatField,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from betaops.flags import guardrails, rolling
from betaops.flags.models import Guardrail, Reaction, ScheduledChange
from betaops.flags.rolling import Step
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form, WholeNumberField

OWN = "own"
#: How many steps the form offers; the API takes up to `rolling.MOST_STEPS`.
ROWS = 6
_ALL = "all"


class _Timed(Form):
    """Has a moment `at`, typed in the time zone of whoever types it."""

    zone = "UTC"

    def speak_of(self, zone: str) -> None:
        self.zone = zone
        here = _("In your time zone, %(zone)s.", zone=zone.replace("_", " "))
        self["at"].description = f"{self['at'].description} {here}"

    def moment(self) -> datetime | None:
        """What was typed, with its zone."""
        naive = self["at"].data
        if naive is None:
            return None
        return naive.replace(tzinfo=ZoneInfo(self.zone))  # type: ignore[no-any-return]  # of a field


def _conditions(sentences: Sequence[str]) -> list[tuple[str, str]]:
    """Choices of a condition: all of them first, where there are several."""
    each = [
        (str(index), _("%(number)s. %(who)s", number=index + 1, who=who))
        for index, who in enumerate(sentences)
    ]
    return [(_ALL, _("All conditions")), *each] if len(each) != 1 else each


def _condition(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None


class _StepForm(PlainForm):
    share = FloatField(_l("Share"), [Optional()])
    hours = WholeNumberField(_l("Hours"), [Optional()])


class Reasoned(Form):
    """Asks why, where somebody else has to agree."""

    note = StringField(
        _l("Why"),
        [Optional(), Length(max=2000, message=_l("Keep it under 2,000 characters."))],
        description=_l("For whoever has to approve it."),
    )


class RolloutForm(Reasoned, _Timed):
    preset = RadioField(_l("Steps"), [DataRequired(_l("Choose the steps."))], default="careful")
    steps = FieldList(FormField(_StepForm), min_entries=ROWS, max_entries=ROWS)
    condition = SelectField(_l("Whose share is raised"))
    at = DateTimeLocalField(_l("Begins"), [Optional()], description=_l("Empty: at once."))
    #: The plan as it was shown with its numbers of people; only that one is started.
    seen = HiddenField()

    def offer(self, sentences: Sequence[str], zone: str) -> None:
        self.speak_of(zone)
        self.condition.choices = _conditions(sentences)
        self.preset.choices = [
            SelectChoice("careful", _l("Careful: 1, 10, 50, then 100 percent, a day each")),
            SelectChoice("quick", _l("Quick: 10 percent for 2 hours, 50 for 4, then 100, watched for 6")),
            SelectChoice(OWN, _l("Your own steps")),
        ]

    def plan(self) -> tuple[Step, ...]:
        """Rows without a share are passed over."""
        if self.preset.data in rolling.PRESETS:
            return rolling.PRESETS[self.preset.data]
        return tuple(
            Step(row.form.share.data, row.form.hours.data or 0)
            for row in self.steps
            if row.form.share.data is not None
        )

    def driven(self) -> int | None:
        """Position of the condition; None for all."""
        return _condition(self.condition.data)

    def fingerprint(self) -> str:
        steps = ",".join(f"{step.share:g}:{step.hours}" for step in self.plan())
        return f"{self.condition.data}|{steps}|{self.at.data or 'now'}"


class ScheduleForm(Reasoned, _Timed):
    change = RadioField(
        _l("What happens"),
        [DataRequired(_l("Choose what happens."))],
        choices=[
            SelectChoice(ScheduledChange.ON.value, _l("The flag is switched on")),
            SelectChoice(ScheduledChange.OFF.value, _l("The flag is switched off for everybody")),
            SelectChoice(ScheduledChange.SHARE.value, _l("A share is set")),
        ],
    )
    share = FloatField(_l("Share of these people"), [Optional()])
    condition = SelectField(_l("Whose share"))
    at = DateTimeLocalField(_l("When"), [InputRequired(_l("Say when."))], description="")

    def offer(self, sentences: Sequence[str], zone: str) -> None:
        self.speak_of(zone)
        self.condition.choices = _conditions(sentences)

    def driven(self) -> int | None:
        return _condition(self.condition.data)


class GuardrailForm(Form):
    measure = SelectField(_l("What is measured"))
    event = StringField(
        _l("Event"),
        [Optional(), Length(max=200)],
        description=_l("For measures of events: its name as the product sends it, like $exception."),
    )
    limit = FloatField(
        _l("Limit"),
        [InputRequired(_l("Write the limit as a number."))],
        description=_l("Broken as soon as it is more. Shares are in percent."),
    )
    window_hours = WholeNumberField(_l("Within"), [InputRequired(_l("Write a number of hours."))], default=24)
    reaction = RadioField(
        _l("When it is broken"),
        [DataRequired(_l("Choose what is done."))],
        default=Reaction.PAUSE.value,
        choices=[
            SelectChoice(
                Reaction.PAUSE.value, _l("Pause the roll-out: nobody new gets it, who has it keeps it")
            ),
            SelectChoice(Reaction.SWITCH_OFF.value, _l("Switch the flag off for everybody")),
        ],
    )
    version = HiddenField()

    def offer(self) -> None:
        self.measure.choices = [(kind.name, str(kind.label)) for kind in guardrails.kinds().values()]

    def fill(self, guardrail: Guardrail) -> None:
        self.limit.data, self.window_hours.data = guardrail.limit, guardrail.window_hours
        self.reaction.data, self.version.data = guardrail.reaction.value, str(guardrail.version)


class ResumeForm(Form):
    reason = TextAreaField(
        _l("Why may it go on?"),
        [DataRequired(_l("Say why it may go on: the reason stays with your name.")), Length(max=2000)],
        description=_l("What was found, and what was done about it."),
    )
