"""The flag's form: conditions, variants and their rows, which buttons add and take away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from wtforms import (
    BooleanField,
    FieldList,
    FloatField,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from betaops.flags import wording
from betaops.flags.builder import CohortRow, Condition, Draft, FlagRow, PropertyRow, Variant, even
from betaops.flags.definitions import MOST_CONDITIONS, MOST_PROPERTIES, MOST_VARIANTS, Problem
from betaops.flags.models import Flag, Runtime
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form

PERSON, DEVICE = "person", "device"
#: Where a problem at this place of the definition is said.
_FIELDS = {
    "payloads": "payload",
    "holdout": "holdout",
    "aggregation_group_type_index": "group_type",
    "contexts": "contexts",
}


class CohortRowForm(PlainForm):
    operator = SelectField(_l("In or not in"), validate_choice=False)
    cohort = SelectField(_l("Cohort"), validate_choice=False)


class PropertyRowForm(PlainForm):
    key = StringField(_l("Property"))
    operator = SelectField(_l("Comparison"), validate_choice=False)
    value = StringField(_l("Value"))


class FlagRowForm(PlainForm):
    key = SelectField(_l("Flag"), validate_choice=False)
    value = SelectField(_l("Value"), validate_choice=False)


class ConditionForm(PlainForm):
    cohorts = FieldList(FormField(CohortRowForm), max_entries=MOST_PROPERTIES)
    properties = FieldList(FormField(PropertyRowForm), max_entries=MOST_PROPERTIES)
    flags = FieldList(FormField(FlagRowForm), max_entries=MOST_PROPERTIES)
    percentage = FloatField(_l("Share of these people"), default=100)
    variant = SelectField(_l("Variant"), validate_choice=False)
    kept = HiddenField()


class VariantForm(PlainForm):
    key = StringField(_l("Variant"))
    percentage = FloatField(_l("Share"))
    payload = StringField(_l("Payload"))


class FlagForm(Form):
    key = StringField(
        _l("Key"),
        [DataRequired(_l("Write the key that the product's code asks for.")), Length(max=200)],
        description=_l("What the product's code asks for, like new-editor. It cannot be changed later."),
    )
    description = TextAreaField(
        _l("What it switches"),
        [Optional(), Length(max=2000, message=_l("Keep it under 2,000 characters."))],
        render_kw={"rows": 2},
    )
    runtime = SelectField(_l("Where it may be read"))
    payload = TextAreaField(
        _l("Payload"),
        [Optional(), Length(max=20000)],
        description=_l("JSON that comes with “on”, for settings that belong to the feature."),
        render_kw={"rows": 2, "spellcheck": "false"},
    )
    contexts = StringField(
        _l("Places in the product"),
        [Optional(), Length(max=1000)],
        description=_l(
            "Names that the product sends along, like checkout, separated by commas. Empty: everywhere."
        ),
        render_kw={"spellcheck": "false", "autocapitalize": "none"},
    )
    group_type = SelectField(
        _l("Decided for"),
        description=_l("For each company: all of its people get the same, by what is known of the company."),
    )
    bucketing = SelectField(
        _l("The share is of"),
        description=_l("By device, somebody who signs in keeps what they saw before."),
    )
    holdout = FloatField(
        _l("Held back, to compare with"),
        [Optional()],
        description=_l("Percent of people who never get it. They are the same people for every flag."),
    )
    early_exit = BooleanField(_l("Ask no further condition once somebody fits one but is outside its share"))
    identified_only = BooleanField(
        _l("Only for people whose identity your server has signed"),
        description=_l("A request with the public key and without a signature gets it off."),
    )
    conditions = FieldList(FormField(ConditionForm), max_entries=MOST_CONDITIONS)
    variants = FieldList(FormField(VariantForm), max_entries=MOST_VARIANTS)
    note = StringField(
        _l("Why"),
        [Optional(), Length(max=2000, message=_l("Keep it under 2,000 characters."))],
        description=_l("Stays in the flag's history."),
    )
    version = HiddenField()

    def fill(self, flag: Flag) -> None:
        self.key.data, self.description.data = flag.key, flag.description
        self.runtime.data = flag.runtime.value
        self.contexts.data = ", ".join(flag.contexts)
        self.identified_only.data = flag.identified_only
        self.bucketing.data = DEVICE if flag.is_by_device else PERSON
        self.version.data = str(flag.version)

    def offer(
        self,
        cohorts: Mapping[int, str],
        flags: Mapping[str, Sequence[str]],
        group_types: Mapping[str, str],
    ) -> None:
        """Fill the lists to choose from; `flags` are variants by key, `group_types` names by index as text."""
        self.runtime.choices = [(runtime.value, str(words)) for runtime, words in wording.RUNTIMES.items()]
        self.runtime.data = self.runtime.data or Runtime.ALL.value
        self.group_type.choices = [
            ("", _l("each person")),
            *((index, _l("each %(group)s", group=name)) for index, name in sorted(group_types.items())),
        ]
        self.group_type.data = self.group_type.data or ""
        self.bucketing.choices = [(PERSON, _l("people")), (DEVICE, _l("devices"))]
        self.bucketing.data = self.bucketing.data or PERSON
        names = [
            (str(number), name)
            for number, name in sorted(cohorts.items(), key=lambda item: item[1].casefold())
        ]
        keys = [row.form.key.data for row in self.variants if row.form.key.data]
        for condition in self.conditions:
            condition.form.variant.choices = [("", _l("By the shares below")), *((key, key) for key in keys)]
            for row in condition.form.cohorts:
                row.form.operator.choices = [("in", _l("in")), ("not_in", _l("not in"))]
                row.form.cohort.choices = [("", _l("Choose a cohort")), *names]
            for needed in condition.form.flags:
                needed.form.key.choices = [("", _l("Choose a flag")), *((key, key) for key in flags)]
                needed.form.value.choices = [
                    ("true", _l("is on")),
                    ("false", _l("is off")),
                    *((name, _l("is “%(variant)s”", variant=name)) for name in _variants_of(needed, flags)),
                ]
            for asked in condition.form.properties:
                asked.form.operator.choices = {
                    str(heading): [(name, str(wording.OPERATORS[name])) for name in names_of_group]
                    for heading, names_of_group in wording.GROUPS
                }

    def draft(self) -> Draft:
        """What stands in the rows, complete or not."""
        return Draft(
            tuple(_condition(each.form) for each in self.conditions),
            tuple(
                Variant(
                    (row.form.key.data or "").strip(),
                    _share(row.form.percentage),
                    _text(row.form.payload.data),
                )
                for row in self.variants
            ),
            self.payload.data or "",
            int(self.group_type.data) if (self.group_type.data or "").isdecimal() else None,
            0 if _is_blank(self.holdout) else _share(self.holdout),
            bool(self.early_exit.data),
        )

    def places(self) -> list[str]:
        """The contexts, each once."""
        return list(
            dict.fromkeys(
                each.strip()
                for each in (self.contexts.data or "").replace("\0", "").split(",")
                if each.strip()
            )
        )

    def put(self, draft: Draft) -> None:
        """Show `draft` in the rows."""
        _empty(self.conditions)
        _empty(self.variants)
        self.payload.data = draft.payload
        self.group_type.data = "" if draft.group_type is None else str(draft.group_type)
        self.holdout.data, self.early_exit.data = draft.holdout or None, draft.early_exit
        for condition in draft.conditions:
            form = self.conditions.append_entry().form
            form.percentage.data, form.variant.data = condition.percentage, condition.variant
            form.kept.data = orjson.dumps(dict(condition.kept)).decode() if condition.kept else ""
            for cohort in condition.cohorts:
                row = form.cohorts.append_entry().form
                row.operator.data = "in" if cohort.is_in else "not_in"
                row.cohort.data = str(cohort.number) if cohort.number else ""
            for prop in condition.properties:
                asked = form.properties.append_entry().form
                asked.key.data, asked.operator.data, asked.value.data = prop.key, prop.operator, prop.value
            for flag in condition.flags:
                needed = form.flags.append_entry().form
                needed.key.data, needed.value.data = flag.key, flag.value
        for variant in draft.variants:
            part = self.variants.append_entry().form
            part.key.data, part.percentage.data, part.payload.data = (
                variant.key,
                variant.percentage,
                variant.payload,
            )

    def point_out(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong, at the part of the form where it is."""
        for problem in problems:
            part = problem.place.partition(".")[0]
            if part == "key":
                self.refuse(problem.sentence, "key")
            elif part in ("variants", "payloads") and self.variants.entries:
                self.variants.errors = [*self.variants.errors, problem.sentence]
            elif part in _FIELDS:
                self.refuse(problem.sentence, _FIELDS[part])
            else:
                self.conditions.errors = [*self.conditions.errors, _placed(problem)]


