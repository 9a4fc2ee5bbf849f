"""Answers that an address brings along (`?fill.nps=9`), and the first question as links that do. Pure.

Opening such an address saves nothing: the page is shown with the answer chosen, and only sending it keeps it. So
machines that look into mails and open every link in them answer nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from betaops.surveys.definition import Choice, Definition, Question
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
    """None where the survey begins with something that links cannot ask."""
    page = next((each for each in definition.pages if not each.is_start), None)
    asked = [each for each in page.questions if each.kind != "html"] if page and not page.visible_if else []
    if not asked or asked[0].visible_if or asked[0].kind not in AS_LINKS:
        return None
    choices = _choices(asked[0], language)
    if not 2 <= len(choices) <= MOST_LINKS:
        return None
    low, high = (
        asked[0].option_text(name, language) for name in ("minRateDescription", "maxRateDescription")
    )
    return First(asked[0].label(language), PREFIX + asked[0].name, choices, low, high)


def _choices(question: Question, language: str) -> tuple[tuple[str, str], ...]:
    if question.kind == "boolean":
        values = yes_or_no.values(question)
        named = [(yes_or_no.label(question, value, language), code_of(value)) for value in values]
    else:
        offered = scale(question) if question.kind == "rating" else question.choices
        if any(choice.visible_if for choice in offered):
            return ()
        named = [
            (_words(choice, language), code_of(choice.value)) for choice in offered if choice.value != "other"
        ]
    return tuple(named)


def _words(choice: Choice, language: str) -> str:
    return text(choice.text, language) or code_of(choice.value)
