"""Published measures as the builder puts them into a survey, and what of them is the author's to say. Pure.

The wording is that of the bank. What an author says ("parameters") is in words: what it is about, the things that
are compared, a feature. It is kept nowhere but in the element itself, and read from there again.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _
from betaops.surveys import editing
from betaops.surveys.definition import Definition
from betaops.surveys.instruments import INSTRUMENTS, designs
from betaops.surveys.instruments.base import Instrument
from betaops.surveys.kinds.base import code_of
from betaops.surveys.localised import DEFAULT, changed, text
from betaops.surveys.reading import read
from betaops.surveys.ready import of_bank, spoken

Json = dict[str, Any]
Words = dict[str, str]

FEWEST_THINGS, MOST_THINGS = 3, 40
SET_SIZES = (3, 4, 5)
USUAL_SIZE = 4
CSAT_STEPS = (5, 7)
MOST_FEATURES = 20

#: What of the bank's wording is about the author's product, where in the element, by language.
_SUBJECTS: dict[str, tuple[str, Words]] = {
    "nps": ("title", {DEFAULT: "this product", "de": "dieses Produkt"}),
    "csat": ("title", {DEFAULT: "this product", "de": "diesem Produkt"}),
    "pmf": ("title", {DEFAULT: "this product", "de": "dieses Produkt"}),
    "ces": ("title", {DEFAULT: "do what I wanted to do", "de": "zu tun, was ich vorhatte"}),
    "van_westendorp": ("description", {
        DEFAULT: "Per month and person, in the currency you usually pay in",
        "de": "Pro Monat und Person, in der Währung, in der Sie gewöhnlich zahlen",
    }),
}  # fmt: skip
_SET: Words = {DEFAULT: "Set {number} of {of}", "de": "Auswahl {number} von {of}"}
_LONE_SET: Words = {DEFAULT: "One in each row", "de": "Je eine in jeder Zeile"}
_PAIR: Words = {
    DEFAULT: "Which of the two contributed more to the workload of the task?",
    "de": "Was von beidem trug mehr zur Belastung durch die Aufgabe bei?",
}
#: The scales by the names that NASA gave them, in the order in which they are asked.
_SCALES: tuple[Words, ...] = (
    {DEFAULT: "Mental demand", "de": "Geistige Anforderung"},
    {DEFAULT: "Physical demand", "de": "Körperliche Anforderung"},
    {DEFAULT: "Temporal demand", "de": "Zeitliche Anforderung"},
    {DEFAULT: "Performance", "de": "Leistung"},
    {DEFAULT: "Effort", "de": "Anstrengung"},
    {DEFAULT: "Frustration", "de": "Frustration"},
)


def offered() -> tuple[Instrument, ...]:
    """In the order in which the builder shows them."""
    return tuple(INSTRUMENTS.values())


def element(name: str, draft: Json, language: str) -> Json:
    """The measure for this draft, under free names; `NotFound` for one that there is not."""
    found = of_bank(name)
    if name == "maxdiff":
        found = _in_sets(found)
    found = spoken(found, draft, language)
    if name == "maxdiff":
        found["elements"][0]["columns"] = [_by_words(each) for each in found["elements"][0]["columns"]]
    return _under_free_names(found, read(draft))


def parameters(element: Json, name: str) -> dict[str, Any]:
    """What its author can say, by the names of the builder's fields, as the element has it now."""
    found: dict[str, Any] = {}
    if name in _SUBJECTS and (gap := _gap(element, name)) is not None:
        found["subject"] = gap.subject
    if name == "csat" and (steps := _csat_steps(element)) is not None:
        found["steps"] = str(steps)
    if name == "nasa_tlx":
        found["has_pairs"] = len(_inside(element)) > len(_SCALES)
    if name == "kano" and element.get("type") == "panel":
        found["more_features"] = ""
    if name == "maxdiff":
        found["compared"] = editing.choices_as_lines(_compared(element))
        if element.get("type") == "panel":
            found["per_set"] = str(_size(element))
    return found


def changes(element: Json, name: str, said: Mapping[str, Any], draft: Json, language: str) -> Json:
    """Properties to set for what was said; parameters that are missing in `said` stay. `Invalid` where it cannot be."""
    makers: dict[str, Callable[[], Json]] = {
        "subject": lambda: _subject_changes(element, name, said["subject"]),
        "steps": lambda: {"rateMin": 1, "rateMax": int(said["steps"])},
        "has_pairs": lambda: _pair_changes(element, draft, language, is_wanted=bool(said["has_pairs"])),
        "compared": lambda: _thing_changes(element, said, draft, language),
    }
    found: Json = {}
    for parameter, make in makers.items():
        if parameter in said:
            found |= make()
    return found


def further(element: Json, lines: str, draft: Json) -> list[Json]:
    """A pair of questions like this one for each feature, one a line."""
    features = [" ".join(line.split()) for line in lines.splitlines() if line.strip()]
    if len(features) > MOST_FEATURES:
        raise Invalid("too_many", _("At most %(most)s at a time.", most=MOST_FEATURES), field="more_features")
    found = []
    for feature in features:
        new = {**copy.deepcopy(element), "title": feature}
        new = _under_free_names(new, read(draft))
        found.append(new)
        # What comes next must not take these names again.
        draft, _spot = editing.add_ready(draft, "0", new)
    return found


@dataclass(frozen=True)
class _Gap:
    """A text of the bank around what the author says."""

    before: str
    subject: str
    after: str


