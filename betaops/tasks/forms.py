"""What people type about builds, tasks and outcomes, on both sides."""

from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired as Required
from wtforms.validators import Length, Optional, ValidationError

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.tasks import policy, words
from betaops.tasks.models import Build, Task
from betaops.usage.builds import LONGEST_VERSION
from betaops.web.forms import Form

_LONG = Length(
    max=policy.LONGEST_TEXT, message=_l("That is longer than 20,000 letters. Shorten it a little.")
)
_ADDRESS = Length(max=policy.LONGEST_URL, message=_l("An address has at most 2,000 letters."))


class BuildForm(Form):
    name = StringField(
        _l("Name or version"),
        [
            Required(_l("Give the build a name, as testers see it in the app.")),
            Length(max=policy.LONGEST_NAME, message=_l("A name has at most 60 letters.")),
        ],
    )
    app_version = StringField(
        _l("Version in the product"),
        [Optional(), Length(max=LONGEST_VERSION, message=_l("A version has at most 60 letters."))],
        description=_l(
            "As its events say it, where that is not the name. 2.0, v2.0.0 and 2.0.0 are one version."
        ),
    )
    notes = TextAreaField(_l("What is new"), [Optional(), _LONG])
    to_try = TextAreaField(_l("What to try"), [Optional(), _LONG])
    url = StringField(
        _l("Where testers get or open it"),
        [Optional(), _ADDRESS],
        description=_l("A download, a store's test page, or the app itself."),
    )
    version = HiddenField()

    def fill(self, build: Build) -> None:
        for name in ("name", "app_version", "notes", "to_try", "url"):
            self[name].data = getattr(build, name)
        self.version.data = str(build.version)


class TaskForm(Form):
    title = StringField(
        _l("What there is to do"),
        [
            Required(_l("Say in one line what there is to do.")),
            Length(max=policy.LONGEST_TITLE, message=_l("Keep it under 200 letters.")),
        ],
    )
    instructions = TextAreaField(_l("How"), [Optional(), _LONG])
    why = TextAreaField(_l("Why it matters"), [Optional(), _LONG])
    url = StringField(
        _l("Link into the product"),
        [Optional(), _ADDRESS],
        description=_l("Opens it where the task begins."),
    )
    target_minutes = StringField(
        _l("Target time"),
        [Optional()],
        description=_l("How long it may take at most. Testers do not see it."),
    )
    due_on = DateField(_l("Until"), [Optional()])
    cohort = SelectField(_l("For whom"), default="")
    build = SelectField(_l("For which build"), default="")
    survey = SelectField(_l("Survey to ask after it"), default="")
    version = HiddenField()

    def offer(
        self,
        cohorts: list[tuple[str, str]],
        builds: list[tuple[str, str]],
        surveys: list[tuple[str, str]],
    ) -> None:
        """What can be chosen: (id in addresses, name)."""
        for field, nothing, options in (
            (self.cohort, _l("Everybody in the program"), cohorts),
            (self.build, _l("Whatever they have"), builds),
            (self.survey, _l("None"), surveys),
        ):
            field.choices = [
                SelectChoice("", nothing),
                *(SelectChoice(value, name) for value, name in options),
            ]

    def validate_target_minutes(self, field: Any) -> None:
        if field.data and self.target_seconds is None:
            raise ValidationError(_l("Write a number of minutes, such as 2 or 1.5."))

    @property
    def target_seconds(self) -> int | None:
        """What was typed, in seconds; None where nothing was, or no number from a second to a day."""
        typed = (self.target_minutes.data or "").replace(",", ".")
        if not typed.replace(".", "", 1).isdecimal() or not typed.isascii() or len(typed) > 8:
            return None
        seconds = round(float(typed) * 60)
        return seconds if 1 <= seconds <= policy.LONGEST_TARGET else None

    def fill(self, task: Task, chosen: dict[str, str]) -> None:
        """With what the row says; `chosen` are cohort, build and survey as in addresses."""
        for name in ("title", "instructions", "why", "url", "due_on"):
            self[name].data = getattr(task, name)
        self.target_minutes.data = f"{task.target_seconds / 60:g}" if task.target_seconds else ""
        for name, value in chosen.items():
            self[name].data = value
        self.version.data = str(task.version)


class RoundForm(Form):
    """Another build for a task: who is done stays done, or everybody is asked again."""

    build = SelectField(_l("For which build"), default="")
    how = RadioField(
        _l("What becomes of those who are done"),
        [Required(_l("Choose one of the two."))],
        choices=[SelectChoice("continue", _l("Continue")), SelectChoice("retest", _l("Retest"))],
        validate_choice=False,
    )
    round = HiddenField()

    def offer(self, builds: list[tuple[str, str]]) -> None:
        self.build.choices = [
            SelectChoice("", _l("Whatever they have")),
            *(SelectChoice(value, name) for value, name in builds),
        ]

    def validate_how(self, field: Any) -> None:
        if field.data not in ("continue", "retest"):
            raise ValidationError(_l("Choose one of the two."))


class StoppedForm(Form):
    """What stopped a tester."""

    note = TextAreaField(
        _l("What stopped you?"),
        [
            Required(_l("Say in a few words what stopped you.")),
            Length(max=policy.LONGEST_NOTE, message=_l("Keep it under 2,000 letters.")),
        ],
    )


class OptOutForm(Form):
    """Why a tester would rather not."""

    note = TextAreaField(
        _l("Would you say why?"),
        [Optional(), Length(max=policy.LONGEST_NOTE, message=_l("Keep it under 2,000 letters."))],
    )


class EaseForm(Form):
    """Single ease question."""

    ease = RadioField(
        _l("Overall, how easy or difficult was this task?"),
        [Required(_l("Choose one of the seven."))],
        choices=[SelectChoice(str(value), label) for value, label in words.EASE.items()],
        validate_choice=False,
    )

    def validate_ease(self, field: Any) -> None:
        if field.data not in map(str, words.EASE):
            raise ValidationError(_l("Choose one of the seven."))
