"""What people type about reports, on both sides."""

from typing import Any

from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired as Required
from wtforms.validators import Length, Optional, ValidationError

from betaops.enrollment.quoting import Quoting
from betaops.enrollment.wording import QUOTING
from betaops.feedback import labels
from betaops.feedback.models import Kind, Severity, State
from betaops.feedback.service import Upload
from betaops.kernel import images
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form

MAX_PICTURES = 4
LONGEST_BODY = 20_000


class ReportForm(Form):
    """A report as a tester writes it; the kind was chosen on the page before."""

    title = StringField(
        _l("In one line"),
        [
            Required(_l("Say in one line what it is about.")),
            Length(
                max=200, message=_l("Keep the one line under 200 letters; the rest goes into the box below.")
            ),
        ],
    )
    body = TextAreaField(
        _l("Tell us more"),
        [
            Optional(),
            Length(max=LONGEST_BODY, message=_l("That is longer than 20,000 letters. Shorten it a little.")),
        ],
    )
    steps = TextAreaField(
        _l("How can we make it happen too?"),
        [
            Optional(),
            Length(max=LONGEST_BODY, message=_l("That is longer than 20,000 letters. Shorten it a little.")),
        ],
        description=_l("One step a line. “I do not know” is fine too."),
    )
    severity = RadioField(
        _l("How much is it in your way?"),
        choices=[
            SelectChoice(severity.value, labels.SEVERITY_FOR_TESTERS[severity]) for severity in Severity
        ],
        default=Severity.MINOR.value,
        validate_choice=False,
    )
    app_version = StringField(
        _l("Version of the app"),
        [Optional(), Length(max=60, message=_l("A version has at most 60 letters."))],
        description=_l("If you know it: often under Settings or About."),
    )
    pictures = MultipleFileField(_l("Pictures"), [Optional()])
    quoting = RadioField(
        _l("May we quote this?"),
        choices=[SelectChoice(each.value, words) for each, words in QUOTING.items()],
        default=Quoting.NEVER.value,
        validate_choice=False,
        description=_l("When the team tells others what people need. You can change your mind at any time."),
    )
    submission = HiddenField()

    def validate_quoting(self, field: Any) -> None:
        if field.data and field.data not in list(Quoting):
            raise ValidationError(_l("Choose one of the three."))

    def validate_severity(self, field: Any) -> None:
        if field.data and field.data not in list(Severity):
            raise ValidationError(_l("Choose one of the four."))

    def validate_pictures(self, field: Any) -> None:
        if len(self._chosen()) > MAX_PICTURES:
            raise ValidationError(_l("At most %(count)d pictures go with one report.", count=MAX_PICTURES))

    def _chosen(self) -> list[FileStorage]:
        return [file for file in self.pictures.data or [] if isinstance(file, FileStorage) and file.filename]

    def uploads(self) -> list[Upload]:
        """The pictures' bytes, at most one more than is allowed of each."""
        return [
            Upload(file.filename or "", file.stream.read(images.MAX_BYTES + 1)) for file in self._chosen()
        ]


class ChosenKindForm(ReportForm):
    """The same for a member who writes down what somebody told them."""

    kind = SelectField(
        _l("What it is"), choices=[SelectChoice(kind.value, labels.KINDS[kind]) for kind in Kind]
    )
    mail = StringField(
        _l("Who told you"),
        [Optional(), Length(max=320)],
        description=_l(
            "Mail address of a tester of this program. They see the report and its outcome in their portal."
        ),
    )


class ReportQuotingForm(Form):
    """Whoever reported changes their mind about quoting it."""

    quoting = RadioField(
        _l("May we quote this?"),
        [Required(_l("Choose one of the three."))],
        choices=[SelectChoice(each.value, words) for each, words in QUOTING.items()],
    )

    @property
    def choice(self) -> Quoting:
        """After validation."""
        return Quoting(self.quoting.data)


class AnswerForm(Form):
    """The reporter writes back."""

    body = TextAreaField(
        _l("Your answer"),
        [
            Required(_l("Write something first.")),
            Length(max=LONGEST_BODY, message=_l("That is longer than 20,000 letters.")),
        ],
    )


class ReplyForm(Form):
    """A member writes to the reporter."""

    body = TextAreaField(
        _l("Reply"),
        [
            Required(_l("Write the reply first.")),
            Length(max=LONGEST_BODY, message=_l("That is longer than 20,000 letters.")),
        ],
    )
    asks = BooleanField(_l("I need an answer: show it in their portal"))


class NoteForm(Form):
    """A member writes to members."""

    body = TextAreaField(
        _l("Internal note"),
        [
            Required(_l("Write the note first.")),
            Length(max=LONGEST_BODY, message=_l("That is longer than 20,000 letters.")),
        ],
    )


class StateForm(Form):
    """Where a report goes, and what its people are told."""

    state = SelectField(
        _l("State"), choices=[SelectChoice(state.value, labels.STATES[state]) for state in State]
    )
    note = TextAreaField(_l("What they are told"), [Optional(), Length(max=4000)])
    tell = BooleanField(_l("Tell the people behind it by mail"), default=True)
    version = HiddenField()


class DetailsForm(Form):
    """What is corrected in triage."""

    kind = SelectField(_l("Kind"), choices=[SelectChoice(kind.value, labels.KINDS[kind]) for kind in Kind])
    title = StringField(
        _l("Title"),
        [Required(_l("A report has a title.")), Length(max=200, message=_l("At most 200 letters."))],
    )
    severity = SelectField(
        _l("Severity"),
        choices=[
            SelectChoice("", _l("None")),
            *(SelectChoice(each.value, labels.SEVERITIES[each]) for each in Severity),
        ],
    )
    app_version = StringField(_l("Version"), [Optional(), Length(max=60, message=_l("At most 60 letters."))])
    owner = SelectField(_l("Owner"), choices=[])
    is_private = BooleanField(_l("Hide it from other testers"))
    version = HiddenField()


class MergeForm(Form):
    """Which report goes on."""

    into = StringField(
        _l("Number of the report that goes on"),
        [Required(_l("Name the report that goes on, like #12.")), Length(max=20)],
    )
