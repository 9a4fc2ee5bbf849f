"""Surveys to begin with, and single questions from a bank: SurveyJS JSON in English and German. Pure.

The System Usability Scale stands in its published words (Brooke 1996), the task load index in its own (NASA, public
domain); all other wording, and all German, is ours. `x-betaops` names the instrument by which an element is scored.
"""

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from betaops.kernel.errors import NotFound
from betaops.surveys.definition import Definition
from betaops.surveys.editing import free_name
from betaops.surveys.localised import DEFAULT, languages, text
from betaops.surveys.reading import read

Json = dict[str, Any]

_PLACE = Path(__file__).parent
#: What English words are called where a survey's own are not.
_ENGLISH = ("", "en", DEFAULT)


@dataclass(frozen=True)
class Ready:
    """A survey to begin with."""

    name: str
    #: What product managers call it, its title for testers, and what it is for; each by language.
    label: Any
    title: Any
    about: Any
    source: Json

    @property
    def definition(self) -> Definition:
        return read(self.source)


@dataclass(frozen=True)
class Shelf:
    """Questions of the bank that belong together."""

    title: Any
    questions: tuple[Json, ...]


@cache
def surveys() -> tuple[Ready, ...]:
    """In the order in which they are offered. The JSON is for reading only: `survey` gives a copy."""
    found = []
    for each in json.loads((_PLACE / "surveys.json").read_text(encoding="utf-8")):
        source = each["definition"]
        for page in source["pages"]:
            page["elements"] = [_expanded(element) for element in page["elements"]]
        found.append(Ready(each["name"], each["label"], source["title"], each["about"], source))
    return tuple(found)


@cache
def bank() -> tuple[Shelf, ...]:
    source = json.loads((_PLACE / "bank.json").read_text(encoding="utf-8"))
    return tuple(Shelf(each["title"], tuple(each["questions"])) for each in source)


def survey(name: str, title: str) -> Json:
    """The survey of that name, called `title`; its own title stays in every language where the author keeps it."""
    for each in surveys():
        if each.name == name:
            source = copy.deepcopy(each.source)
            if title not in each.title.values():
                source["title"] = title
            return source
    raise NotFound


def question(name: str, draft: Json, language: str) -> Json:
    """A question of the bank for this draft: under names that are free there, in the languages that it has.

    `language` is the one that its words are in where the draft says none and has no translations.
    """
    return _renamed(spoken(of_bank(name), draft, language), read(draft))


def spoken(element: Json, draft: Json, language: str) -> Json:
    """Texts in English and German, in the languages that the draft has."""
    known = languages(draft)
    if "de" in known:
        return element
    found: Json = _plain(element, "en" if known else str(draft.get("locale") or language))
    return found


def of_bank(name: str) -> Json:
    """A copy."""
    for shelf in bank():
        for each in shelf.questions:
            if each["name"] == name:
                return copy.deepcopy(each)
    raise NotFound


def _expanded(element: Json) -> Json:
    """`{"bank": "nps", …}` is the question of the bank, with what stands beside it."""
    if "bank" not in element:
        return element
    more = {name: value for name, value in element.items() if name != "bank"}
    return {**of_bank(element["bank"]), **more}


def _plain(value: Any, language: str) -> Any:
    """Without other languages."""
    if isinstance(value, list):
        return [_plain(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    if DEFAULT in value:
        return text(value, DEFAULT if language in _ENGLISH else language)
    return {name: _plain(each, language) for name, each in value.items()}


def _renamed(element: Json, definition: Definition) -> Json:
    element["name"] = free_name(definition, element["name"])
    for inner in element.get("elements", []):
        inner["name"] = free_name(definition, inner["name"])
    return element
