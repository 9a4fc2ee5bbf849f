"""Forms for deciding, signing and withdrawing."""

from datetime import date

from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.models import Stance
from betaops.readiness.recommendation import Choice
from betaops.readiness.service.deciding import Condition
from betaops.web.forms import Form

#: How many conditions a decision's form offers.
CONDITIONS = 3


class _ConditionForm(PlainForm):
    text = StringField(_l("What must happen"), [Optional(), Length(max=500)])
    owner = StringField(_l("Who sees to it"), [Optional(), Length(max=120)])
    due_on = DateField(_l("Until"), [Optional()])


class DecisionForm(Form):
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
    role = StringField(_l("You sign as"), [DataRequired(_l("Say in which role you sign.")), Length(max=120)])
    seen = HiddenField()

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


class SignatureForm(Form):
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
    role = StringField(_l("You sign as"), [DataRequired(_l("Say in which role you sign.")), Length(max=120)])


class WithdrawalForm(Form):
    reason = TextAreaField(
        _l("Why is it withdrawn?"), [DataRequired(_l("Say why it is withdrawn.")), Length(max=4000)]
    )
