"""Forms of the ground rules: how expectations are judged together, and for which market."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, NumberRange, Optional

from betaops.kernel.i18n import lazy_gettext as _l
from betaops.readiness.judging.market import MOST_CATEGORIES, Margin
from betaops.readiness.service.amending import LONGEST_REASON
from betaops.web.forms import Form

#: Empty lines for categories of the market that no tester is in.
SPARE = 2


class StrictnessForm(Form):
    way = RadioField(
        _l("When several are judged together"),
        choices=[
            SelectChoice("usual", _l("As usual (Hochberg)")),
            SelectChoice("strict", _l("Strictly (Holm)")),
        ],
    )
    reason = TextAreaField(_l("Why does it change now?"), [Optional(), Length(max=LONGEST_REASON)])
    version = HiddenField()


class _ShareField(DecimalField):
    """A decimal that is a number: what only looks like one cannot even be compared."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext("Not a valid decimal value."))


class _CategoryForm(PlainForm):
    name = StringField(_l("Category"), [Optional(), Length(max=200)])
    share = _ShareField(_l("Share of the market"), [Optional(), NumberRange(0, 100)], places=None)


class MarginForm(Form):
    categories = FieldList(FormField(_CategoryForm), max_entries=MOST_CATEGORIES)
    is_behavioural = BooleanField(
        _l("This is about what people do, not who they are"),
        description=_l("Such facts take away more of what is peculiar about testers."),
    )
    reason = TextAreaField(_l("Why does it change now?"), [Optional(), Length(max=LONGEST_REASON)])
    version = HiddenField()

    def margin(self, fact: str, title: str) -> Margin:
        """After validation; lines without a share are not in the market."""
        shares: dict[str, float] = {}
        for entry in self.categories.data:
            name, share = (entry["name"] or "").strip(), entry["share"]
            if name and share:
                shares[name] = shares.get(name, 0.0) + float(share) / 100
        return Margin(fact, title, bool(self.is_behavioural.data), shares)


def margin_form(
    counts: Mapping[str, int],
    declared: Margin | None,
    *,
    is_behavioural: bool,
    version: int,
    **options: Any,
) -> MarginForm:
    """A line for each category that testers are in or that is declared, and some for others."""
    shares: Mapping[str, float] = declared.shares if declared is not None else {}
    names = list(dict.fromkeys([*shares, *counts]))
    lines: list[dict[str, Any]] = [
        {"name": name, "share": _percent(shares[name]) if name in shares else None} for name in names
    ]
    room = max(0, MOST_CATEGORIES - len(lines))
    lines += [{"name": "", "share": None}] * min(SPARE, room)
    return MarginForm(
        data={
            "categories": lines[:MOST_CATEGORIES],
            "is_behavioural": declared.is_behavioural if declared is not None else is_behavioural,
            "version": str(version),
        },
        **options,
    )


def _percent(share: float) -> Decimal:
    """As somebody would write it: 70, not 70.0; and as exact as it was written, so that the shares still add up."""
    return Decimal(f"{100 * share:.10g}")
