"""The forms about early access: what people read about a feature, its next stage, one person's value."""

from typing import Any

import orjson
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from betaops.flags import stages
from betaops.flags.forms.rolling import Reasoned
from betaops.flags.models import Feature, Flag, Stage
from betaops.flags.service import FeatureDraft
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form

#: "As the rules say": the choice that clears what was set by hand.
BY_RULES = "rules"


class FeatureForm(Form):
    """Which stage it begins with is asked once; later it is promoted and demoted."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Give it a name that people understand.")),
            Length(max=200, message=_l("Keep the name under 200 characters.")),
        ],
        description=_l("As testers read it, like “New editor”."),
    )
    description = TextAreaField(
        _l("Description"),
        [Optional(), Length(max=2_000, message=_l("Keep it under 2,000 characters."))],
        description=_l("What they get, and what they may run into."),
    )
    stage = SelectField(_l("Stage"), validate_choice=False, default=Stage.CONCEPT.value)
    documentation_url = StringField(
        _l("Address of its documentation"),
        [Optional(), Length(max=2_000, message=_l("Keep it under 2,000 characters."))],
    )
    payload = TextAreaField(
        _l("Payload for the product"),
        [Optional(), Length(max=20_000, message=_l("Keep it under 20,000 characters."))],
        description=_l("A JSON object that the product gets with the list of features, if it needs one."),
    )
    version = HiddenField()

    def offer(self) -> None:
        self.stage.choices = [(stage.value, f"{stages.NAMES[stage]}") for stage in Stage]

    def fill(self, feature: Feature) -> None:
        self.name.data, self.description.data = feature.name, feature.description
        self.stage.data, self.documentation_url.data = feature.stage.value, feature.documentation_url
        self.payload.data = (
            orjson.dumps(feature.payload, option=orjson.OPT_INDENT_2).decode() if feature.payload else ""
        )
        self.version.data = str(feature.version)

    def validate_payload(self, field: Any) -> None:
        if self._payload() is None:
            raise ValidationError(_('This is no JSON object. One looks like {"color": "blue"}.'))

    def validate_stage(self, field: Any) -> None:
        if field.data not in list(Stage):
            raise ValidationError(_("Choose a stage."))

    def draft(self) -> FeatureDraft:
        return FeatureDraft(
            name=self.name.data or "",
            description=self.description.data or "",
            documentation_url=self.documentation_url.data or "",
            payload=self._payload() or {},
        )

    def _payload(self) -> dict[str, Any] | None:
        """None for what is no object."""
        if not self.payload.data:
            return {}
        try:
            found = orjson.loads(self.payload.data)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None


class StageForm(Reasoned):
    """Confirms a promotion or a demotion."""

    for_everybody = BooleanField(_l("Switch the flag on for everybody"))


class ValueForm(Form):
    """One person's value of a flag."""

    value = RadioField(_l("Value"), validate_choice=False)
    why = TextAreaField(
        _l("Why"),
        [Optional(), Length(max=2_000, message=_l("Keep it under 2,000 characters."))],
        description=_l("It stands beside the value for everybody who wonders."),
    )

    def offer(self, flag: Flag) -> None:
        values = [(f"variant:{each['key']}", each["key"]) for each in flag.variants] or [("on", _l("On"))]
        self.value.choices = [(BY_RULES, _l("As conditions and choices decide")), ("off", _l("Off")), *values]

    def validate_value(self, field: Any) -> None:
        if field.data not in [value for value, _words in field.choices]:
            raise ValidationError(_("Choose a value."))

    def chosen(self) -> bool | str | None:
        """None: the rules decide."""
        text = self.value.data or ""
        if text.startswith("variant:"):
            return text.removeprefix("variant:")
        return None if text == BY_RULES else text == "on"


def value_of(value: bool | str) -> str:
    """The radio button of a value that is set."""
    return f"variant:{value}" if isinstance(value, str) else "on" if value else "off"
