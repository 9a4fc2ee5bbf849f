"""The form of an expectation, made for its measure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.figures import Unit, figure
from betaops.readiness.measures import Group, Measure
from betaops.readiness.models import Expectation
from betaops.readiness.service.amending import LONGEST_REASON
from betaops.readiness.service.expecting import MOST_ANSWERS, Draft
from betaops.readiness.verdict import Direction
from betaops.web.forms import Form, WholeNumberField


class Times(NamedTuple):
    """Waves and builds of which something is known, in their order."""

    waves: Sequence[int] = ()
    builds: Sequence[str] = ()

    def including(self, row: Expectation | None) -> "Times":
        """Also those that an expectation names already."""
        if row is None:
            return self
        waves = {*self.waves, row.wave} - {None}
        builds = dict.fromkeys([*self.builds, *([row.build] if row.build else [])])
        return Times(sorted(each for each in waves if each is not None), list(builds))


NO_TIMES = Times()


class ExpectationForm(Form):
    """What every expectation says; `form_class` adds what its measure asks for."""

    need = TextAreaField(
        _l("What do customers need?"),
        [DataRequired(_l("Say what customers need, in their words.")), Length(max=2000)],
        description=_l("In their words: “Sync never loses a note”. Several measures may serve one need."),
    )
    source = StringField(
        _l("Where was it heard?"),
        [Optional(), Length(max=300)],
        description=_l("An interview, a request, a contract, a market document."),
    )
    weight = RadioField(
        _l("How much does it matter?"),
        choices=[
            SelectChoice(Weight.MUST.value, _l("Must: without it the product does not ship")),
            SelectChoice(Weight.SHOULD.value, _l("Should: it counts, but does not stop a release")),
        ],
        default=Weight.MUST.value,
    )
    direction = RadioField(
        _l("The need is met when it is"),
        choices=[
            SelectChoice(Direction.AT_LEAST.value, _l("at least the line")),
            SelectChoice(Direction.AT_MOST.value, _l("at most the line")),
        ],
    )
    threshold = StringField(_l("Line"), [InputRequired(_l("Say where the line is."))])
    cohort = SelectField(
        _l("Whose answers count?"),
        default="",
        description=_l(
            "Of a survey, those of testers. Answers by a public link belong to nobody and are left out."
        ),
    )
    wave = SelectField(_l("Of which wave?"), default="")
    build = SelectField(
        _l("Of which build?"),
        default="",
        description=_l("Only what came while testers used it, as the events of the product say."),
    )
    confidence = SelectField(
        _l("How sure must it be?"),
        choices=[
            SelectChoice("0.8", _l("80%: wrong one time in five at the line")),
            SelectChoice("0.9", _l("90%: wrong one time in ten at the line")),
            SelectChoice("0.95", _l("95%: wrong one time in twenty at the line")),
            SelectChoice("0.99", _l("99%: wrong one time in a hundred at the line")),
        ],
        default="0.95",
    )
    closes_on = DateField(
        _l("Read for good after"),
        [Optional()],
        description=_l(
            "Answers of that day count. Fixed before they come, the last reading sees far more in them."
        ),
    )
    closes_at = WholeNumberField(
        _l("Or once so many have answered"), [Optional(), NumberRange(1, MOST_ANSWERS)]
    )
    least_answered = WholeNumberField(
        _l("Of those asked, at least so many must have answered"),
        [Optional(), NumberRange(0, 100)],
        description=_l("Those who answer first are often the keen ones. Half is a good rule."),
    )
    reason = TextAreaField(_l("Why does it change now?"), [Optional(), Length(max=LONGEST_REASON)])
    version = HiddenField()

    measure: Measure
    base: dict[str, Any]

    def validate_threshold(self, _field: StringField) -> None:
        if self.threshold_value() is None:
            raise ValidationError(
                _(
                    "Write a number, such as %(example)s.",
                    example=_written(self.measure, self.measure.threshold),
                )
            )

    def threshold_value(self) -> float | None:
        """In the measure's unit; None for what is no number."""
        text = (
            (self.threshold.data or "").strip().removesuffix("%").replace(",", ".").replace("−", "-").strip()
        )
        try:
            value = float(text)
        except ValueError:
            return None
        if not abs(value) < 1e9:
            return None
        return round(value / 100, 9) if self.measure.unit is Unit.SHARE else value

    def parameters(self) -> dict[str, Any]:
        """What the measure is to know."""
        return self.base

    def draft(self) -> Draft:
        """After validation."""
        return Draft(
            need=self.need.data or "",
            source=self.source.data or "",
            weight=Weight(self.weight.data),
            measure=self.measure.kind,
            parameters=self.parameters(),
            threshold=self.threshold_value() or 0.0,
            direction=Direction(self.direction.data),
            cohort_id=_cohort_id(self.cohort.data) if "cohort" in self else None,
            wave=int(self.wave.data) if "wave" in self and self.wave.data else None,
            build=(self.build.data or None) if "build" in self else None,
            confidence=float(self.confidence.data) if "confidence" in self else 0.95,
            **self._close(),
        )

    def _close(self) -> dict[str, Any]:
        """A count is read as it stands and has none."""
        if "closes_on" not in self:
            return {}
        return {
            "closes_on": self.closes_on.data,
            "closes_at": self.closes_at.data,
            "least_answered": (self.least_answered.data or 0) / 100,
        }


