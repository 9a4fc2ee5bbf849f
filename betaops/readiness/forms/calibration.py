"""Forms for what came true after the launch."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length, Optional

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.figures import Unit, number_of
from betaops.readiness.queries import Outturn
from betaops.readiness.service import Value
from betaops.web.forms import Form


class LaunchForm(Form):
    launched_on = DateField(
        _l("Reached customers on"),
        [DataRequired(_l("Choose a day."))],
        description=_l("Days count from here."),
    )


class RealitiesForm(Form):
    """A line for each expectation; made by `realities_form`."""

    def values(self, outturns: list[Outturn]) -> list[Value] | None:
        """What is filled in; None where something is no number, which then stands at its line."""
        found, is_whole = [], True
        for at, outturn in enumerate(outturns):
            typed = self[f"value_{at}"].data
            if not typed:
                continue
            value = number_of(typed, outturn.row.measure.unit)
            if value is None:
                self.refuse(
                    _("Write a number, such as %(example)s.", example=_example(outturn)), f"value_{at}"
                )
                is_whole = False
            else:
                found.append(Value(outturn.key, value, self[f"note_{at}"].data or ""))
        return found if is_whole else None


def realities_form(outturns: list[Outturn], days: int, **options: Any) -> RealitiesForm:
    """With what is known already."""
    fields: dict[str, Any] = {}
    data: dict[str, str] = {}
    for at, outturn in enumerate(outturns):
        fields[f"value_{at}"] = StringField(_l("Came true"), [Optional(), Length(max=30)])
        fields[f"note_{at}"] = StringField(_l("Where from"), [Optional(), Length(max=500)])
        known = outturn.realities.get(days)
        if known is not None:
            data[f"value_{at}"] = written(known.value, outturn.row.measure.unit)
            data[f"note_{at}"] = known.note
    made: RealitiesForm = type("RealitiesForm", (RealitiesForm,), fields)(
        prefix=f"d{days}-", data=data, **options
    )
    return made


class FileForm(Form):
    file = FileField(_l("CSV file"), [FileRequired(_l("Choose a file."))])


def written(value: float, unit: Unit) -> str:
    """As `number_of` reads it."""
    return f"{value * 100:g} %" if unit is Unit.SHARE else f"{value:g}"


def _example(outturn: Outturn) -> str:
    return written(outturn.row.expectation.threshold, outturn.row.measure.unit)