class RejectionForm(Form):
    reason = TextAreaField(
        _l("Why not"),
        [InputRequired(_l("Say why: whoever proposed it reads this.")), Length(max=2000)],
        render_kw={"rows": 2},
    )


class ApprovalForm(Form):
    is_on = BooleanField(
        _l("A second person has to approve every change"),
        description=_l(
            "Creating, changing, restoring, switching on, rolling out, scheduling, promoting, archiving and deleting "
            "wait, also through the API. Switching off, pausing, going back and ending never wait, nor does what is "
            "set by hand for one person."
        ),
    )


def changed(draft: Draft, do: str) -> Draft | None:
    """`draft` after one of the form's buttons; None for a button that does something else."""
    verb, *numbers = do.split(":")
    at = [int(number) for number in numbers if number.isdecimal()]
    if verb == "add-condition":
        return replace(draft, conditions=(*draft.conditions, Condition(cohorts=(CohortRow(0),))))
    if verb == "add-variant":
        return _with_variants(draft, [*(each.key for each in draft.variants), ""])
    if not at or at[0] >= len(draft.variants if verb == "remove-variant" else draft.conditions):
        return None
    if verb == "remove-variant":
        return _with_variants(
            draft, [each.key for index, each in enumerate(draft.variants) if index != at[0]]
        )
    conditions = list(draft.conditions)
    if verb == "remove-condition":
        del conditions[at[0]]
    else:
        one = _row_changed(conditions[at[0]], verb, at)
        if one is None:
            return None
        conditions[at[0]] = one
    return replace(draft, conditions=tuple(conditions))


