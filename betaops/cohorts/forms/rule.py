"""The cohort's form: a name, and for rule cohorts the rule as an outline whose parts buttons add, move and take away."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional

from betaops.cohorts import builder, doings, operators, rules, vocabulary, wording
from betaops.cohorts.builder import Group, Part, Place
from betaops.cohorts.models import Cohort
from betaops.cohorts.queries import Catalogue
from betaops.cohorts.rules import Condition
from betaops.cohorts.vocabulary import Kind
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.web.forms import Form


class PartForm(PlainForm):
    """One line of the outline: a condition where it names a `fact`, else a group. `depth` is that of the line.

    `place`, `inner` (the lines below) and what is chosen from are there after `offer`.
    """

    place: Place
    inner: "list[PartForm]"
    may_hold_groups: bool

    depth = HiddenField()
    match = SelectField(_l("Which of these"), validate_choice=False)
    #: Whole name, or the source alone where `name` says the rest.
    fact = HiddenField()
    name = StringField(_l("Name"))
    operator = SelectField(_l("Comparison"), validate_choice=False)
    value = StringField(_l("Value"))
    ticked = SelectMultipleField(_l("Values"), validate_choice=False)
    days = StringField(_l("Days"))
    day = StringField(_l("Date"))


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
    """`root` and `choices` are there after `offer`."""

    root: Any
    choices: dict[str, list[tuple[str, str]]]
    deeds: Sequence[str]
    parts = FieldList(FormField(PartForm), max_entries=builder.MOST_PARTS)

    def draft(self) -> Group:
        """What stands in the rows, complete or not."""
        lines = [(_depth(row.form.depth.data), _part(row.form)) for row in self.parts]
        first = lines[0][1] if lines and isinstance(lines[0][1], Group) else Group()
        return Group(first.match, _nested(lines[1:], 1)[0])

    def put(self, outline: Group) -> None:
        """Show `outline` in the rows."""
        while self.parts.entries:
            self.parts.pop_entry()
        for place, part in builder.walk(outline):
            row = self.parts.append_entry().form
            row.depth.data = str(len(place))
            if isinstance(part, Group):
                row.match.data = part.match
            else:
                _show(row, part)

    def offer(self, catalogue: Catalogue, labels: Mapping[str, str]) -> None:
        """Fill the lists to choose from, and nest the rows as they are drawn: `root`, and below it `inner` of each."""
        self.choices = choosable(catalogue, labels)
        self.deeds = catalogue.deeds
        rows: dict[Place, Any] = {}
        for place, entry in zip(
            (place for place, _part in builder.walk(self.draft())), self.parts, strict=True
        ):
            row = rows[place] = entry.form
            row.place, row.inner, row.may_hold_groups = place, [], builder.may_hold_groups(place)
            if place:
                rows[place[:-1]].inner.append(row)
            _offer(row, catalogue, labels)
        self.root = rows[()]

    def point_out(self, problems: Sequence[rules.Problem]) -> None:
        """Say what is wrong beside the row where it is wrong."""
        outline = self.draft()
        places = builder.rule_places(outline)
        rows = dict(zip((place for place, _part in builder.walk(outline)), self.parts, strict=True))
        for problem in problems:
            place, _dot, field = problem.place.rpartition(".")
            row = rows.get(places[place]) if place in places else None
            if row is None:
                self.refuse(problem.sentence)
            else:
                target = _blamed(row.form, field)
                target.errors = [*target.errors, problem.sentence]
                # A list of rows does not look at its rows again.
                self.parts.errors = [*self.parts.errors, row.form.errors]


def _offer(row: Any, catalogue: Catalogue, labels: Mapping[str, str]) -> None:
    fact = row.fact.data or ""
    known = {fact.name for fact in catalogue.facts} | vocabulary.KNOWN.keys()
    if fact.startswith("attribute.") and fact not in known:
        fact, _dot, row.name.data = fact.partition(".")
        row.fact.data = fact
    row.kind = vocabulary.kind_of(fact)
    row.label = str(vocabulary.OPEN.get(fact) or wording.fact(fact, labels))
    row.match.choices = [(name, str(words)) for name, words in wording.MATCHES.items()]
    row.operators = _operators(row.kind)
    row.names = {
        "cohort": [("", _("Choose a cohort")), *catalogue.cohorts],
        "feedback": [(name, str(words)) for name, words in vocabulary.FEEDBACK.items()],
        "task": _outcomes(labels, row.name.data),
    }.get(fact, [])
    row.options = [(value, str(words)) for value, words in vocabulary.CHOICES.get(fact, {}).items()]
    row.examples = catalogue.examples(fact)


def _outcomes(labels: Mapping[str, str], chosen: str | None) -> list[tuple[str, str]]:
    """What may have become of any task, and of each that rooms above have a name for; `chosen` is always among it."""
    single = {name.removeprefix("task."): label for name, label in labels.items() if name.startswith("task.")}
    found = {**{name: str(words) for name, words in vocabulary.TASK.items()}, **single}
    if chosen and chosen not in found:
        found[chosen] = wording.fact(f"task.{chosen}", labels)
    return list(found.items())


def _nested(lines: Sequence[tuple[int, Part]], depth: int) -> tuple[tuple[Part, ...], int]:
    """The parts that stand at `depth`, with what is below them; and how many lines that took."""
    found: list[Part] = []
    at = 0
    while at < len(lines) and lines[at][0] >= depth:
        part = lines[at][1]
        at += 1
        if isinstance(part, Group):
            inner, taken = _nested(lines[at:], depth + 1)
            part, at = Group(part.match, inner), at + taken
        found.append(part)
    return tuple(found), at


def _depth(text: str | None) -> int:
    """Only the outline itself stands at 0."""
    return max(int(text), 1) if text and text.isdecimal() and len(text) < 3 else 1


def _part(row: Any) -> Part:
    match, fact = row.match.data, _clean(row.fact.data)
    if not fact:
        return Group(match if match in builder.MATCHES else "all")
    name = _clean(row.name.data)
    whole = f"{fact}.{name}" if "." not in fact and name else fact
    operator = row.operator.data or ""
    source = fact.partition(".")[0]
    days = _clean(row.days.data)
    if vocabulary.kind_of(fact) is Kind.CHOICE:
        return Condition(whole, operator, list(row.ticked.data or []))
    if operator in operators.RELATIVE_TO_NOW:
        return Condition(whole, operator, builder.typed(operator, days, source))
    if operator in ("before", "after"):
        return Condition(whole, operator, _clean(row.day.data))
    value = builder.typed(operator, _clean(row.value.data), source)
    if source in rules.COUNTED and operator in doings.COUNTING and days:
        return Condition(whole, operator, value, builder.typed(operator, days, source))
    return Condition(whole, operator, value)


def _show(row: Any, condition: Condition) -> None:
    source, name = condition.source, condition.name
    row.fact.data, row.name.data = condition.fact, name
    if source in vocabulary.OPEN and (source != "attribute" or not name):
        row.fact.data = source
    row.operator.data = condition.operator
    row.days.data = builder.shown(condition.days)
    shown = builder.shown(condition.value)
    if vocabulary.kind_of(condition.fact) is Kind.CHOICE:
        row.operator.data = {"is": "one_of", "is_not": "none_of"}.get(condition.operator, condition.operator)
        row.ticked.data = [word.strip() for word in shown.split(",") if word.strip()]
    elif condition.operator in operators.RELATIVE_TO_NOW:
        row.days.data = shown
    elif condition.operator in ("before", "after"):
        row.day.data = shown
    else:
        row.value.data = shown


def _blamed(row: Any, field: str) -> Any:
    """The input that a problem of a condition's `fact`, `operator` or `value` is about."""
    if field == "fact":
        return row.name
    if field == "value" and vocabulary.kind_of(row.fact.data) is Kind.CHOICE:
        return row.ticked
    if field != "value":
        return row.operator
    if row.operator.data in operators.RELATIVE_TO_NOW:
        return row.days
    return row.day if row.operator.data in ("before", "after") else row.value


