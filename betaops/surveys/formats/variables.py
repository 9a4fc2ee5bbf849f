"""Questions as an analyst counts them: numbers with their labels, a variable for each box to tick, texts. Pure.

What was answered is looked through once before (`see`): how long texts are and what was chosen that no version offers
stand at the head of a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Choice, Question
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.formats import sheets
from betaops.surveys.formats.spss import LONGEST_STRING, Format, Measure, Variable
from betaops.surveys.kinds.base import code_of, number_or_none
from betaops.surveys.kinds.boolean import label as boolean_label
from betaops.surveys.kinds.boolean import values as boolean_values
from betaops.surveys.kinds.matrix import takes_several
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text

#: Special answers that say nothing about what was asked: missing values, by these numbers.
NO_ANSWERS: dict[str, float] = {"refused": -98, "dontknow": -99}
_SEVERAL = ("checkbox", "tagbox")
_ONE = ("radiogroup", "dropdown", "buttongroup")


class Column(Protocol):
    """One column of a sheet, as variables."""

    def see(self, answers: Mapping[str, Any]) -> None:
        """Take note of one response's answers."""

    def variables(self) -> list[Variable]:
        """With names as they are wished for; see `spss.names`."""

    def values(self, answers: Mapping[str, Any]) -> list[Any]:
        """A number, a text or None for each variable."""


def columns(questions: Iterable[Question], language: str) -> list[Column]:
    """In the order of `sheets.columns`."""
    return [
        _column(head, question, part, language)
        for head, question, part in sheets.columns(questions, language)
    ]


def _column(head: str, question: Question, part: str, language: str) -> Column:
    if part == "#comment":
        return Words(head, question, part, language)
    if question.kind == "matrix" and part and not takes_several(question):
        return Codes(head, question, part, _codes(question.columns, language))
    if question.kind == "rating":
        return Codes(head, question, part, _rated(question, language), Measure.SCALE)
    if question.kind == "boolean":
        return Codes(head, question, part, _yes_and_no(question, language))
    if question.kind in _ONE and question.choices:
        return Codes(head, question, part, _codes(question.choices, language))
    if question.kind in _SEVERAL and question.choices:
        return Boxes(head, question, language)
    if question.kind == "text" and question.options.get("inputType") in ("number", "range"):
        return Numbers(head, question)
    return Words(head, question, part, language)


