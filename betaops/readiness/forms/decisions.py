"""Forms for deciding, signing and withdrawing."""

from collections.abc import Sequence
from datetime import date

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional

from betaops.kernel import ids
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.board import Row
from betaops.readiness.deciding.quorum import Role
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.models import Stance
from betaops.readiness.service import Condition, Waived
from betaops.web.forms import Form

#: How many conditions a decision's form offers, and waivers at most.
CONDITIONS = 3
MOST_WAIVERS = 30


class _ConditionForm(PlainForm):
    text = StringField(_l("What must happen"), [Optional(), Length(max=500)])
    owner = StringField(_l("Who sees to it"), [Optional(), Length(max=120)])
    due_on = DateField(_l("Until"), [Optional()])


class _WaiverForm(PlainForm):
    expectation = HiddenField()
    is_waived = BooleanField(_l("It need not be met for now"))
    reason = StringField(_l("Why"), [Optional(), Length(max=500)])
    ends_on = DateField(_l("Until"), [Optional()])


class _RoleForm(Form):
    """In which capacity somebody signs: for a role that has to sign, or another."""

    fills = SelectField(_l("You sign for"), [Optional()], validate_choice=False)
    role = StringField(_l("You sign as"), [Optional(), Length(max=120)])

    def offer_roles(self, roles: Sequence[Role], *, is_held: bool) -> None:
        """`roles` that this member may fill; one that they hold (`is_held`) leaves no other choice."""
        if not roles:
            del self.fills
            return
        others = [] if is_held else [("", _("None of these roles"))]
        self.fills.choices = [*((role.name, role.name) for role in roles), *others]
        if is_held:
            del self.role

    def filled(self) -> str:
        return (self.fills.data or "") if "fills" in self else ""

    def capacity(self) -> str:
        return (self.role.data or "") if "role" in self else ""


class DecisionForm(_RoleForm):
    choice = RadioField(
        _l("Decision"),
        [DataRequired(_l("Choose what you decide."))],
        choices=[
            SelectChoice(Choice.GO.value, _l("Go: it ships")),
            SelectChoice(
                Choice.CONDITIONAL.value,
                _l("Conditional go: it ships, and these conditions are met by their dates"),
            ),
            SelectChoice(Choice.NO_GO.value, _l("No-go: it does not ship now")),
        ],
    )
    reason = TextAreaField(
        _l("Reason"),
        [Optional(), Length(max=4000)],
        description=_l("Needed when you decide against the recommendation. It stays with the decision."),
    )
    conditions = FieldList(FormField(_ConditionForm), min_entries=CONDITIONS, max_entries=CONDITIONS)
    next_look_on = DateField(
        _l("Next look"), [Optional()], description=_l("For a no-go: when it is decided again.")
    )
    waivers = FieldList(FormField(_WaiverForm), max_entries=MOST_WAIVERS)
    seen = HiddenField()

    def offer_waivers(self, missing: Sequence[Row]) -> None:
        """A line for each must-have that is not met, with what was typed into it."""
        typed = {entry["expectation"]: entry for entry in self.waivers.data}
        while self.waivers.entries:
            self.waivers.pop_entry()
        for row in missing[:MOST_WAIVERS]:
            key = ids.encode("exp", row.expectation.id)
            self.waivers.append_entry(typed.get(key) or {"expectation": key})

    def stated_waivers(self, missing: Sequence[Row]) -> list[Waived]:
        """Those that are ticked. A line without a date is refused by the service as one of the past is; a no-go shows
        none."""
        if self.choice.data == Choice.NO_GO.value:
            return []
        needs = {ids.encode("exp", row.expectation.id): row.expectation for row in missing}
        return [
            Waived(
                needs[entry["expectation"]].id,
                needs[entry["expectation"]].need,
                entry["reason"] or "",
                entry["ends_on"] or date.min,
            )
            for entry in self.waivers.data
            if entry["is_waived"] and entry["expectation"] in needs
        ]

    def stated_conditions(self) -> list[Condition]:
        """Lines with anything in them; one without a date is refused by the service as one of the past is.

        Only a conditional go shows them: what stands there under another choice is not meant.
        """
        if self.choice.data != Choice.CONDITIONAL.value:
            return []
        return [
            Condition(entry["text"] or "", entry["owner"] or "", entry["due_on"] or date.min)
            for entry in self.conditions.data
            if entry["text"] or entry["owner"] or entry["due_on"]
        ]


class SignatureForm(_RoleForm):
    stance = RadioField(
        _l("Your position"),
        [DataRequired(_l("Say whether you agree."))],
        choices=[
            SelectChoice(Stance.ASSENT.value, _l("I agree with this decision")),
            SelectChoice(Stance.DISSENT.value, _l("I disagree, and my reason stays with the decision")),
        ],
    )
    reason = TextAreaField(
        _l("Reason"), [Optional(), Length(max=4000)], description=_l("Needed when you disagree.")
    )


class WithdrawalForm(Form):
    reason = TextAreaField(
        _l("Why is it withdrawn?"), [DataRequired(_l("Say why it is withdrawn.")), Length(max=4000)]
    )


class FulfilmentForm(Form):
    note = StringField(
        _l("Note"), [Optional(), Length(max=500)], description=_l("What shows it: a build, a report, a link.")
    )


class RenewalForm(Form):
    reason = StringField(_l("Why is it still waived?"), [DataRequired(_l("Say why.")), Length(max=500)])
    ends_on = DateField(_l("Until"), [DataRequired(_l("Choose a day."))])


class ReceiptForm(Form):
    sentence = TextAreaField(
        _l("What testers may know, in a sentence"),
        [DataRequired(_l("Write what testers may know, in a sentence.")), Length(max=500)],
        description=_l("Everybody in the program reads it. Name nothing that is not public among them."),
    )
    names_needs = BooleanField(
        _l("Name the needs that their answers counted in"),
        description=_l("In the words of the expectations, with the verdict and without any number."),
    )
    writes = BooleanField(_l("Write to everybody who took part, once"))
