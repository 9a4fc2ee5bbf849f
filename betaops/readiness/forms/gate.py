"""Forms of the gate: criteria, who has to sign, going on."""

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional

from betaops.accounts.queries import Member
from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.deciding.checks import LABELS, Check
from betaops.readiness.models import CriterionKind
from betaops.web.forms import Form

#: In the order of a program's life.
KINDS = {
    CriterionKind.ENTRY: _l("Entry"),
    CriterionKind.EXIT: _l("Exit"),
    CriterionKind.SUSPENSION: _l("Suspension"),
    CriterionKind.RESUMPTION: _l("Resumption"),
}


class CriterionForm(Form):
    kind = SelectField(_l("For"), choices=[SelectChoice(kind.value, label) for kind, label in KINDS.items()])
    text = StringField(
        _l("What has to be so"),
        [Optional(), Length(max=300)],
        description=_l("A sentence that somebody ticks. Leave it empty for what is looked up."),
    )
    looked_up = SelectField(_l("Looked up"), [Optional()])

    def offer(self) -> None:
        self.looked_up.choices = [
            ("", _("nothing: a person ticks it")),
            *((check.value, str(label)) for check, label in LABELS.items()),
        ]

    def check(self) -> Check | None:
        return Check(self.looked_up.data) if self.looked_up.data else None


class RoleForm(Form):
    name = StringField(
        _l("Role"),
        [DataRequired(_l("Name the role.")), Length(max=120)],
        description=_l("Such as Product, Engineering or Support."),
    )
    member = SelectField(_l("Held by"), [Optional()])

    def offer(self, members: list[Member]) -> None:
        self.member.choices = [
            ("", _("whoever may sign decisions")),
            *((ids.encode("usr", each.user.id), each.user.name) for each in members),
        ]


class ResumptionForm(Form):
    note = StringField(_l("What was done"), [Optional(), Length(max=500)])
