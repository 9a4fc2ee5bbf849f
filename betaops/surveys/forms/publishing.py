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
    counted_on = SelectMultipleField(
        _l("Count on together"),
        description=_l(
            "You say that earlier answers still compare with new ones. It is noted with the version."
        ),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    note = StringField(_l("What changed, for your colleagues"), [Length(max=500)])

    def __init__(
        self, *args: Any, changes: Iterable[Change], countable: Iterable[Change] = (), **values: Any
    ) -> None:
        """`changes` are those that past answers could not bear; of `countable` the author may say that they can."""
        super().__init__(*args, **values)
        self.new_series.choices = _named(changes)
        self.counted_on.choices = _named(countable)


def _named(changes: Iterable[Change]) -> list[SelectChoice]:
    labels = {each.name: each.label or each.name for each in changes}
    return [SelectChoice(name, label) for name, label in labels.items()]
