"""The cohort's form: a name, and for rule cohorts the rule as rows that buttons add and take away."""

from collections.abc import Sequence
from typing import Any

from wtforms import FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional

from betaops.cohorts import builder, operators, rules, wording
from betaops.cohorts.builder import Draft, Group
from betaops.cohorts.models import Cohort
from betaops.cohorts.queries import Fact
from betaops.cohorts.rules import Condition
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form

MOST_ROWS = 30
MOST_GROUPS = 10


class ConditionForm(PlainForm):
    fact = SelectField(_l("Fact"), validate_choice=False)
    operator = SelectField(_l("Comparison"), validate_choice=False)
    value = StringField(_l("Value"))


class GroupForm(PlainForm):
    match = SelectField(_l("Which of these"), validate_choice=False)
    conditions = FieldList(FormField(ConditionForm), max_entries=MOST_ROWS)


class CohortForm(Form):
    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Give the cohort a name.")),
            Length(max=120, message=_l("Keep it under 120 characters.")),
        ],
    )
    description = TextAreaField(
        _l("What it is for"),
        [Optional(), Length(max=2000, message=_l("Keep it under 2,000 characters."))],
        render_kw={"rows": 2},
    )
    version = HiddenField()

    def fill(self, cohort: Cohort) -> None:
        self.name.data, self.description.data = cohort.name, cohort.description
        self.version.data = str(cohort.version)


class RuleForm(CohortForm):
    match = SelectField(_l("Which of the groups"), validate_choice=False)
    groups = FieldList(FormField(GroupForm), max_entries=MOST_GROUPS)

    def offer(self, facts: Sequence[Fact]) -> None:
        """Fill the lists to choose from. A fact that a kept rule reads stays choosable though nobody has it."""
        self.match.choices = [("all", _("All groups")), ("any", _("At least one group"))]
        for group in self.groups:
            group.form.match.choices = [(name, str(words)) for name, words in wording.MATCHES.items()]
            for row in group.form.conditions:
                row.form.fact.choices = _facts(facts, row.form.fact.data)
                row.form.operator.choices = _operators()

    def draft(self) -> Draft:
        """What stands in the rows, complete or not."""
        groups = []
        for group in self.groups:
            conditions = tuple(
                Condition(
                    row.form.fact.data or "",
                    row.form.operator.data or "is",
                    builder.typed(row.form.operator.data or "is", _clean(row.form.value.data)),
                )
                for row in group.form.conditions
            )
            match = group.form.match.data
            groups.append(Group(match if match in builder.MATCHES else "all", conditions))
        return Draft("any" if self.match.data == "any" else "all", tuple(groups))

    def put(self, draft: Draft) -> None:
        """Show `draft` in the rows."""
        self.match.data = draft.match
        while self.groups.entries:
            self.groups.pop_entry()
        for group in draft.groups:
            entry = self.groups.append_entry()
            entry.form.match.data = group.match
            for condition in group.conditions or (Condition("", "is", ""),):
                row = entry.form.conditions.append_entry()
                row.form.fact.data, row.form.operator.data = condition.fact, condition.operator
                row.form.value.data = builder.shown(condition.value)

    def point_out(self, problems: Sequence[rules.Problem]) -> None:
        """Say what is wrong beside the row where it is wrong."""
        for problem, (row, field) in zip(problems, _places(self, problems), strict=True):
            if row is None:
                self.refuse(problem.sentence)
            else:
                target = getattr(row.form, field)
                target.errors = [*target.errors, problem.sentence]
                # A list of rows does not look at its rows again: the summary is told here.
                self.groups.errors = [*self.groups.errors, problem.sentence]


def _places(form: RuleForm, problems: Sequence[rules.Problem]) -> list[tuple[Any, str]]:
    """The row and field of each problem, from its place in the rule that `draft` makes."""
    rows = [row for group in form.groups for row in group.form.conditions]
    by_place = dict(zip(_leaf_places(form.draft().rule(), ""), rows, strict=True))
    found: list[tuple[Any, str]] = []
    for problem in problems:
        place, _dot, field = problem.place.rpartition(".")
        found.append((by_place.get(place), field if field in ("fact", "operator", "value") else "value"))
    return found


def _leaf_places(rule: rules.Rule, place: str) -> list[str]:
    if "fact" in rule:
        return [place]
    if "not" in rule:
        return _leaf_places(rule["not"], f"{place}.not".lstrip("."))
    kind = "all" if "all" in rule else "any"
    return [
        leaf
        for index, part in enumerate(rule[kind])
        for leaf in _leaf_places(part, f"{place}.{kind}.{index}".lstrip("."))
    ]


def changed(draft: Draft, do: str) -> Draft | None:
    """`draft` after one of the form's buttons; None for a button that does something else."""
    verb, *numbers = do.split(":")
    at = [int(number) for number in numbers if number.isdecimal()]
    groups = list(draft.groups)
    if verb == "add-group" and len(groups) < MOST_GROUPS:
        groups.append(Group(conditions=(Condition("", "is", ""),)))
    elif verb == "remove-group" and at and at[0] < len(groups):
        del groups[at[0]]
    elif verb == "add-condition" and at and at[0] < len(groups):
        groups[at[0]] = Group(
            groups[at[0]].match, (*groups[at[0]].conditions, Condition("", "is", ""))[:MOST_ROWS]
        )
    elif verb == "remove-condition" and len(at) == 2 and at[0] < len(groups):
        kept = [each for index, each in enumerate(groups[at[0]].conditions) if index != at[1]]
        groups[at[0]] = Group(groups[at[0]].match, tuple(kept))
    elif verb != "preview":
        return None
    return Draft(draft.match, tuple(groups) or (Group(),))


def _facts(facts: Sequence[Fact], chosen: str | None) -> dict[str, list[tuple[str, str]]]:
    """Choices in groups, what everybody has among them."""
    named = {fact.name: fact.label or wording.fact(fact.name) for fact in facts}
    named |= {name: str(label) for name, label in wording.KNOWN.items() if name not in named}
    if chosen and chosen not in named:
        named[chosen] = wording.fact(chosen)
    found: dict[str, list[tuple[str, str]]] = {"": [("", _("Choose a fact"))]}
    for source, heading in wording.SOURCES.items():
        options = [(name, label) for name, label in named.items() if name.startswith(f"{source}.")]
        if options:
            found[str(heading)] = sorted(options, key=lambda option: option[1].casefold())
    return found


def _operators() -> dict[str, list[tuple[str, str]]]:
    return {
        str(heading): [(name, str(operators.ALL[name])) for name in names]
        for heading, names in wording.OPERATORS.values()
    }


def _clean(text: Any) -> str:
    return text.replace("\0", "").strip() if isinstance(text, str) else ""
