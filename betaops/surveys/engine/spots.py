"""Questions that stand in the entries of others, however deep, as they are at one moment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from betaops.surveys.definition import Question
from betaops.surveys.engine.actions import expression
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.entries import LISTS, Entry, entries, one_entry, values_by_entry
from betaops.surveys.engine.following import fitting, is_same
from betaops.surveys.engine.scene import Scene, first_values
from betaops.surveys.expressions.values import is_empty


class Writer(Protocol):
    """What writes answers to them (`inside.Inside`)."""

    def now(self, spot: "Spot") -> "Spot": ...

    def put(self, spot: "Spot", value: Any, *, is_default: bool = False, is_typed: bool = False) -> None: ...

    def clear(self, spot: "Spot") -> None: ...

    def narrow_to(self, spot: "Spot", value: Any) -> None: ...


@dataclass(frozen=True)
class Holder:
    """A question with entries: at the top of the survey, or in an entry (`inside`) of another one."""

    question: Question
    name: str
    scene: Scene
    inside: "Spot | None" = None

    @property
    def value(self) -> Any:
        return self.scene.values.get(self.question.key)

    @property
    def entries(self) -> list[Entry]:
        return entries(self.question, self.value, self.scene)

    def entry(self, code: str) -> Entry | None:
        """The one of this code, where it is there."""
        return one_entry(self.question, self.value, self.scene, code)

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """What is answered in each entry."""
        return values_by_entry(self.question, self.value, self.scene)

    def values_at(self, code: str) -> dict[str, Any] | None:
        """What is answered in one of them; None where it is not there."""
        if not self._has_plain_rows:
            return self.values.get(code)
        if self.scene.row_named(self.question, code) is None:
            return None
        own = self.value.get(code) if isinstance(self.value, dict) else None
        return dict(own) if isinstance(own, dict) else {}

    def with_entry(self, code: str, own: dict[str, Any]) -> Any:
        """The whole answer with another one in that entry."""
        if not self._has_plain_rows:
            return whole(self, {**self.values, code: own})
        former = self.value if isinstance(self.value, dict) else {}
        if is_empty(own):
            return {name: each for name, each in former.items() if name != code}
        return {**former, code: own}

    @property
    def _has_plain_rows(self) -> bool:
        """Rows that begin with nothing filled in: writing one of them leaves all others alone."""
        inner = self.question.inner
        return self.question.kind == "matrixdropdown" and inner is not None and not first_values(inner)

    @property
    def outermost(self) -> Question:
        """The question at the top that it stands in, or is."""
        return self.question if self.inside is None else self.inside.holder.outermost

    @property
    def around(self) -> set[tuple[str, str]]:
        """The entries that it stands in: (name of the holder, code)."""
        if self.inside is None:
            return set()
        return self.inside.holder.around | {(self.inside.holder.name, self.inside.entry.code)}


@dataclass(frozen=True)
class Spot:
    """A question in one entry of another one: `family[0].age`, `family[0].pets[1].name`."""

    course: "Writer"
    holder: Holder
    entry: Entry
    question: Question

    @property
    def name(self) -> str:
        return f"{self.holder.name}{self.entry.suffix(self.question.name)}"

    @property
    def answer(self) -> Any:
        return self.entry.scene.values.get(self.question.key)

    @property
    def scene(self) -> Scene:
        return self.entry.scene

    @property
    def as_holder(self) -> Holder:
        return Holder(self.question, self.name, self.entry.scene, self)

    def value(self, source: str) -> Any:
        return self.course.now(self).entry.scene.value(source, self=self.answer)

    def put(self, value: Any, *, is_default: bool = False) -> None:
        self.course.put(self, value, is_default=is_default)

    def clear(self) -> None:
        self.course.clear(self)

    def narrow_to(self, value: Any) -> None:
        self.course.narrow_to(self, value)


def spots(writer: Writer, holder: Holder) -> Iterator[Spot]:
    """What is asked in its entries, entry by entry."""
    for entry in holder.entries:
        yield from spots_of(writer, holder, entry)


def spots_of(writer: Writer, holder: Holder, entry: Entry) -> Iterator[Spot]:
    """What is asked in one of them."""
    for question in entry.scene.definition.asked:
        yield Spot(writer, holder, entry, question)


def deep(writer: Writer, holder: Holder) -> Iterator[Spot]:
    """With those inside, which come behind the question that they stand in."""
    for spot in spots(writer, holder):
        yield spot
        if spot.question.inner is not None:
            yield from deep(writer, spot.as_holder)


def whole(holder: Holder, found: Mapping[str, dict[str, Any]]) -> Any:
    """The answer of which these are the entries."""
    if holder.question.kind == "multipletext":
        return found[""]
    if holder.question.kind in LISTS:
        return list(found.values())
    former = holder.value
    rows = {**(former if isinstance(former, dict) else {}), **found}
    return {code: own for code, own in rows.items() if not is_empty(own)}


def is_none(question: Question, value: Any) -> bool:
    """Of lists of entries an empty one is an answer: that there is none."""
    return question.kind in LISTS and value == []


def default(spot: Spot, scene: Scene) -> Any:
    """The calculated one; plain ones come with the entry."""
    source = expression(spot.question.options, "defaultValueExpression")
    return fitting(spot.question, stored(scene.value(source), spot.question)) if source else None


def own_answers(value: Any, code: str, outer: Question) -> Mapping[str, Any]:
    """What was answered in one entry."""
    if outer.kind == "multipletext":
        own = value
    elif isinstance(value, list):
        own = value[int(code)] if int(code) < len(value) else None
    else:
        own = value.get(code)
    return own if isinstance(own, dict) else {}


def gone(old: list[Any], new: list[Any]) -> set[int]:
    """Numbers of the entries that went: one that makes the two alike, else the last ones."""
    if len(old) - len(new) == 1:
        for index in range(len(old)):
            if is_same(old[:index] + old[index + 1 :], new):
                return {index}
    return set(range(len(new), len(old)))


def moved(name: str, gone: set[int], count: int) -> dict[str, str]:
    """How the beginnings of names change (`family[2]` to `family[1]`); to nothing for what went."""
    found, shift = {}, 0
    for index in range(count):
        if index in gone:
            found[f"{name}[{index}]"] = ""
            shift += 1
        elif shift:
            found[f"{name}[{index}]"] = f"{name}[{index - shift}]"
    return found
