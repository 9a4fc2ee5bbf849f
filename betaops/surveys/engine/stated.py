"""Every place of a definition where an expression stands, and every name that an action goes by. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import OWN, Choice, Definition, Panel, Question, entry_word
from betaops.surveys.engine import endings
from betaops.surveys.engine.actions import BOUNDS, FILLING, NARROWING, Trigger, expression, line
from betaops.surveys.engine.quotas import screen_out_of

Place = tuple[str | int, ...]

#: Properties of single kinds that are expressions, too.
_CALCULATED = ("totalExpression", "expression")


@dataclass(frozen=True)
class Stated:
    """`source` is the property `property` of what is called `name`; `place` leads to it in the JSON."""

    name: str
    place: Place
    property: str
    source: str


def expressions(definition: Definition) -> Iterator[Stated]:
    """All that the product evaluates."""
    for page in definition.pages:
        if page.visible_if:
            yield Stated(page.name, page.place, "visibleIf", page.visible_if)
    for element in _elements(definition):
        yield from _own_conditions(element)
    for question in definition.every_question:
        yield from _of_question(question)
    for each in definition.actions.calculated:
        yield Stated(each.name, each.place, "expression", each.expression)
    for trigger in definition.actions.triggers:
        yield from _of_trigger(trigger)
    for name in ("completedHtmlOnCondition", "navigateToUrlOnCondition"):
        for index, item in endings.conditional(definition.options, name):
            yield Stated(name, (name, index), "expression", line(item, "expression"))
    if screen_out := screen_out_of(definition):
        yield Stated(_("the survey"), (OWN,), "screenOutIf", screen_out)


def targets(definition: Definition) -> Iterator[tuple[Stated, frozenset[str]]]:
    """Names of questions that actions need (`source`), each with those that it may be."""
    names = frozenset(question.name for question in definition.questions)
    pages = frozenset(page.name for page in definition.pages)
    yield from _lists(definition, names, "")
    for trigger in definition.actions.triggers:
        if trigger.kind == "skip":
            yield Stated(trigger.kind, trigger.place, "gotoName", trigger.target), names
        if trigger.kind == "copyvalue":
            yield Stated(trigger.kind, trigger.place, "fromName", trigger.source), names
        for name in trigger.questions:
            yield Stated(trigger.kind, trigger.place, "questions", name), names
        for name in trigger.pages:
            yield Stated(trigger.kind, trigger.place, "pages", name), pages


def _lists(
    definition: Definition, names: frozenset[str], before: str
) -> Iterator[tuple[Stated, frozenset[str]]]:
    """Questions that offer the choices of another one; inside a panel those beside it are called `panel.name`."""
    for question in definition.questions:
        if name := line(question.options, "choicesFromQuestion"):
            stated = Stated(question.name, question.place, "choicesFromQuestion", name)
            yield stated, names - {before + question.name}
        if question.inner is not None:
            word = entry_word(question)
            inside = {f"{word}.{each.name}" for each in question.inner.questions} if word else set()
            yield from _lists(question.inner, names | inside, f"{word}.")


def _elements(definition: Definition) -> Iterator[Panel | Question]:
    """Panels and questions, also those inside compound ones."""
    yield from definition.panels
    for question in definition.questions:
        yield question
        if question.inner is not None:
            yield from _elements(question.inner)


def _own_conditions(element: Panel | Question) -> Iterator[Stated]:
    named = (
        ("visibleIf", element.visible_if),
        ("enableIf", element.enable_if),
        ("requiredIf", element.required_if),
    )
    for name, source in named:
        if source:
            yield Stated(element.name, element.place, name, source)


def _of_question(question: Question) -> Iterator[Stated]:
    for name in (*FILLING, *BOUNDS, *NARROWING, *_CALCULATED):
        if source := expression(question.options, name):
            yield Stated(question.name, question.place, name, source)
    for name, group in (
        ("choices", question.choices),
        ("rows", question.rows),
        ("columns", question.columns),
    ):
        yield from _of_choices(question, name, group)
    for validator in question.validators:
        if isinstance(written := validator.get("expression"), str):
            yield Stated(question.name, question.place, "validators", written)


def _of_choices(question: Question, name: str, choices: tuple[Choice, ...]) -> Iterator[Stated]:
    for choice in choices:
        for source in (choice.visible_if, choice.enable_if):
            if source:
                yield Stated(question.name, question.place, name, source)


def _of_trigger(trigger: Trigger) -> Iterator[Stated]:
    if trigger.condition or trigger.kind != "copyvalue":
        yield Stated(trigger.kind, trigger.place, "expression", trigger.condition)
    if trigger.kind == "runexpression" and trigger.target:
        yield Stated(trigger.kind, trigger.place, "runExpression", trigger.expression)
