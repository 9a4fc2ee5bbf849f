"""The form that publishes a draft."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.surveys.changes import Change
from betaops.web.forms import Form


class PublishForm(Form):
    new_series = SelectMultipleField(
        _l("Start a new series of"),
        description=_l(
            "What was answered so far stays and is shown apart. The numbers of these questions begin anew; charts show a break."
        ),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    note = StringField(_l("What changed, for your colleagues"), [Length(max=500)])

    def __init__(self, *args: Any, changes: Iterable[Change], **values: Any) -> None:
        """`changes` are those that past answers could not bear."""
        super().__init__(*args, **values)
        self.new_series.choices = [SelectChoice(each.name, each.label or each.name) for each in changes]
