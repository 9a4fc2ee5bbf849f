"""A survey's definition as the product works with it: pages, panels, questions, choices. Pure.

Made from SurveyJS JSON by `reading.read`; the JSON itself is kept beside it and never changed by reading.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from betaops.surveys.engine.actions import Actions, fills, fills_in, is_picky
from betaops.surveys.engine.actions import read as read_actions
from betaops.surveys.engine.steadiness import is_steady
from betaops.surveys.expressions.values import text_of
from betaops.surveys.localised import DEFAULT, languages, text

#: Question types that are asked. Others are kept in the JSON and shown to nobody.
KINDS = (
    "text", "comment", "radiogroup", "checkbox", "dropdown", "boolean", "rating", "html", "matrix", "tagbox",
    "buttongroup", "imagepicker", "ranking", "multipletext", "slider", "expression", "image", "paneldynamic",
    "matrixdynamic", "matrixdropdown", "file",
)  # fmt: skip
#: Of these, what is only looked at.
DISPLAYED = ("html", "image")
#: Types that have a list of answers.
WITH_CHOICES = ("radiogroup", "checkbox", "dropdown", "tagbox", "buttongroup", "imagepicker", "ranking")
#: Types whose answer is made of the answers to questions inside.
COMPOUND = ("multipletext", "paneldynamic", "matrixdynamic", "matrixdropdown")
#: Behind the name of a matrix, what its totals are kept under.
TOTAL = "-total"
#: Our own additions stand under this key, per survey and per element: instrument, trait.
OWN = "x-betaops"


@dataclass(frozen=True)
class Choice:
    """One answer to choose; `value` is any JSON scalar. `is_special` marks other, none, refused, don't know."""

    value: Any
    text: Any
    visible_if: str = ""
    enable_if: str = ""
    is_special: bool = False
    #: Address of its picture, plain or by language.
    image: Any = ""
    #: It is seen and cannot be chosen now; set by a scene.
    is_disabled: bool = False


def by_code(rows: Sequence[Choice]) -> dict[str, tuple[int, Choice]]:
    """Rows with their places, by the text of their values; of two alike, the first."""
    return {text_of(row.value): (index, row) for index, row in reversed(list(enumerate(rows)))}


@dataclass(frozen=True)
class Question:
    """One question (or `html` text). `options` is its JSON with old property names made new."""

    name: str
    kind: str
    #: Where it stands in the JSON: ("pages", 0, "elements", 2).
    place: tuple[str | int, ...]
    options: Mapping[str, Any] = field(repr=False)
    title: Any = ""
    description: Any = ""
    visible_if: str = ""
    enable_if: str = ""
    required_if: str = ""
    is_visible: bool = True
    is_required: bool = False
    is_read_only: bool = False
    choices: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    validators: tuple[Mapping[str, Any], ...] = ()
    #: What one entry of a compound question asks (a panel, a row, the lines of a multiple text): one page.
    inner: "Definition | None" = None

    @property
    def is_asked(self) -> bool:
        """Whether it has an answer at all."""
        return self.kind in KINDS and self.kind not in DISPLAYED

    @property
    def is_drawn(self) -> bool:
        """Whether anybody sees it."""
        return self.kind in KINDS

    @cached_property
    def key(self) -> str:
        """Under which its answer is kept."""
        return str(self.options.get("valueName") or self.name)

    @cached_property
    def comment_key(self) -> str:
        return f"{self.key}-Comment"

    @cached_property
    def lasting_rows(self) -> "Mapping[str, tuple[int, Choice]] | None":
        """Rows with their places, by the text of their values, where the same are always shown in one order."""
        options = self.options
        if options.get("rowsVisibleIf") or options.get("rowOrder") == "random":
            return None
        return None if any(row.visible_if for row in self.rows) else by_code(self.rows)

    @property
    def has_other(self) -> bool:
        return any(choice.is_special and choice.value == "other" for choice in self.choices)

    @property
    def has_comment(self) -> bool:
        """A free text beside the answer."""
        return self.options.get("showCommentArea") is True and not self.has_other

    @property
    def own(self) -> Mapping[str, Any]:
        own = self.options.get(OWN)
        return own if isinstance(own, dict) else {}

    @property
    def instrument(self) -> str:
        """A published measure that this is the item of (see `instruments`), or nothing."""
        return instrument_of(self.options)

    @property
    def trait(self) -> str:
        """Under which name the answer is written down for cohorts; nothing: it is not."""
        return str(self.own.get("trait") or "")

    def label(self, language: str = DEFAULT) -> str:
        return text(self.title, language) or self.name

    def option_text(self, name: str, language: str = DEFAULT) -> str:
        return text(self.options.get(name), language)

    def number(self, name: str) -> float | int | None:
        """A numeric option; None where it is missing or no number."""
        value = self.options.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except ValueError:
            return None
        if not math.isfinite(number):
            return None
        return int(number) if number.is_integer() else number


