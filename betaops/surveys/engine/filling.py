"""Answers that an address brings along (`?fill.nps=9`), and the first question as links that do. Pure.

Opening such an address saves nothing: the page is shown with the answer chosen, and only sending it keeps it. So
machines that look into mails and open every link in them answer nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from betaops.surveys.definition import Choice, Definition, Element, Page, Panel, Question
from betaops.surveys.engine.arms import settled, worded
from betaops.surveys.engine.scene import Scene
from betaops.surveys.kinds import KINDS, Wrong
from betaops.surveys.kinds import boolean as yes_or_no
from betaops.surveys.kinds.base import code_of
from betaops.surveys.kinds.rating import scale
from betaops.surveys.localised import text

PREFIX = "fill."
#: Kinds that a list of links can ask, and how many there may be.
AS_LINKS = ("rating", "boolean", "radiogroup", "dropdown")
MOST_LINKS = 11


@dataclass(frozen=True)
class First:
    """The first question of a survey; `choices` are (words, value), put behind the address under `name`."""

    title: str
    name: str
    choices: tuple[tuple[str, str], ...]
    low: str = ""
    high: str = ""


def filled(scene: Scene, sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the address brings along, by question key; what no answer can be is left out."""
    found: dict[str, Any] = {}
    for question in scene.definition.asked:
        values = [value for value in sent.get(PREFIX + question.name, ()) if value]
        if not values or not scene.is_enabled(question):
            continue
        try:
            value = values if question.kind == "checkbox" else values[0]
            found[question.key] = KINDS[question.kind].clean(question, value, scene)
        except Wrong:
            continue
    return found


def first_question(definition: Definition, language: str) -> First | None:
    """The one that is asked first in the definition's arm, if it has one. None where the survey begins with something
    that links cannot ask."""
    arm = definition.arm
    asked = next(_in_order([page for page in definition.pages if not page.is_start], arm), None)
    if asked is None or asked.kind not in AS_LINKS:
        return None
    choices = _choices(asked, language, arm)
    if not 2 <= len(choices) <= MOST_LINKS:
        return None
    title, low, high = (
        worded(words, arm)
        for words in (
            asked.label(language),
            asked.option_text("minRateDescription", language),
            asked.option_text("maxRateDescription", language),
        )
    )
    return First(title, PREFIX + asked.name, choices, low, high)


def _in_order(elements: Iterable[Page | Element], arm: str) -> Iterator[Question | None]:
    """Questions that are asked in that arm whatever is answered; None where that hangs on something else."""
    for element in elements:
        is_shown = settled(element.visible_if, arm) if element.visible_if or element.is_visible else False
        if isinstance(is_shown, str):
            yield None
        elif is_shown and isinstance(element, Page | Panel):
            yield from _in_order(element.elements, arm)
        elif is_shown and isinstance(element, Question) and element.kind != "html":
            yield element


def _choices(question: Question, language: str, arm: str) -> tuple[tuple[str, str], ...]:
    if question.kind == "boolean":
        values = yes_or_no.values(question)
        named = [(yes_or_no.label(question, value, language), code_of(value)) for value in values]
    else:
        offered = scale(question) if question.kind == "rating" else question.choices
        shown = [(choice, settled(choice.visible_if, arm)) for choice in offered]
        if any(isinstance(is_shown, str) for _choice, is_shown in shown):
            return ()
        named = [
            (worded(_words(choice, language), arm), code_of(choice.value))
            for choice, is_shown in shown
            if is_shown and choice.value != "other"
        ]
    return tuple(named)


def _words(choice: Choice, language: str) -> str:
    return text(choice.text, language) or code_of(choice.value)
