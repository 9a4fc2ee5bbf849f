"""What published measures have in common: which answers they are made of, and how what they say is held. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from betaops.kernel.i18n import gettext as _
from betaops.surveys.analysis.scales import FEW, Bar, Score
from betaops.surveys.definition import Choice, Element, Panel, Question
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.kinds.rating import scale
from betaops.surveys.kinds.text import NUMERIC, input_type
from betaops.surveys.localised import DEFAULT, text

Value = TypeVar("Value", bound=Hashable)

#: One person's answer to one item: the code chosen, a number written, or nothing.
Cell = str | float | None
#: What was answered to all items, and how many people answered just so.
Pattern = tuple[Sequence[Cell], int]


class Misfit(Exception):
    """The element does not have the shape of its instrument; the message says what would."""


@dataclass(frozen=True)
class Item:
    """One thing that is answered: a question, or one row of a matrix."""

    question: str
    row: str
    label: str
    #: (code, label) of its answers in their order; none where a number is written.
    codes: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        return not self.codes

    def position(self, cell: Cell) -> int | None:
        """Which of its answers, counted from 0; None for none of them."""
        return next((at for at, (code, _label) in enumerate(self.codes) if code == cell), None)


@dataclass(frozen=True)
class Point:
    """A place in a drawing: x in its own unit, y a share."""

    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """One line of a drawing."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Reading:
    """What an instrument says. The first score is the headline; `n` are the people it was made from."""

    n: int
    scores: tuple[Score, ...] = ()
    #: People who answered only a part, or what cannot be scored.
    left_out: int = 0
    #: A grade or category in words, and what to mind.
    verdict: str = ""
    notes: tuple[str, ...] = ()
    #: People by group.
    bars: tuple[Bar, ...] = ()
    #: A score for each part of the measure.
    parts: tuple[Score, ...] = ()
    curves: tuple[Curve, ...] = ()

    @property
    def is_thin(self) -> bool:
        return 0 < self.n < FEW


@dataclass(frozen=True)
class Instrument:
    """`fit` gives the items of an element or raises `Misfit`; `read` scores what people answered to them."""

    name: str
    title: str
    #: What it measures, and how much it asks, in one line.
    about: str
    #: Where its scoring is published.
    source: str
    fit: Callable[[Element, str], tuple[Item, ...]]
    read: Callable[[Sequence[Item], Sequence[Pattern]], Reading]


def asked(element: Element) -> Iterator[Question]:
    """The questions of an element that can be scored; free texts and passages beside them are not."""
    if isinstance(element, Panel):
        for each in element.elements:
            yield from asked(each)
    elif element.is_asked and element.kind != "comment":
        yield element


def items(element: Element, language: str = DEFAULT) -> tuple[Item, ...]:
    """Every item of an element, in their order."""
    return tuple(item for question in asked(element) for item in _items(question, language))


def ascending(item: Item) -> bool:
    """Whether its answers are numbers that rise from the first to the last."""
    try:
        numbers = [float(code) for code, _label in item.codes]
    except ValueError:
        return False
    return numbers == sorted(set(numbers))


def one_scale(element: Element, language: str, steps: Sequence[int], sentence: str) -> tuple[Item, ...]:
    """The single item of an element, a rising scale with so many steps; `Misfit(sentence)` otherwise."""
    found = items(element, language)
    if len(found) != 1 or found[0].row or len(found[0].codes) not in steps or not ascending(found[0]):
        raise Misfit(sentence)
    return found


def likert(element: Element, language: str, rows: int, steps: int, sentence: str) -> tuple[Item, ...]:
    """So many items that are all answered on one scale of so many steps."""
    found = items(element, language)
    scales = {tuple(code for code, _label in item.codes) for item in found}
    if len(found) != rows or len(scales) != 1 or any(len(item.codes) != steps for item in found):
        raise Misfit(sentence)
    if any(code.lstrip("-").isdigit() for code, _label in found[0].codes) and not ascending(found[0]):
        raise Misfit(_("Its scale must rise: from the lowest number to the highest."))
    return found


def positions(asked_items: Sequence[Item], cells: Sequence[Cell]) -> list[int] | None:
    """Where each answer stands on its scale; None as soon as one is missing."""
    found = [item.position(cell) for item, cell in zip(asked_items, cells, strict=True)]
    return None if None in found else [at for at in found if at is not None]


def tallied(
    asked_items: Sequence[Item], patterns: Sequence[Pattern], value: Callable[[Sequence[int]], Value]
) -> tuple[Counter[Value], int]:
    """How many people come to which `value` of their positions, and how many left something out."""
    found: Counter[Value] = Counter()
    left_out = 0
    for cells, count in patterns:
        places = positions(asked_items, cells)
        if places is None:
            left_out += count
        else:
            found[value(places)] += count
    return found, left_out


def _items(question: Question, language: str) -> Iterator[Item]:
    title = question.label(language)
    if question.kind == "matrix":
        if takes_several(question):
            raise Misfit(_("Each row must take one answer, not several."))
        for row in question.rows:
            label = text(row.text, language) or code_of(row.value)
            yield Item(question.name, code_of(row.value), label, _codes(question.columns, language))
    elif question.kind == "rating":
        steps = scale(question)
        yield Item(question.name, "", title, _codes(steps, language))
    elif question.kind in ("radiogroup", "dropdown"):
        plain = tuple(choice for choice in question.choices if not choice.is_special)
        yield Item(question.name, "", title, _codes(plain, language))
    elif question.kind == "text" and input_type(question) in NUMERIC:
        low, high = question.number("min"), question.number("max")
        yield Item(question.name, "", title, (), low, high)
    else:
        raise Misfit(_("“%(name)s” is of a kind that it cannot score.", name=question.name))


def _codes(choices: Sequence[Choice], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((code_of(each.value), text(each.text, language) or code_of(each.value)) for each in choices)
