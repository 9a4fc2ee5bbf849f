"""What the builder does to a draft: JSON in, JSON out, everything unknown kept. Pure.

Elements are addressed by a *spot*: page and position, and positions inside panels, "0.2.1".
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from betaops.kernel.errors import NotFound
from betaops.surveys.definition import Definition
from betaops.surveys.localised import changed, text
from betaops.surveys.reading import ALIASES, read

Draft = dict[str, Any]

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 40

#: What the builder offers, and the JSON each begins with.
NEW: dict[str, dict[str, Any]] = {
    "radiogroup": {"type": "radiogroup", "choices": [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}]},
    "checkbox": {"type": "checkbox", "choices": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}]},
    "dropdown": {"type": "dropdown", "choices": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}]},
    "rating": {"type": "rating", "rateMin": 1, "rateMax": 5},
    "boolean": {"type": "boolean"},
    "text": {"type": "text"},
    "comment": {"type": "comment"},
    "matrix": {
        "type": "matrix", "columns": [1, 2, 3, 4, 5],
        "rows": [{"value": "first", "text": "First"}, {"value": "second", "text": "Second"}],
    },
    "ranking": {"type": "ranking", "choices": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}]},
    "tagbox": {"type": "tagbox", "choices": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}]},
    "buttongroup": {"type": "buttongroup", "choices": [{"value": "yes", "text": "Yes"}, {"value": "no", "text": "No"}]},
    "imagepicker": {
        "type": "imagepicker", "showLabel": True,
        "choices": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}],
    },
    "slider": {"type": "slider", "min": 0, "max": 100},
    "multipletext": {"type": "multipletext", "items": [{"name": "first", "title": "First"}]},
    "paneldynamic": {"type": "paneldynamic", "panelCount": 1, "templateElements": []},
    "matrixdropdown": {
        "type": "matrixdropdown", "cellType": "text", "columns": [{"name": "first", "title": "First"}],
        "rows": [{"value": "one", "text": "One"}, {"value": "two", "text": "Two"}],
    },
    "matrixdynamic": {
        "type": "matrixdynamic", "cellType": "text", "rowCount": 1, "columns": [{"name": "first", "title": "First"}],
    },
    "file": {"type": "file"},
    "expression": {"type": "expression", "expression": "0"},
    "image": {"type": "image", "imageLink": ""},
    "html": {"type": "html", "html": ""},
    "panel": {"type": "panel", "elements": []},
}  # fmt: skip


def empty(title: str) -> Draft:
    """A survey with one page."""
    return {"title": title, "pages": [{"name": "page1", "elements": []}]}


def spot_of(place: tuple[str | int, ...]) -> str:
    """("pages", 0, "elements", 2) is "0.2"; a survey without pages has one, 0."""
    numbers = [str(part) for part in place if isinstance(part, int)]
    return ".".join(numbers if place[:1] == ("pages",) else ["0", *numbers])


def element_at(draft: Mapping[str, Any], spot: str) -> Draft:
    """The JSON at a spot (page or element); `NotFound` where there is none."""
    draft = _paged(draft)
    *way, last = _path(spot)
    item = _list_at(draft, way)
    if not 0 <= last < len(item) or not isinstance(item[last], dict):
        raise NotFound
    return copy.deepcopy(item[last])


def add_page(draft: Mapping[str, Any]) -> tuple[Draft, str]:
    new = _paged(draft)
    taken = {str(page.get("name")) for page in new["pages"] if isinstance(page, dict)}
    new["pages"].append({"name": free("page", taken, start=len(new["pages"]) + 1), "elements": []})
    return new, str(len(new["pages"]) - 1)


def add_element(draft: Mapping[str, Any], spot: str, kind: str, title: str) -> tuple[Draft, str]:
    """Put a new element at the end of the page or panel at `spot`; gives the new draft and where it is."""
    if kind not in NEW:
        raise NotFound
    new = _paged(draft)
    element = copy.deepcopy(NEW[kind])
    element["name"] = free_name(read(new), title or kind)
    if title and kind != "html":
        element["title"] = title
    if kind == "html":
        element["html"] = title
    inside = _list_at(new, _path(spot))
    inside.append(element)
    return new, f"{spot}.{len(inside) - 1}"


def add_ready(draft: Mapping[str, Any], spot: str, element: Draft) -> tuple[Draft, str]:
    """Put an element as it is at the end of the page or panel at `spot`; its names must be free."""
    new = _paged(draft)
    inside = _list_at(new, _path(spot))
    inside.append(element)
    return new, f"{spot}.{len(inside) - 1}"


def add_after(draft: Mapping[str, Any], spot: str, elements: list[Draft]) -> Draft:
    """Put elements as they are right behind the one at `spot`; their names must be free."""
    new = _paged(draft)
    *way, last = _path(spot)
    _list_at(new, way)[last + 1 : last + 1] = elements
    return new


def change(draft: Mapping[str, Any], spot: str, values: Mapping[str, Any]) -> Draft:
    """Set properties of the page or element at `spot`; None takes one away. Old names of the same go."""
    new = _paged(draft)
    *way, last = _path(spot)
    inside = _list_at(new, way)
    if not 0 <= last < len(inside) or not isinstance(inside[last], dict):
        raise NotFound
    inside[last] = _changed(inside[last], values)
    return new


def change_survey(draft: Mapping[str, Any], values: Mapping[str, Any]) -> Draft:
    """Set properties of the survey itself."""
    return _changed(_paged(draft), values)


def remove(draft: Mapping[str, Any], spot: str) -> Draft:
    new = _paged(draft)
    *way, last = _path(spot)
    inside = _list_at(new, way)
    if not 0 <= last < len(inside) or (not way and len(inside) == 1):
        raise NotFound
    del inside[last]
    return new


def move(draft: Mapping[str, Any], spot: str, step: int) -> tuple[Draft, str]:
    """One up (-1) or down (1); at the end of a page on to the next page. Stays where there is nowhere to go."""
    new = _paged(draft)
    *way, last = _path(spot)
    inside = _list_at(new, way)
    if not 0 <= last < len(inside):
        raise NotFound
    target = last + step
    if 0 <= target < len(inside):
        inside[last], inside[target] = inside[target], inside[last]
        return new, ".".join(str(part) for part in (*way, target))
    if len(way) != 1 or not 0 <= way[0] + step < len(new["pages"]):
        return new, spot
    other = _list_at(new, [way[0] + step])
    position = len(other) if step < 0 else 0
    other.insert(position, inside.pop(last))
    return new, f"{way[0] + step}.{position}"


def put(draft: Mapping[str, Any], spot: str, before: str) -> tuple[Draft, str]:
    """Take the element at `spot` and put it before what stands at `before`, which may be one past a list's end.

    Gives the new draft and where the element is now; `NotFound` where there is no such place, or it is inside of the
    element itself. Pages stay among pages, elements inside of pages.
    """
    new = _paged(draft)
    (*way, last), (*to_way, to) = _path(spot), _path(before)
    source, target = _list_at(new, way), _list_at(new, to_way)
    is_inside_itself = to_way[: len(way) + 1] == [*way, last]
    if (
        not 0 <= last < len(source)
        or not 0 <= to <= len(target)
        or bool(way) is not bool(to_way)
        or is_inside_itself
    ):
        raise NotFound
    if source is target and to > last:
        to -= 1
    elif to_way[: len(way)] == way and len(to_way) > len(way) and to_way[len(way)] > last:
        # It is taken from a list that the way to its new place leads through.
        to_way[len(way)] -= 1
    element = source.pop(last)
    target.insert(to, element)
    return new, ".".join(str(part) for part in (*to_way, to))


def free_name(definition: Definition, words: str) -> str:
    """A name made of `words` that no element has; names stay when titles change, answers hang on them."""
    base = _NOT_IN_NAMES.sub("_", words.lower()).strip("_")[:LONGEST_NAME].strip("_") or "question"
    taken = taken_names(definition)
    return base if base not in taken else free(f"{base}_", taken, start=2)


def taken_names(definition: Definition) -> set[str]:
    """Of questions and panels, in small letters."""
    taken = {question.name.lower() for question in definition.questions}
    return taken | {panel.name.lower() for panel in definition.panels}


def choices_as_lines(choices: Any) -> str:
    """Choices for a text field: one a line, "value | text" where the two differ."""
    lines = []
    for choice in choices if isinstance(choices, list) else ():
        value = value_of(choice)
        words = text(choice.get("text")) if isinstance(choice, dict) else ""
        if value is not None:
            lines.append(f"{value} | {words}" if words and words != str(value) else str(value))
    return "\n".join(lines)


def value_of(choice: Any) -> Any:
    """Of a choice, however it is written."""
    return choice.get("value") if isinstance(choice, dict) else choice


def choices_from_lines(lines: str, former: Any) -> list[Any]:
    """What was written, with everything kept that a former choice of the same value had besides."""
    known = {str(choice.get("value")): choice for choice in former or () if isinstance(choice, dict)}
    plain = {str(choice): choice for choice in former or () if not isinstance(choice, dict | list)}
    found: dict[str, Any] = {}
    for line in lines.splitlines():
        value, bar, words = (part.strip() for part in line.partition("|"))
        if not value and not words:
            continue
        value = value or words
        if value in known:
            kept = known[value]
            found[value] = {**kept, "text": changed(kept.get("text"), words or value)} if bar else dict(kept)
        else:
            typed = plain.get(value, value)
            found[value] = {"value": typed, "text": words} if words and words != value else typed
    return list(found.values())


def pictures_as_lines(choices: Any) -> str:
    """Choices with their pictures for a text field: "value | text | address"."""
    lines = []
    for choice in choices if isinstance(choices, list) else ():
        line = choices_as_lines([choice])
        address = text(choice.get("imageLink")) if isinstance(choice, dict) else ""
        if line and address:
            line = f"{line if '|' in line else f'{line} | {line}'} | {address}"
        if line:
            lines.append(line)
    return "\n".join(lines)


def pictures_from_lines(lines: str, former: Any) -> list[Any]:
    """The other way round; a line without an address keeps none."""
    cut = [[part.strip() for part in line.split("|", 2)] for line in lines.splitlines() if line.strip()]
    found = choices_from_lines("\n".join(" | ".join(parts[:2]) for parts in cut), former)
    addresses = {parts[0] or parts[1]: parts[2] for parts in cut if len(parts) == 3 and parts[2]}
    for index, choice in enumerate(found):
        new = dict(choice) if isinstance(choice, dict) else {"value": choice}
        address = addresses.get(str(new.get("value")))
        new["imageLink"] = changed(new.get("imageLink"), address) if address else None
        found[index] = {name: value for name, value in new.items() if value is not None}
    return found


def names_as_lines(items: Any) -> str:
    """Lines of a multiple text, or columns of a table: "name | title" where the two differ."""
    return choices_as_lines([_renamed(item, "name", "title", "value", "text") for item in _items(items)])


def names_from_lines(lines: str, former: Any) -> list[Any]:
    """The other way round, with everything kept that one of the same name had besides."""
    known = [_renamed(item, "name", "title", "value", "text") for item in _items(former)]
    found = choices_from_lines(lines, known)
    return [_renamed(item, "value", "text", "name", "title") for item in found]


def _items(items: Any) -> list[dict[str, Any]]:
    found = items if isinstance(items, list) else []
    return [
        item if isinstance(item, dict) else {"name": str(item)}
        for item in found
        if not isinstance(item, list)
    ]


def _renamed(item: Any, name: str, words: str, new_name: str, new_words: str) -> dict[str, Any]:
    """A choice as a column, or a column as a choice; other properties stay."""
    if not isinstance(item, dict):
        return {new_name: str(item)}
    names: dict[str, str] = {name: new_name, words: new_words}
    return {names.get(str(key), str(key)): value for key, value in item.items()}


def _changed(item: Mapping[str, Any], values: Mapping[str, Any]) -> Draft:
    new = {
        name: value for name, value in item.items() if ALIASES.get(name, name) not in values or name in values
    }
    for name, value in values.items():
        if value is None:
            new.pop(name, None)
        else:
            new[name] = value
    return new


def _paged(draft: Mapping[str, Any]) -> Draft:
    """A copy whose pages are a list of objects with `elements`, as new definitions have them."""
    new = copy.deepcopy(dict(draft))
    pages = new.get("pages")
    if not isinstance(pages, list) or not pages:
        elements = new.pop("elements", None) or new.pop("questions", None) or []
        new["pages"] = [{"name": "page1", "elements": elements if isinstance(elements, list) else []}]
    for page in new["pages"]:
        _modern(page)
    return new


def _modern(item: Any) -> None:
    if not isinstance(item, dict):
        return
    inside = _inside_of(item)
    for former in ("questions", "elements"):
        if former in item and inside not in item:
            item[inside] = item.pop(former)
    for element in item[inside] if isinstance(item.get(inside), list) else ():
        _modern(element)


def _inside_of(item: Mapping[str, Any]) -> str:
    """The property with what stands inside an element."""
    return "templateElements" if item.get("type") == "paneldynamic" else "elements"


def _list_at(draft: Draft, way: list[int]) -> list[Any]:
    """The list of pages, or of elements of the page or panel that `way` leads to."""
    inside: list[Any] = draft["pages"]
    for number in way:
        if not 0 <= number < len(inside) or not isinstance(inside[number], dict):
            raise NotFound
        holder = inside[number]
        name = _inside_of(holder)
        if not isinstance(holder.setdefault(name, []), list):
            raise NotFound
        inside = holder[name]
    return inside


def _path(spot: str) -> list[int]:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,12}", spot):
        raise NotFound
    return [int(part) for part in spot.split(".")]


def free(base: str, taken: set[str], *, start: int) -> str:
    """`base` with the first number from `start` on that makes it a name nothing has."""
    number = start
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"
