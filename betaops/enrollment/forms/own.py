"""Forms of testers who are inside."""

from babel import Locale
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from betaops.enrollment.quoting import Quoting
from betaops.enrollment.wording import QUOTING
from betaops.kernel import i18n
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class SignForm(Form):
    """A newer agreement, accepted inside."""

    number = HiddenField()
    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Write your name.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    agreed = BooleanField(_l("I have read this and agree to it"))

    def validate_agreed(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(_("Tick the box if you agree."))


class LeaveForm(Form):
    reason = TextAreaField(
        _l("Why are you leaving?"),
        [Optional(), Length(max=2000)],
        description=_l("Only if you like: it helps the team."),
        render_kw={"rows": 3},
    )


class OwnForm(Form):
    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Write your name.")), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(_l("Language of our mails"))

    def offer(self) -> None:
        """The languages we have."""
        self.locale.choices = [
            SelectChoice(code, (Locale.parse(code).get_display_name(code) or code).capitalize())
            for code in i18n.available()
        ]


class QuotingForm(Form):
    """For one program; its name is the prefix, so that several stand on one page."""

    quoting = RadioField(
        _l("May the team quote what you write?"),
        [InputRequired(_l("Choose one of the three."))],
        choices=[SelectChoice(each.value, words) for each, words in QUOTING.items()],
    )

    @property
    def choice(self) -> Quoting:
        """After validation."""
        return Quoting(self.quoting.data)


class ErasureForm(Form):
    sure = BooleanField(_l("Yes, delete everything about me"))

    def validate_sure(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(_("Tick the box to delete everything."))
