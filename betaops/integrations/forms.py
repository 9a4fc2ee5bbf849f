"""The console's form about an endpoint of webhooks."""

from typing import Any

from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.integrations.models import TOPICS
from betaops.integrations.wording import TOPIC_WORDS
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class EndpointForm(Form):
    """Where to, and what."""

    url = StringField(
        _l("Address"),
        [InputRequired(_l("Say where it is to be sent.")), Length(max=1000)],
        description=_l(
            "Begins with https://. Private addresses are reached only where the operator allows it."
        ),
    )
    topics = SelectMultipleField(
        _l("What is sent"),
        [InputRequired(_l("Choose what is sent."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    is_on = BooleanField(_l("Switched on"), default=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.topics.choices = [SelectChoice(topic.value, str(TOPIC_WORDS[topic])) for topic in TOPICS]