def _row_changed(condition: Condition, verb: str, at: list[int]) -> Condition | None:
    if verb == "add-cohort":
        return replace(condition, cohorts=(*condition.cohorts, CohortRow(0)))
    if verb == "add-property":
        return replace(condition, properties=(*condition.properties, PropertyRow("")))
    if verb == "add-flag":
        return replace(condition, flags=(*condition.flags, FlagRow("")))
    if len(at) == 2 and verb == "remove-cohort":
        return replace(condition, cohorts=_without(condition.cohorts, at[1]))
    if len(at) == 2 and verb == "remove-property":
        return replace(condition, properties=_without(condition.properties, at[1]))
    if len(at) == 2 and verb == "remove-flag":
        return replace(condition, flags=_without(condition.flags, at[1]))
    return None


def _with_variants(draft: Draft, keys: list[str]) -> Draft:
    """Shares are made even again: whoever adds a variant means to divide anew."""
    if keys == [""]:
        keys = ["control", "test"]
    payloads = {each.key: each.payload for each in draft.variants}
    shares = even(len(keys)) if keys else []
    return replace(
        draft,
        variants=tuple(
            Variant(key, share, payloads.get(key, "")) for key, share in zip(keys, shares, strict=True)
        ),
    )


def _without(rows: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return rows[:index] + rows[index + 1 :]


def _condition(form: Any) -> Condition:
    return Condition(
        tuple(
            CohortRow(int(row.form.cohort.data), row.form.operator.data != "not_in")
            if (row.form.cohort.data or "").isdecimal()
            else CohortRow(0, row.form.operator.data != "not_in")
            for row in form.cohorts
        ),
        tuple(
            PropertyRow(
                _text(row.form.key.data), row.form.operator.data or "exact", _text(row.form.value.data)
            )
            for row in form.properties
        ),
        tuple(FlagRow(row.form.key.data or "", row.form.value.data or "true") for row in form.flags),
        _share(form.percentage),
        form.variant.data or "",
        _kept(form.kept.data),
    )


def _variants_of(row: Any, flags: Mapping[str, Sequence[str]]) -> list[str]:
    """Of the flag chosen in `row`; what stands there already as well, so that nothing is lost by showing it."""
    known = list(flags.get(row.form.key.data or "", ()))
    chosen = row.form.value.data or "true"
    return known if chosen in (*known, "true", "false") else [*known, chosen]


def _kept(text: str | None) -> dict[str, Any]:
    """What the page carried along; the service looks at it as at anything else."""
    try:
        kept = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return kept if isinstance(kept, dict) and isinstance(kept.get("properties", []), list) else {}


def _is_blank(field: Any) -> bool:
    return field.data is None and not (field.raw_data and field.raw_data[0].strip())


def _share(field: Any) -> float:
    """-1 stands for what is no number, which no service takes."""
    value = field.data
    if value is None or value != value or abs(value) > 1000:  # noqa: PLR0124  # NaN is unlike itself
        return -1.0
    return float(value)


def _text(value: str | None) -> str:
    return (value or "").replace("\0", "").strip()


def _placed(problem: Problem) -> str:
    numbers = [part for part in problem.place.split(".") if part.isdecimal()]
    if not numbers:
        return problem.sentence
    return str(_l("Condition %(number)s: %(problem)s", number=int(numbers[0]) + 1, problem=problem.sentence))


def _empty(rows: Any) -> None:
    while rows.entries:
        rows.pop_entry()