def _gap(element: Json, name: str) -> _Gap | None:
    """None where the author has other words altogether."""
    where, usual = _SUBJECTS[name]
    words = text(element.get(where))
    for language, phrase in usual.items():
        before, _phrase, after = of_bank(name)[where][language].partition(phrase)
        if words.startswith(before) and words.endswith(after) and len(words) > len(before) + len(after):
            return _Gap(before, words[len(before) : len(words) - len(after)], after)
    return None


def _subject_changes(element: Json, name: str, subject: str) -> Json:
    gap, where = _gap(element, name), _SUBJECTS[name][0]
    subject = " ".join(subject.split())
    if gap is None or not subject or subject == gap.subject:
        return {}
    return {where: changed(element.get(where), f"{gap.before}{subject}{gap.after}")}


def _csat_steps(element: Json) -> int | None:
    """None where the scale is not simply counted from 1."""
    steps = element.get("rateMax", CSAT_STEPS[0])
    is_counted = element.get("type") == "rating" and element.get("rateMin", 1) == 1
    is_plain = not {"rateValues", "rateStep", "rateCount"} & element.keys()
    return steps if is_counted and is_plain and steps in CSAT_STEPS else None


def _in_sets(matrix: Json) -> Json:
    """The bank's one table as the first set of a panel."""
    first = {name: value for name, value in matrix.items() if name not in ("x-betaops", "title")}
    return {
        "type": "panel",
        "name": matrix["name"],
        "x-betaops": matrix["x-betaops"],
        "title": matrix["title"],
        "elements": [{**first, "name": f"{matrix['name']}_set_1", "title": _LONE_SET}],
    }


def _by_words(choice: Json) -> Any:
    """A choice whose value is its words, as one that somebody types."""
    return choice["text"] if isinstance(choice["text"], str) else choice


def _inside(element: Json) -> list[Json]:
    elements = element.get("elements")
    return [each for each in elements if isinstance(each, dict)] if isinstance(elements, list) else []


def _tables(element: Json) -> list[Json]:
    return [each for each in _inside(element) if each.get("type") == "matrix"]


def _compared(element: Json) -> list[Any]:
    """The things of all sets, each once, in the order in which they come."""
    found: Json = {}
    for table in _tables(element) if element.get("type") == "panel" else [element]:
        for column in table.get("columns") or ():
            found.setdefault(code_of(editing.value_of(column)), column)
    return list(found.values())


def _size(element: Json) -> int:
    tables = _tables(element)
    size = len(tables[0].get("columns") or ()) if len(tables) > 1 else USUAL_SIZE
    return size if size in SET_SIZES else USUAL_SIZE


def _thing_changes(element: Json, said: Mapping[str, Any], draft: Json, language: str) -> Json:
    things = editing.choices_from_lines(said["compared"], _compared(element))
    if not FEWEST_THINGS <= len(things) <= MOST_THINGS:
        raise Invalid(
            "not_so_many",
            _("Compare %(fewest)s to %(most)s things, one a line.", fewest=FEWEST_THINGS, most=MOST_THINGS),
            field="compared",
        )
    if element.get("type") != "panel":
        return {"columns": things}
    size = int(said.get("per_set") or _size(element))
    numbers = designs.sets(len(things), size)
    former = _tables(element)
    is_other_number = len(former) != len(numbers)
    names = _names(former, f"{element.get('name')}_set", len(numbers), draft)
    tables = []
    for index, numbers_of_set in enumerate(numbers):
        table = copy.deepcopy(former[min(index, len(former) - 1)])
        table |= {"name": names[index], "columns": [things[number] for number in numbers_of_set]}
        if is_other_number:
            table["title"] = spoken({"title": _set_title(index, len(numbers))}, draft, language)["title"]
        tables.append(table)
    others = [each for each in _inside(element) if each not in former]
    return {"elements": [*tables, *others]}


def _set_title(index: int, of: int) -> Words:
    if of == 1:
        return _LONE_SET
    return {language: words.format(number=index + 1, of=of) for language, words in _SET.items()}


def _pair_changes(element: Json, draft: Json, language: str, *, is_wanted: bool) -> Json:
    inside = _inside(element)
    if is_wanted is (len(inside) > len(_SCALES)):
        return {}
    ratings = inside[: len(_SCALES)]
    if not is_wanted:
        return {"elements": ratings}
    pairs = [
        _pair(first, second)
        for first, second in combinations(
            zip((str(each.get("name")) for each in ratings), _SCALES, strict=True), 2
        )
    ]
    made = [spoken(pair, draft, language) for pair in pairs]
    names = _names([], f"{element.get('name')}_pair", len(made), draft)
    return {"elements": [*ratings, *({**pair, "name": name} for pair, name in zip(made, names, strict=True))]}


def _pair(first: tuple[str, Words], second: tuple[str, Words]) -> Json:
    return {
        "type": "radiogroup",
        "title": _PAIR,
        "isRequired": True,
        "choices": [{"value": name, "text": words} for name, words in (first, second)],
    }


def _names(former: list[Json], base: str, count: int, draft: Json) -> list[str]:
    """Names that are there stay with their place, so that answers stay with them; the others are free ones."""
    kept = [str(each.get("name")) for each in former[:count]]
    taken = editing.taken_names(read(draft)) | {name.lower() for name in kept}
    for _missing in range(count - len(kept)):
        kept.append(editing.free(f"{base}_".lower(), taken, start=1))
        taken.add(kept[-1])
    return kept


def _under_free_names(element: Json, definition: Definition) -> Json:
    """The element and what is inside it, none of them called like anything else."""
    taken = editing.taken_names(definition)
    for each in (element, *_inside(element)):
        name = str(each["name"])
        each["name"] = name if name.lower() not in taken else editing.free(f"{name}_", taken, start=2)
        taken.add(each["name"].lower())
    return element
