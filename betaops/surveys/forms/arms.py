"""The form about one arm of a survey."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.models.arms import LONGEST_ARM, MOST_WEIGHT
from betaops.web.forms import Form, WholeNumberField


class ArmForm(Form):
    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give the arm a name.")), Length(max=LONGEST_ARM)],
        description=_l("As it stands in conditions and results, like “Wording A”."),
    )
    weight = WholeNumberField(
        _l("Weight"),
        [
            InputRequired(_l("Write a whole number from 1 on.")),
            NumberRange(1, MOST_WEIGHT, message=_l("Write a whole number from 1 to 100.")),
        ],
        default=1,
        description=_l("With 2 here and 1 elsewhere, twice as many people see this one."),
    )
