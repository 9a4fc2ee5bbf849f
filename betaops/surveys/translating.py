"""A draft's texts in other languages: which there are, and writing them back. Pure.

A text is addressed by a JSON pointer (RFC 6901), "/pages/0/elements/2/title".
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from betaops.surveys.localised import DEFAULT, changed, languages
from betaops.surveys.localised import text as in_language
from betaops.surveys.reading import ALIASES

Draft = dict[str, Any]
_Path = tuple[str | int, ...]

#: Properties that people read.
_TEXTS = (
    "title", "description", "html", "requiredErrorText", "placeholder", "commentText", "commentPlaceholder", "otherText",
    "otherPlaceholder", "otherErrorText", "noneText", "refuseText", "dontKnowText", "selectAllText", "labelTrue",
    "labelFalse", "minRateDescription", "maxRateDescription", "completedHtml", "completedBeforeHtml", "loadingHtml",
    "startSurveyText", "pageNextText", "pagePrevText", "completeText", "previewText", "editText", "emptySurvey",
    "addPanelText", "removePanelText", "templateTitle", "templateDescription", "noEntriesText", "addRowText",
    "removeRowText", "noRowsText", "totalText", "text", "navigationTitle", "navigationDescription",
)  # fmt: skip
#: With the old names of the same.
TEXTS = (*_TEXTS, *(old for old, name in ALIASES.items() if name in _TEXTS))
#: Lists whose bare values ("Yes", 5) are texts as well.
CHOICES = frozenset({"choices", "rows", "columns", "rateValues"})
#: What is nested inside of elements and has texts of its own.
_INNER = (
    "pages", "elements", "questions", "templateElements", "items", "validators", "detailElements",
    "completedHtmlOnCondition", *sorted(CHOICES),
)  # fmt: skip
DEEPEST = 40


class Entry(NamedTuple):
    """One text: where it stands, in which element ("" for the survey), as what, and how it reads by language."""

    pointer: str
    element: str
    name: str
    value: Any

    @property
    def source(self) -> str:
        return in_language(self.value)

    def translation(self, language: str) -> str:
        """Exactly in this language; empty where it is missing."""
        found = self.value.get(language) if isinstance(self.value, dict) else ""
        return found if isinstance(found, str) else ""


class Progress(NamedTuple):
    language: str
    done: int
    of: int


def entries(draft: Mapping[str, Any]) -> list[Entry]:
    """Every text of the draft that has words in its default language, in the order in which it is read."""
    return [entry for entry in _entries(draft, (), "", 0) if entry.source.strip()]


def progress(draft: Mapping[str, Any]) -> list[Progress]:
    """How far each language is that anything is written in, by its code."""
    texts = entries(draft)
    return [
        Progress(code, sum(1 for entry in texts if entry.translation(code).strip()), len(texts))
        for code in sorted(languages(dict(draft)))
    ]


def translated(draft: Mapping[str, Any], language: str, words: Mapping[str, str]) -> Draft:
    """The draft with `words` (by pointer) in `language`; empty ones are taken away. Pointers that lead nowhere change
    nothing: what they were about has gone since."""
    new = copy.deepcopy(dict(draft))
    for entry in entries(draft):
        if entry.pointer in words:
            _put(new, _path(entry.pointer), language, words[entry.pointer].strip())
    return new


def without(draft: Mapping[str, Any], language: str) -> Draft:
    """The draft with nothing in `language`."""
    return translated(draft, language, {entry.pointer: "" for entry in entries(draft)})


def _entries(item: Any, path: _Path, element: str, depth: int) -> Iterator[Entry]:
    if not isinstance(item, Mapping) or depth > DEEPEST:
        return
    for name in TEXTS:
        if _is_text(item.get(name)):
            yield Entry(_pointer((*path, name)), element, name, item[name])
    for name in _INNER:
        inner = item.get(name)
        for index, child in enumerate(inner if isinstance(inner, list) else ()):
            yield from _child(child, (*path, name, index), element, depth)


def _child(child: Any, path: _Path, element: str, depth: int) -> Iterator[Entry]:
    """An element has a name of its own; choices, validators and items speak for the element they are in."""
    kind = path[-2]
    if isinstance(child, Mapping):
        is_element = kind in ("pages", "elements", "questions", "templateElements", "detailElements")
        own = str(child.get("name") or "") if is_element else element
        if kind in CHOICES and "text" not in child and _is_word(child.get("value")):
            yield Entry(_pointer((*path, "text")), own, "text", child["value"])
        yield from _entries(child, path, own, depth + 1)
    elif kind in CHOICES and _is_word(child):
        yield Entry(_pointer(path), element, "text", child)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, Mapping) and bool(value) and all(isinstance(part, str) for part in value.values())
    )


def _is_word(value: Any) -> bool:
    """A choice that is named by its value; numbers read the same everywhere."""
    return isinstance(value, str) and not value.strip().lstrip("-").replace(".", "", 1).isdecimal()


def _put(draft: Draft, path: _Path, language: str, words: str) -> None:
    holder: Any = draft
    for part in path[:-1]:
        holder = holder[part]
    last = path[-1]
    if isinstance(holder, list) and isinstance(last, int):
        # A bare choice: its value stays what answers hold, beside a text.
        if words:
            holder[last] = {"value": holder[last], "text": changed(holder[last], words, language)}
        return
    former = holder.get(last, holder.get("value"))
    new = changed(former, words, language) if words else _less(former, language)
    if last in holder or words:
        holder[last] = new


def _less(value: Any, language: str) -> Any:
    """Without one language; plain again where only the default is left."""
    if not isinstance(value, dict):
        return value
    kept = {code: words for code, words in value.items() if code != language}
    return kept[DEFAULT] if set(kept) == {DEFAULT} else kept


def _pointer(path: _Path) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _path(pointer: str) -> _Path:
    parts = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    return tuple(int(part) if part.isdecimal() else part for part in parts)