class Codes:
    """One answer out of several, as a number with a label."""

    def __init__(
        self,
        head: str,
        question: Question,
        part: str,
        codes: Mapping[str, tuple[float, str]],
        measure: Measure = Measure.NOMINAL,
    ) -> None:
        self._head, self._question, self._part, self._measure = head, question, part, measure
        self._numbers = {code: number for code, (number, _label) in codes.items()}
        self._labels = {number: label for number, label in codes.values() if label}

    def see(self, answers: Mapping[str, Any]) -> None:
        """What no version offers gets a number of its own."""
        value = self._answer(answers)
        code = code_of(value)
        if value is not None and code not in self._numbers:
            number = float(max([0.0, *self._numbers.values()]) // 1 + 1)
            self._numbers[code], self._labels[number] = number, code

    def variables(self) -> list[Variable]:
        missing = tuple(number for number in NO_ANSWERS.values() if number in self._labels)
        is_whole = all(number == int(number) for number in self._numbers.values())
        return [
            Variable(
                f"{self._question.name}_{self._part}" if self._part else self._question.name,
                self._head,
                labels=self._labels,
                missing=missing,
                measure=self._measure,
                format=Format.WHOLE if is_whole else Format.DECIMAL,
            )
        ]

    def values(self, answers: Mapping[str, Any]) -> list[Any]:
        return [self._numbers.get(code_of(self._answer(answers)))]

    def _answer(self, answers: Mapping[str, Any]) -> Any:
        value = answers.get(self._question.key)
        if self._part:
            value = value.get(self._part) if isinstance(value, dict) else None
        return None if is_empty(value) or isinstance(value, dict | list) else value


class Boxes:
    """Several answers: each is a variable of its own, 1 where it was ticked, 0 where the question was answered without it."""

    def __init__(self, head: str, question: Question, language: str) -> None:
        self._head, self._question = head, question
        self._labels = {code_of(choice.value): text(choice.text, language) for choice in question.choices}
        self._words = {0.0: _("Not chosen"), 1.0: _("Chosen")}

    def see(self, answers: Mapping[str, Any]) -> None:
        for code in self._chosen(answers) or ():
            self._labels.setdefault(code, code)

    def variables(self) -> list[Variable]:
        return [
            Variable(
                f"{self._question.name}_{code}", f"{self._head}: {label or code}"[:1000], labels=self._words
            )
            for code, label in self._labels.items()
        ]

    def values(self, answers: Mapping[str, Any]) -> list[Any]:
        chosen = self._chosen(answers)
        return [None if chosen is None else int(code in chosen) for code in self._labels]

    def _chosen(self, answers: Mapping[str, Any]) -> set[str] | None:
        value = answers.get(self._question.key)
        if is_empty(value):
            return None
        return {code_of(each) for each in (value if isinstance(value, list) else [value])}


class Numbers:
    """A number that was written."""

    def __init__(self, head: str, question: Question) -> None:
        self._head, self._question = head, question

    def see(self, answers: Mapping[str, Any]) -> None:
        """Numbers need no look before."""

    def variables(self) -> list[Variable]:
        return [
            Variable(self._question.name, self._head, measure=Measure.SCALE, format=Format.DECIMAL),
        ]

    def values(self, answers: Mapping[str, Any]) -> list[Any]:
        return [number_or_none(answers.get(self._question.key))]


class Words:
    """Whatever else, as a sheet shows it."""

    def __init__(self, head: str, question: Question, part: str, language: str) -> None:
        self._head, self._question, self._part = head, question, part
        self._rows = sheets.Rows([(head, question, part)], language)
        self._width = 1

    def see(self, answers: Mapping[str, Any]) -> None:
        words = self._text(answers)
        if words is not None:
            self._width = max(self._width, min(len(words.encode("utf-8", "replace")), LONGEST_STRING))

    def variables(self) -> list[Variable]:
        part = self._part.removeprefix("#")
        name = f"{self._question.name}_{part}" if part else self._question.name
        return [Variable(name, self._head, width=self._width)]

    def values(self, answers: Mapping[str, Any]) -> list[Any]:
        return [self._text(answers)]

    def _text(self, answers: Mapping[str, Any]) -> str | None:
        value = self._rows.cells(answers)[0]
        return None if is_empty(value) else str(value).replace("\0", "")


def _codes(choices: Sequence[Choice], language: str) -> dict[str, tuple[float, str]]:
    """Numbers of choices: their own where all have whole ones, else from 1 on in their order."""
    own = [choice for choice in choices if not (choice.is_special and choice.value in NO_ANSWERS)]
    numbers = [_whole(choice.value) for choice in own if not choice.is_special]
    has_numbers = bool(numbers) and all(
        number is not None and number not in NO_ANSWERS.values() for number in numbers
    )
    further = int(max((number for number in numbers if number is not None), default=0)) if has_numbers else 0
    found: dict[str, tuple[float, str]] = {}
    for choice in own:
        number = _whole(choice.value) if has_numbers else None
        if number is None:
            further += 1
            number = float(further)
        found[code_of(choice.value)] = (number, text(choice.text, language) or code_of(choice.value))
    for choice in choices:
        if choice.is_special and choice.value in NO_ANSWERS:
            found[code_of(choice.value)] = (
                NO_ANSWERS[choice.value],
                text(choice.text, language) or choice.value,
            )
    return found


def _whole(value: Any) -> float | None:
    """1 and "1" are a number, true and "1.5" are none."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).lstrip("-").isdecimal():
        return None
    return float(value) if len(str(value)) < 12 else None


def _rated(question: Question, language: str) -> dict[str, tuple[float, str]]:
    """Steps; those without words of their own are named at the ends only."""
    steps = scale(question)
    numbers = [number_or_none(step.value) for step in steps]
    if any(number is None for number in numbers):
        return _codes(steps, language)
    ends = {
        0: question.option_text("minRateDescription", language),
        len(steps) - 1: question.option_text("maxRateDescription", language),
    }
    found = {}
    for place, (step, number) in enumerate(zip(steps, numbers, strict=True)):
        words = text(step.text, language)
        label = ends.get(place, "") if words in ("", code_of(step.value)) else words
        found[code_of(step.value)] = (number or 0.0, label)
    return found


def _yes_and_no(question: Question, language: str) -> dict[str, tuple[float, str]]:
    yes, no = boolean_values(question)
    return {
        code_of(no): (0.0, boolean_label(question, no, language)),
        code_of(yes): (1.0, boolean_label(question, yes, language)),
    }
