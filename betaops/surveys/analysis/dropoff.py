"""Where people leave a survey, question by question: of those to whom a question was shown, whatever way they took. Pure.

A question was shown when its page was, and when its conditions hold for what the person has answered.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition, Page, Panel, Question
from betaops.surveys.engine.knowing import named
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions import SyntaxProblem, parse
from betaops.surveys.expressions.grammar import Call, parts
from betaops.surveys.expressions.values import is_empty

#: Functions that know nothing but what they are given: neither the time nor the survey.
_OF_VALUES = frozenset(("iif", "sum", "avg", "min", "max", "count", "round", "trunc"))
#: Different answers to what conditions name whose questions are remembered.
_MOST_KNOWN = 5000


@dataclass(frozen=True)
class Passage:
    """One response as far as it went. `pages` are the names of those that it was shown."""

    answers: Mapping[str, Any]
    pages: frozenset[str]
    #: Index of the page where an unfinished one stands; None: it came to an end.
    stands_on: int | None
    at: datetime
    seed: str = ""


@dataclass
class DropOff:
    """Responses by name of a question: `shown` to, `answered` of those, `left` at it of those.

    `halted` by name of a page: they answered all that they were shown there, and did not go on."""

    shown: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    halted: Counter[str] = field(default_factory=Counter)

    def add(self, other: "DropOff") -> None:
        self.shown += other.shown
        self.answered += other.answered
        self.left += other.left
        self.halted += other.halted


def drop_off(definition: Definition, passages: Iterable[Passage]) -> DropOff:
    """Of responses to one version of a survey.

    Who stopped on a page left at the question behind the last one that they answered there.
    """
    found, seen = DropOff(), _Seen(definition)
    for passage in passages:
        shown = seen.questions(passage)
        for number, page in enumerate(definition.pages):
            if page.name not in passage.pages or (
                passage.stands_on is not None and number > passage.stands_on
            ):
                continue
            asked = shown[number]
            answered = [each for each in asked if not is_empty(passage.answers.get(each.key))]
            found.shown.update(each.name for each in asked)
            found.answered.update(each.name for each in answered)
            if number == passage.stands_on:
                open_one = _first_open(asked, answered)
                counter = found.halted if open_one is None else found.left
                counter[page.name if open_one is None else open_one.name] += 1
    return found


def _first_open(asked: tuple[Question, ...], answered: list[Question]) -> Question | None:
    """The first unanswered question behind the last answered one, else the first unanswered one."""
    done = {each.name for each in answered}
    last = max((place for place, each in enumerate(asked) if each.name in done), default=-1)
    behind = next((each for each in asked[last + 1 :] if each.name not in done), None)
    return behind or next((each for each in asked if each.name not in done), None)


class _Seen:
    """Which questions of each page somebody sees: looked up once for all who answered the same where it matters."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._keys = _keys(definition)
        self._known: dict[str, tuple[tuple[Question, ...], ...]] = {}

    def questions(self, passage: Passage) -> tuple[tuple[Question, ...], ...]:
        if self._keys is None:
            return self._look(passage)
        key = repr([passage.answers.get(name) for name in self._keys])
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._look(passage)
        return self._known[key]

    def _look(self, passage: Passage) -> tuple[tuple[Question, ...], ...]:
        scene = Scene(self._definition, passage.answers, now=passage.at, seed=passage.seed)
        return tuple(_asked(scene, page) for page in self._definition.pages)


def _asked(scene: Scene, page: Page) -> tuple[Question, ...]:
    """In the order in which this person saw them; what is calculated nobody is asked."""
    return tuple(each for each in scene.questions(page) if each.kind != "expression")


def _keys(definition: Definition) -> tuple[str, ...] | None:
    """The answers that decide what is shown; None where that may be anything."""
    elements: list[Page | Panel | Question] = [*definition.pages, *definition.panels, *definition.questions]
    conditions = [each.visible_if for each in elements if each.visible_if]
    conditions += [each.expression for each in definition.actions.calculated]
    is_involved = (
        any(each.options.get("hideIfChoicesEmpty") is True for each in definition.questions)
        or any(_functions(condition) - _OF_VALUES for condition in conditions)
        or "random" in {definition.options.get("questionOrder"), *_orders(definition)}
    )
    if is_involved:
        return None
    keys: dict[str, None] = {}
    for condition in conditions:
        for name in named(condition):
            question = definition.by_key.get(name)
            keys[question.key if question is not None else name] = None
    return tuple(keys)


def _functions(condition: str) -> set[str]:
    try:
        return {part.name for part in parts(parse(condition)) if isinstance(part, Call)}
    except SyntaxProblem:
        return set()


def _orders(definition: Definition) -> Iterable[Any]:
    return (page.options.get("questionOrder") for page in definition.pages)
