"""What questions inside panels and rows fill in by themselves, as `survey-core` 3.1.1 does once they are drawn. Pure.

They name what stands beside them by `panel.` or `row.`; a change there concerns their own entry alone.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from betaops.surveys.definition import Definition, Question, acts_inside, entry_word
from betaops.surveys.engine.actions import expression, has_own_default
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.entries import LISTS, Entry, entries, first_entries
from betaops.surveys.engine.following import fitting, is_same
from betaops.surveys.engine.own import Own
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions.values import is_empty


class Course(Protocol):
    """Whose answers are written (`course.Course`)."""

    @property
    def scene(self) -> Scene: ...

    def value_of(self, question: Question) -> Any: ...

    def put(
        self, question: Question, value: Any, *, is_default: bool = False, is_typed: bool = False
    ) -> None: ...

    def is_direct(self, name: str) -> bool: ...

    def mark_direct(self, names: Collection[str], *, gone: Collection[str] = ()) -> None: ...


@dataclass(frozen=True)
class Spot:
    """A question in one entry of another one: `family[0].age`."""

    inside: "Inside"
    outer: Question
    entry: Entry
    question: Question

    @property
    def name(self) -> str:
        return self.entry.field_name(self.outer, self.question.name)

    @property
    def answer(self) -> Any:
        return self.entry.scene.values.get(self.question.key)

    def value(self, source: str) -> Any:
        return self.inside.now(self).entry.scene.value(source, self=self.answer)

    def put(self, value: Any, *, is_default: bool = False) -> None:
        self.inside.put(self, value, is_default=is_default)

    def clear(self) -> None:
        self.inside.clear(self)


class Inside:
    """The questions inside others of one person's course through a survey."""

    def __init__(self, course: Course, definition: Definition, own: Own) -> None:
        self._course, self._own = course, own
        self._every = [each for each in definition.asked if acts_inside(each)]
        #: Those whose entries are there already.
        self._acting = list(self._every)
        self._setting: list[str] = []
        #: Codes of the entries that came with the answers that are being written down.
        self._new: frozenset[str] = frozenset()
        #: Those, by question, that have no default values yet.
        self._coming: set[tuple[str, str]] = set()

    def load(self) -> None:
        """Before anything is drawn there are no entries."""
        self._acting = []

    def begin(self) -> None:
        """Entries that are there from the beginning are answers when there are default values in them."""
        for outer in self._every:
            self._acting.append(outer)
            if self._course.scene.is_shown(outer) and is_empty(self._course.value_of(outer)):
                self._fill_new(outer, frozenset(entry.code for entry in self._entries(outer)))

    def look(self, outer: Question) -> None:
        """Calculated default values of what nobody answered."""
        is_there = not is_empty(self._course.value_of(outer)) or self._course.scene.is_shown(outer)
        if outer not in self._acting or not is_there:
            return
        for spot in list(self._spots(outer)):
            is_new = (outer.name, spot.entry.code) in self._coming
            if (
                has_own_default(spot.question.options)
                and not is_new
                and not self._course.is_direct(spot.name)
            ):
                self._own.fill_in(self.now(spot))

    def follow(self, outer: Question, keys: Mapping[str, Any], changed: str) -> None:
        """After a change of `changed`; what changed in an entry itself is told to that entry alone."""
        if outer in self._acting and outer.key != changed:
            self._follow(list(self._spots(outer)), keys)

    def _follow(self, spots: list[Spot], keys: Mapping[str, Any]) -> None:
        for spot in spots:
            if spot.name not in self._setting:
                self._own.follow(self.now(spot), keys)

    def answer(self, outer: Question, value: Any) -> bool:
        """Answers of the person, cell by cell; False where `outer` is none of ours."""
        if outer not in self._acting or not isinstance(value, list | dict):
            return False
        is_resized = self._resize(outer, value)
        # What follows from one of them is no answer of the person, though the page still shows what was there before.
        differing = list(self._differing(outer, value))
        if is_resized:
            self._fill_new(outer, self._new)
        for spot, key, given in differing:
            if key == spot.question.key:
                self.put(spot, given, is_typed=True)
            else:
                self._write(spot, given, key=key)
        return True

    def _differing(self, outer: Question, value: Any) -> Iterator[tuple[Spot, str, Any]]:
        """The answers, and free texts beside them, that are not what is kept."""
        for spot in self._spots(outer):
            own = _own(value, spot.entry.code, outer)
            for key in (spot.question.key, spot.question.comment_key):
                given = own.get(key)
                if spot.entry.code not in self._new and not is_same(spot.entry.scene.values.get(key), given):
                    yield spot, key, None if is_empty(given) else given

    def put(self, spot: Spot, value: Any, *, is_default: bool = False, is_typed: bool = False) -> None:
        """One answer of one entry, and what follows from it there."""
        if not is_typed:
            value = fitting(spot.question, value)
        value = None if is_empty(value) else value
        if is_same(self.now(spot).answer, value):
            return
        if not is_default and not self._own.is_filling_in(spot.name):
            self._course.mark_direct([spot.name])
        self._setting.append(spot.name)
        try:
            self._write(spot, value)
            if word := entry_word(spot.outer):
                beside = [each for each in self._spots(spot.outer) if each.entry.code == spot.entry.code]
                self._follow(beside, {f"{word}.{spot.question.key}": value})
        finally:
            self._setting.pop()

    def clear(self, spot: Spot) -> None:
        """The answer goes; a calculated default value comes back with the next change."""
        self.put(spot, None)
        self._course.mark_direct((), gone=[spot.name])
        self._write(spot, None, key=spot.question.comment_key)

    def now(self, spot: Spot) -> Spot:
        """With the answers as they have become meanwhile."""
        found = (each for each in self._spots(spot.outer) if each.name == spot.name)
        return next(found, spot)

    def _resize(self, outer: Question, value: Any) -> bool:
        """Whether entries came or went: that is done before anything in the others changes."""
        self._new = frozenset()
        former = self._course.value_of(outer)
        if outer.kind not in LISTS or not isinstance(value, list):
            return False
        old = list(former) if isinstance(former, list) else [dict(each) for each in first_entries(outer)]
        if len(value) > len(old):
            self._new = frozenset(str(index) for index in range(len(old), len(value)))
            self._coming = {(outer.name, code) for code in self._new}
            self._course.put(outer, [*old, *value[len(old) :]], is_typed=True)
        elif len(value) < len(old):
            gone = _gone(old, value)
            names = [spot.name for spot in self._spots(outer) if self._course.is_direct(spot.name)]
            self._course.mark_direct(_renamed(names, _moved(outer, gone, len(old))), gone=names)
            kept = [each for index, each in enumerate(old) if index not in gone]
            self._course.put(outer, kept, is_typed=True)
        return len(value) != len(old)

    def _fill_new(self, outer: Question, codes: frozenset[str]) -> None:
        """Default values of entries that have just come; every row is told its number again."""
        self._coming = {(outer.name, code) for code in codes}
        if outer.kind == "paneldynamic":
            for code in sorted(codes, key=int):
                self._fill_panel(outer, code)
        else:
            self._fill_rows(outer, codes)
        self._coming = set()
        self.look(outer)
        if entry_word(outer) == "row":
            for entry in self._entries(outer):
                number = entry.scene.known.get("rowIndex")
                spots = [each for each in self._spots(outer) if each.entry.code == entry.code]
                self._follow(spots, {"visibleRowIndex": number})

    def _fill_panel(self, outer: Question, code: str) -> None:
        """One question after the other: what is filled in is told to those before it, which are there by then."""
        spots = [each for each in self._spots(outer) if each.entry.code == code]
        for index, old in enumerate(spots):
            spot = self.now(old)
            if is_empty(spot.answer):
                self._write(spot, _default(spot, spot.entry.scene))
            answer = self.now(spot).answer
            if not is_empty(answer):
                self._setting.append(spot.name)
                self._follow(spots[:index], {f"panel.{spot.question.key}": answer})
                self._setting.pop()
        for spot in spots:
            if has_own_default(spot.question.options) and is_empty(self.now(spot).answer):
                self._own.fill_in(self.now(spot))

    def _fill_rows(self, outer: Question, codes: frozenset[str]) -> None:
        """All of them are written at once."""
        found = {entry.code: dict(entry.scene.values) for entry in self._entries(outer)}
        for spot in list(self._spots(outer)):
            if spot.entry.code in codes and is_empty(spot.answer):
                so_far = entries(outer, self._whole(outer, found), self._course.scene)
                scene = next(
                    (each.scene for each in so_far if each.code == spot.entry.code), spot.entry.scene
                )
                value = _default(spot, scene)
                found[spot.entry.code] |= {} if is_empty(value) else {spot.question.key: value}
        if not all(is_empty(each) for each in found.values()):
            self._course.put(outer, self._whole(outer, found))

    def _write(self, spot: Spot, value: Any, *, key: str = "") -> None:
        key = key or spot.question.key
        found = {entry.code: dict(entry.scene.values) for entry in self._entries(spot.outer)}
        if spot.entry.code not in found or is_same(found[spot.entry.code].get(key), value):
            return
        own = {name: each for name, each in found[spot.entry.code].items() if name != key}
        found[spot.entry.code] = own if is_empty(value) else {**own, key: value}
        self._course.put(spot.outer, self._whole(spot.outer, found))

    def _whole(self, outer: Question, found: Mapping[str, dict[str, Any]]) -> Any:
        """The answer of which these are the entries."""
        if outer.kind == "multipletext":
            return found[""]
        if outer.kind in LISTS:
            return list(found.values())
        former = self._course.value_of(outer)
        rows = {**(former if isinstance(former, dict) else {}), **found}
        return {code: own for code, own in rows.items() if not is_empty(own)}

    def _entries(self, outer: Question) -> list[Entry]:
        return entries(outer, self._course.scene.values.get(outer.key), self._course.scene)

    def _spots(self, outer: Question) -> Iterator[Spot]:
        for entry in self._entries(outer):
            for question in entry.scene.definition.asked:
                yield Spot(self, outer, entry, question)