def added_fact(fact: str) -> Condition:
    """The row that a newly chosen fact begins with."""
    first = vocabulary.OPERATORS[vocabulary.kind_of(fact)][0][1][0]
    value = {Kind.COUNTED: 1, Kind.SAMPLE: 10, Kind.CHOICE: []}.get(vocabulary.kind_of(fact), "")
    return Condition(fact, first, None if first in operators.WITHOUT_VALUE else value)


def choosable(catalogue: Catalogue, labels: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Facts under headings, for the list that adds a condition."""
    named = {fact.name: fact.label or wording.fact(fact.name, labels) for fact in catalogue.facts}
    named |= {name: str(label) for name, label in vocabulary.KNOWN.items() if name not in named}
    named |= {source: str(label) for source, label in vocabulary.OPEN.items()}
    found: dict[str, list[tuple[str, str]]] = {}
    for source, words in vocabulary.SOURCES.items():
        options = [(name, label) for name, label in named.items() if vocabulary.heading(name) == source]
        if options:
            # What is still open comes last: first what there is.
            found[str(words)] = sorted(
                options, key=lambda each: (each[0] in vocabulary.OPEN, each[1].casefold())
            )
    return found


def _operators(kind: Kind) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Comparisons under headings, each with the input that stands behind it."""
    called = vocabulary.CALLED.get(kind, {})
    return [
        (
            str(heading),
            [(name, str(called.get(name) or operators.ALL[name]), _input_of(name, kind)) for name in names],
        )
        for heading, names in vocabulary.OPERATORS[kind]
    ]


def _input_of(operator: str, kind: Kind) -> str:
    if operator in operators.WITHOUT_VALUE:
        return "none"
    if operator in operators.RELATIVE_TO_NOW:
        return "days"
    if operator in ("before", "after"):
        return "day"
    return {Kind.COUNTED: "times", Kind.CHOICE: "ticked", Kind.SAMPLE: "share"}.get(kind, "value")


def _clean(text: Any) -> str:
    return text.replace("\0", "").strip() if isinstance(text, str) else ""


#: Buttons of the builder, each with the place that it is about: "up:0.2".
ADD, ADD_GROUP, REMOVE, DOUBLE, UP, DOWN = "add", "add-group", "remove", "double", "up", "down"


def changed(outline: Group, do: str, chosen: str) -> tuple[Group, str] | None:
    """The outline after one of the form's buttons, and which control comes next ("up:0.2"); None for another button.

    `chosen` is the fact that was chosen for a new condition.
    """
    verb, _colon, spelled = do.partition(":")
    place = tuple(int(part) for part in spelled.split(".") if part.isdecimal() and len(part) < 4)
    parts = dict(builder.walk(outline))
    if verb not in (ADD, ADD_GROUP, REMOVE, DOUBLE, UP, DOWN) or place not in parts:
        return None
    is_full = len(parts) >= builder.MOST_PARTS
    if verb in (ADD, ADD_GROUP):
        if not isinstance(parts[place], Group) or is_full or (verb == ADD and not chosen):
            return outline, f"pick:{spelled}"
        part: Part = added_fact(chosen) if verb == ADD else Group("any")
        outline = builder.added(outline, place, part)
        target = (*place, len(outline_at(outline, place)) - 1)
        return outline, f"{'first' if verb == ADD else 'pick'}:{_spelled(target)}"
    if not place:
        return outline, "pick:"
    if verb == REMOVE:
        return builder.removed(outline, place), f"pick:{_spelled(place[:-1])}"
    if verb == DOUBLE:
        below = (*place[:-1], place[-1] + 1)
        return (outline if is_full else builder.doubled(outline, place)), f"first:{_spelled(below)}"
    move = builder.moved_up if verb == UP else builder.moved_down
    outline, place = move(outline, place)
    return outline, f"{verb}:{_spelled(place)}"


def outline_at(outline: Group, place: Place) -> tuple[Part, ...]:
    part = dict(builder.walk(outline))[place]
    return part.parts if isinstance(part, Group) else ()


def _spelled(place: Place) -> str:
    return ".".join(map(str, place))