@dataclass(frozen=True)
class Panel:
    """A group of elements with one condition."""

    name: str
    place: tuple[str | int, ...]
    elements: tuple["Element", ...]
    title: Any = ""
    description: Any = ""
    visible_if: str = ""
    enable_if: str = ""
    required_if: str = ""
    is_visible: bool = True
    is_required: bool = False
    #: A published measure that its questions make up, or nothing.
    instrument: str = ""

    def label(self, language: str = DEFAULT) -> str:
        return text(self.title, language)


def instrument_of(options: Mapping[str, Any]) -> str:
    """The measure that an element says it is."""
    own = options.get(OWN)
    return str(own.get("instrument") or "") if isinstance(own, dict) else ""


Element = Question | Panel


@dataclass(frozen=True)
class Page:
    """What is asked on one screen."""

    name: str
    place: tuple[str | int, ...]
    elements: tuple[Element, ...]
    title: Any = ""
    description: Any = ""
    visible_if: str = ""
    is_visible: bool = True
    #: The opening text of a survey: not counted, nothing to go back to.
    is_start: bool = False
    #: Its JSON with old property names made new; empty where it was put together from others.
    options: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(_questions(self.elements))


@dataclass(frozen=True)
class Definition:
    """A whole survey."""

    options: Mapping[str, Any] = field(repr=False)
    pages: tuple[Page, ...]
    title: Any = ""
    description: Any = ""
    #: What reading could not make sense of, in words, with the place.
    oddities: tuple["Oddity", ...] = ()
    #: The arm of whoever answers it (see `engine.arms`); empty: the survey has none, or it is read for nobody yet.
    arm: str = ""

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for page in self.pages for question in page.questions)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """Questions with an answer; of two with one name, the first."""
        seen: dict[str, Question] = {}
        for question in self.questions:
            if question.is_asked:
                seen.setdefault(question.name, question)
        return tuple(seen.values())

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        return {question.name: question for question in self.asked}

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """The first question whose answer is kept under a name, in small letters: conditions do not mind case."""
        found: dict[str, Question] = {}
        for question in self.asked:
            found.setdefault(question.key.lower(), question)
        return found

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for page in self.pages for panel in _panels(page.elements))

    @cached_property
    def actions(self) -> Actions:
        """What it calculates and triggers."""
        return read_actions(self.options)

    @cached_property
    def acts(self) -> bool:
        """Whether it ever changes an answer by itself."""
        return (
            bool(self.actions.triggers)
            or self.clears_at_once
            or any(fills(each.options, each.kind, each.choices) or acts_inside(each) for each in self.asked)
        )

    @property
    def clears_at_once(self) -> bool:
        """Whether answers go as soon as their questions are hidden, unless a question says otherwise."""
        return self.options.get("clearInvisibleValues") in ("onHidden", "onHiddenContainer")

    @cached_property
    def worded(self) -> "Definition":
        """With the words of every choice where it can be chosen: for reading answers, not for asking."""
        from betaops.surveys.carrying import worded

        return worded(self)

    @cached_property
    def switches_off(self) -> bool:
        """Whether any choice is seen at times when it cannot be chosen."""
        return any(switches_off(question) for question in self.every_question)

    @cached_property
    def every_question(self) -> tuple[Question, ...]:
        """Also those inside compound ones, however deep."""
        found: list[Question] = []
        for question in self.questions:
            found.append(question)
            found += question.inner.every_question if question.inner else ()
        return tuple(found)

    @cached_property
    def computed(self) -> tuple[Question, ...]:
        """Questions whose answer, or a part of it, is calculated from others."""
        return tuple(question for question in self.asked if _is_computed(question))

    @cached_property
    def has_files(self) -> bool:
        """Whether anything in it takes files."""
        return any(question.kind == "file" for question in self.every_question)

    @cached_property
    def shows_progress(self) -> bool:
        """On, off, or where the author says nothing: whenever there is more than one page."""
        said = self.options.get("showProgressBar")
        return len(self.pages) > 1 if said is None else said not in (False, "off")

    @cached_property
    def may_go_back(self) -> bool:
        return self.options.get("showPrevButton") is not False

    @cached_property
    def wants_review(self) -> bool:
        """People look at all their answers once more before they send them."""
        said = self.options.get("showPreviewBeforeComplete")
        return said is True or said in ("showAllQuestions", "showAnsweredQuestions")

    @cached_property
    def is_steady(self) -> bool:
        """Whether all who begin it see the same."""
        return is_steady(self.options)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes that anything in it is written in, besides the default."""
        return tuple(sorted(languages(dict(self.options))))

    @cached_property
    def minutes(self) -> int:
        """About how long it takes: 8 s a choice, 30 s a free text, at least one minute."""
        seconds = sum(
            30 if question.kind == "comment" else 8 * max(1, len(question.rows)) for question in self.asked
        )
        return max(1, round(seconds / 60))

    def option_text(self, name: str, language: str = DEFAULT) -> str:
        return text(self.options.get(name), language)


@dataclass(frozen=True)
class Oddity:
    """Something in the JSON that is not asked or not as it should be; `code` is for programs."""

    code: str
    name: str
    place: tuple[str | int, ...]
    detail: str = ""


def entry_word(question: Question) -> str:
    """By which word what stands inside a compound question is named there (`panel.age`); empty where by none."""
    return {"paneldynamic": "panel", "multipletext": ""}.get(question.kind, "row")


def acts_inside(question: Question, clears_at_once: bool = False) -> bool:
    """Whether anything in its entries, however deep, changes by itself; `clears_at_once`: where it is hidden, too."""
    return question.inner is not None and any(
        clears_at_once
        or fills_in(each.options)
        or each.options.get("clearIfInvisible") in ("onHidden", "onHiddenContainer")
        or is_picky(each.options, each.choices)
        or acts_inside(each)
        for each in question.inner.asked
    )


def switches_off(question: Question) -> bool:
    """Whether any of its choices has a condition of being chosen."""
    return bool(question.options.get("choicesEnableIf")) or any(each.enable_if for each in question.choices)


def has_total(column: Question) -> bool:
    """Whether a column of a matrix is summed up in a row of its own."""
    return column.options.get("totalType") in ("sum", "count", "min", "max", "avg") or isinstance(
        column.options.get("totalExpression"), str
    )


def _is_computed(question: Question) -> bool:
    if question.kind == "expression":
        return True
    inside = question.inner
    return inside is not None and (bool(inside.computed) or any(map(has_total, inside.asked)))


def _questions(elements: tuple[Element, ...]) -> Iterator[Question]:
    for element in elements:
        if isinstance(element, Panel):
            yield from _questions(element.elements)
        else:
            yield element


def _panels(elements: tuple[Element, ...]) -> Iterator[Panel]:
    for element in elements:
        if isinstance(element, Panel):
            yield element
            yield from _panels(element.elements)
