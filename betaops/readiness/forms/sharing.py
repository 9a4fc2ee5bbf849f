"""Handing out a paper."""

from datetime import timedelta

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form

#: What is offered; "" is until it is revoked.
DAYS = {"7": _l("7 days"), "30": _l("30 days"), "90": _l("90 days"), "": _l("Until it is revoked")}


class ShareForm(Form):
    note = StringField(
        _l("For whom"),
        [Optional(), Length(max=200)],
        description=_l("Only your team sees it: “Board meeting in March”."),
    )
    days = SelectField(
        _l("Good for"), choices=[SelectChoice(days, words) for days, words in DAYS.items()], default="30"
    )

    @property
    def span(self) -> timedelta | None:
        return timedelta(days=int(self.days.data)) if self.days.data else None