class _AnswersForm(ExpectationForm):
    counted = SelectMultipleField(
        _l("Which answers are good?"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def validate_counted(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Tick at least one answer."))
        if len(field.data) == len(self.base["answers"]):
            raise ValidationError(_("If every answer is good, nothing can be found out."))

    def parameters(self) -> dict[str, Any]:
        return self.base | {"counted": list(self.counted.data or [])}


class _DoingForm(ExpectationForm):
    times = WholeNumberField(
        _l("At least how many times?"),
        [InputRequired(_l("Say how many times.")), NumberRange(1, 10_000)],
        default=1,
    )

    def parameters(self) -> dict[str, Any]:
        return self.base | {"times": self.times.data}


class _AdoptionForm(_DoingForm):
    days = WholeNumberField(
        _l("Within how many days?"),
        [InputRequired(_l("Say within how many days.")), NumberRange(1, 365)],
        description=_l("The day on which a tester begins is the first."),
    )

    def parameters(self) -> dict[str, Any]:
        return super().parameters() | {"days": self.days.data}


class _RetentionForm(ExpectationForm):
    days = WholeNumberField(
        _l("After how many days?"),
        [InputRequired(_l("Say after how many days.")), NumberRange(1, 365)],
        description=_l("The week that begins so many days after a tester's beginning is looked at."),
    )

    def parameters(self) -> dict[str, Any]:
        return self.base | {"days": self.days.data}


_FORMS: dict[str, type[ExpectationForm]] = {
    "survey_share": _AnswersForm,
    "usage_share": _DoingForm,
    "adoption": _AdoptionForm,
    "retention": _RetentionForm,
}


def expectation_form(
    measure: Measure,
    parameters: dict[str, Any],
    cohorts: Sequence[tuple[Any, str]],
    row: Expectation | None = None,
    need: str = "",
    *,
    is_sealed: bool = False,
    is_anonymous: bool = False,
    times: Times = NO_TIMES,
    **options: Any,
) -> ExpectationForm:
    """The form for one measure, filled from `row` where one is edited; `cohorts` are (id, name).

    Where criteria `is_sealed` it asks why one changes. Of a survey that `is_anonymous` nobody's answers can be picked.
    `options` go to the form: `formdata=None` shows what is saved whatever was sent.
    """
    chosen = _FORMS.get(measure.kind, ExpectationForm)
    shown = _shown(row, need) | {
        "direction": (row.direction if row is not None else measure.direction).value,
        "threshold": _written(measure, row.threshold if row is not None else measure.threshold),
        "counted": list(parameters.get("counted", [])),
        "times": parameters.get("times", 1),
        "days": parameters.get("days"),
    }
    form = chosen(data=shown, **options)
    form.measure, form.base = measure, parameters
    if measure.group is not Group.ANSWERS:
        form.cohort.description = ""
    form.cohort.choices = [SelectChoice("", _("Everybody in the program"))] + [
        SelectChoice(ids.encode("coh", each), name) for each, name in cohorts
    ]
    _offer_times(form, NO_TIMES if is_anonymous else times.including(row), measure)
    if is_anonymous:
        form.cohort.choices = form.cohort.choices[:1]
        form.cohort.validate_choice = False  # whoever sends one all the same is told why not
        form.cohort.description = _(
            "This survey is anonymous: its answers count for everybody, not for a cohort, a wave or a build."
        )
    form.threshold.label.text = _LINES[measure.unit]
    form.threshold.description = _bounds(measure, parameters)
    if measure.is_counted:
        del form.cohort, form.confidence, form.closes_on, form.closes_at, form.least_answered
    if not is_sealed:
        del form.reason
    if isinstance(form, _AnswersForm):
        form.counted.choices = [SelectChoice(each["code"], each["label"]) for each in parameters["answers"]]
    return form


def _bounds(measure: Measure, parameters: dict[str, Any]) -> str:
    """Between what the line must lie, and how one tester is scored."""
    if measure.is_counted:
        return _("A whole number from 0 up.")
    try:
        low, high = measure.span(measure.read(parameters))
    except Invalid:  # what counts is still to be chosen, which moves no end of a share
        low, high = 0.0, 1.0
    return _(
        "More than %(low)s and less than %(high)s. %(scoring)s",
        low=figure(low, measure.unit),
        high=figure(high, measure.unit),
        scoring=measure.scoring,
    )


def _offer_times(form: ExpectationForm, times: Times, measure: Measure) -> None:
    """Waves and builds to choose from, where the measure knows them and there are any."""
    if measure.takes_wave and times.waves:
        form.wave.choices = [SelectChoice("", _("All waves"))] + [
            SelectChoice(str(wave), _("Wave %(number)s", number=wave) if wave else _("Outside waves"))
            for wave in times.waves
        ]
    else:
        del form.wave
    if measure.takes_build and times.builds:
        form.build.choices = [SelectChoice("", _("All builds"))] + [
            SelectChoice(build, build) for build in times.builds
        ]
    else:
        del form.build


_LINES = {
    Unit.SHARE: _l("Line, in percent of testers"),
    Unit.POINTS: _l("Line, in points"),
    Unit.MEAN: _l("Line, on the scale of the question"),
    Unit.SCORE: _l("Line, from 0 to 100"),
    Unit.COUNT: _l("Line, as a number"),
}


def _written(measure: Measure, value: float) -> str:
    """A line as it is typed: percent without its sign."""
    return f"{value * 100 if measure.unit is Unit.SHARE else value:g}"


def _shown(row: Expectation | None, need: str) -> dict[str, Any]:
    if row is None:
        return {"need": need}
    return {
        "need": row.need,
        "source": row.source,
        "weight": row.weight.value,
        "cohort": ids.encode("coh", row.cohort_id) if row.cohort_id else "",
        "wave": "" if row.wave is None else str(row.wave),
        "build": row.build or "",
        "confidence": f"{row.confidence:g}",
        "closes_on": row.closes_on,
        "closes_at": row.closes_at,
        "least_answered": round(row.least_answered * 100) or None,
        "version": str(row.version),
    }


def _cohort_id(text: str | None) -> Any:
    if not text:
        return None
    try:
        return ids.decode("coh", text)
    except NotFound:
        return None