def _default(spot: Spot, scene: Scene) -> Any:
    """The calculated one; plain ones come with the entry."""
    source = expression(spot.question.options, "defaultValueExpression")
    return fitting(spot.question, stored(scene.value(source), spot.question)) if source else None


def _own(value: Any, code: str, outer: Question) -> Mapping[str, Any]:
    """What was answered in one entry."""
    if outer.kind == "multipletext":
        own = value
    elif isinstance(value, list):
        own = value[int(code)] if int(code) < len(value) else None
    else:
        own = value.get(code)
    return own if isinstance(own, dict) else {}


def _gone(old: list[Any], new: list[Any]) -> set[int]:
    """Numbers of the entries that went: one that makes the two alike, else the last ones."""
    if len(old) - len(new) == 1:
        for index in range(len(old)):
            if is_same(old[:index] + old[index + 1 :], new):
                return {index}
    return set(range(len(new), len(old)))


def _moved(outer: Question, gone: set[int], count: int) -> dict[str, str]:
    """How the beginnings of names change (`family[2]` to `family[1]`); to nothing for what went."""
    found, shift = {}, 0
    for index in range(count):
        if index in gone:
            found[f"{outer.name}[{index}]"] = ""
            shift += 1
        elif shift:
            found[f"{outer.name}[{index}]"] = f"{outer.name}[{index - shift}]"
    return found


def _renamed(names: Collection[str], moved: Mapping[str, str]) -> set[str]:
    """`names` (`family[2].age`) with their beginnings `moved`; those that lead nowhere any more are left out."""
    found = set()
    for name in names:
        begins = re.match(r"[^\]]*\]", name)
        head = begins[0] if begins else name
        to = moved.get(head, head)
        if to:
            found.add(to + name[len(head) :])
    return found
