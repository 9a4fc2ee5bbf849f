"""What every kind of question can do with an answer. Pure; its HTML stands in `surveys/fields/`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from betaops.surveys.definition import Choice, Question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import text_of

#: Letters that one written answer may have.
LONGEST_TEXT = 10_000


class Wrong(Exception):
    """The answer cannot stay as it is; `message` tells the person what would do.

    `parts` says it of single fields inside: (what follows the question's name in the field's, the message).
    """

    def __init__(self, message: Any, parts: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(str(message))
        self.message = message
        self.parts = parts


@dataclass(frozen=True)
class Row:
    """One typed part of an answer: what a table of answers holds and counts.

    `row` names the row of a matrix; `code` is what was chosen, `number` what can be averaged, `text` what was written.
    """

    row: str = ""
    code: str = ""
    number: float | None = None
    text: str | None = None


class Kind(Protocol):
    """One type of question."""

    def clean(self, question: Question, value: Any, scene: Scene) -> Any:
        """`value` as it is stored; raises `Wrong`. Never called with an empty one."""

    def rows(self, question: Question, value: Any) -> Iterable[Row]:
        """The typed rows of a cleaned value."""

    def words(self, question: Question, value: Any, language: str) -> str:
        """The answer as a person reads it."""


def code_of(value: Any) -> str:
    """The text by which a choice is known in rows and forms: 1 and "1" are one, true is "true"."""
    return text_of(value)[:200]


def number_or_none(value: Any) -> float | None:
    """A finite number that can be averaged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def chosen(choices: Iterable[Choice], value: Any) -> Choice | None:
    """The choice that `value` means, however it is written (5, "5", 5.0)."""
    if isinstance(value, dict | list) or value is None:
        return None
    code = code_of(value)
    return next((choice for choice in choices if code_of(choice.value) == code), None)


def choice_words(choices: Iterable[Choice], value: Any, language: str) -> str:
    from betaops.surveys.localised import text

    found = chosen(choices, value)
    return (text(found.text, language) if found else "") or text_of(value)
