"""Forms of members who look after testers."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from betaops.enrollment.addresses import BadAddress, clean
from betaops.enrollment.models import State
from betaops.enrollment.service.inviting import MOST_AT_ONCE
from betaops.enrollment.sheets import attribute_name
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class DecisionForm(Form):
    """One decision about one or many; the reason stays among members."""

    note = TextAreaField(_l("Why"), [Optional(), Length(max=2000)], render_kw={"rows": 2})


class NoteForm(Form):
    text = TextAreaField(
        _l("Note"),
        [InputRequired(_l("Write a note.")), Length(max=10_000)],
        description=_l("Only members read it."),
        render_kw={"rows": 2},
    )


class IdentityForm(Form):
    distinct_id = StringField(
        _l("Id in the product"),
        [InputRequired(_l("Write the id.")), Length(max=400)],
        description=_l("What the product under test sends as distinct id."),
    )


class InviteForm(Form):
    people = TextAreaField(
        _l("Whom do you invite?"),
        [InputRequired(_l("Write at least one address.")), Length(max=200_000)],
        description=_l("One a line: an address, or a name and an address like Ana Ruiz <ana@example.com>."),
        render_kw={"rows": 8},
    )

    def validate_people(self, field: TextAreaField) -> None:
        wrong = []
        for number, line in enumerate((field.data or "").splitlines(), start=1):
            try:
                if line.strip():
                    clean(_parts(line)[0])
            except BadAddress:
                wrong.append(
                    _("Line %(number)s is no address: %(line)s", number=number, line=line.strip()[:80])
                )
        if wrong:
            raise ValidationError(" ".join(wrong[:5]))
        if len(self.pairs()) > MOST_AT_ONCE:
            raise ValidationError(_("At most %(most)s at once. Import a file for more.", most=MOST_AT_ONCE))

    def pairs(self) -> list[tuple[str, str]]:
        """(address, name) of each line."""
        return [_parts(line) for line in (self.people.data or "").splitlines() if line.strip()]


class ImportForm(Form):
    file = FileField(
        _l("CSV file"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "The first row names the columns; one is called email. Commas, semicolons or tabs, UTF-8 or as Excel saves it."
        ),
    )
    target = RadioField(
        _l("They become"),
        choices=[
            SelectChoice(State.APPLIED.value, _l("Applicants: you decide afterwards")),
            SelectChoice(State.ACCEPTED.value, _l("Accepted, as long as seats last; the rest waits")),
        ],
        default=State.APPLIED.value,
    )


class TesterForm(Form):
    __test__ = False

    name = StringField(_l("Name"), [InputRequired(_l("Write a name.")), Length(max=200)])
    mail = StringField(_l("Mail address"), [InputRequired(_l("Write an address.")), Length(max=320)])
    locale = StringField(_l("Language"), [Optional(), Length(max=20)], description=_l("Like en or pt-BR."))
    attributes = TextAreaField(
        _l("Attributes"),
        [Optional(), Length(max=50_000)],
        description=_l("One a line, like platform: iOS. Cohort rules and flags read them."),
        render_kw={"rows": 6},
    )
    version = HiddenField()

    def validate_mail(self, field: StringField) -> None:
        try:
            clean(field.data or "")
        except BadAddress as error:
            raise ValidationError(str(error)) from error

    def validate_attributes(self, field: TextAreaField) -> None:
        for line in (field.data or "").splitlines():
            name, colon, _value = line.partition(":")
            if line.strip() and (not colon or not attribute_name(name)):
                raise ValidationError(_("Write “%(line)s” like platform: iOS.", line=line.strip()[:80]))

    def fill(self, tester: Any) -> None:
        self.name.data, self.mail.data, self.locale.data = tester.name, tester.mail, tester.locale
        self.attributes.data = "\n".join(
            f"{name}: {_plain(value)}" for name, value in sorted(tester.attributes.items())
        )
        self.version.data = str(tester.version)

    def read_attributes(self, present: dict[str, Any]) -> dict[str, Any]:
        """What is typed; a value that reads as before keeps its type (numbers stay numbers)."""
        read: dict[str, Any] = {}
        for line in (self.attributes.data or "").splitlines():
            typed, _colon, value = line.partition(":")
            name = typed.strip() if typed.strip() in present else attribute_name(typed)
            if not line.strip():
                continue
            kept = present.get(name)
            read[name] = kept if name in present and _plain(kept) == value.strip() else value.strip()
        return read


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def _parts(line: str) -> tuple[str, str]:
    """`Ana Ruiz <ana@example.com>` or a bare address: (address, name)."""
    line = line.strip().rstrip(",;")
    if line.endswith(">") and "<" in line:
        name, _bracket, address = line[:-1].rpartition("<")
        return address.strip(), name.strip().strip('"')
    return line, ""
