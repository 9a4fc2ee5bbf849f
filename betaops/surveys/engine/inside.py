"""What questions inside panels and rows fill in by themselves, as `survey-core` 3.1.1 does once they are drawn. Pure.

They name what stands beside them by `panel.` or `row.`; a change there concerns their own entry alone.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from betaops.surveys.definition import Definition, Question, acts_inside, entry_word
from betaops.surveys.engine.actions import has_own_default
from betaops.surveys.engine.entries import LISTS, first_entries, one_entry
from betaops.surveys.engine.following import AT_ONCE, fitting, is_same, renamed
from betaops.surveys.engine.looking import Looking
from betaops.surveys.engine.offering import Offering
from betaops.surveys.engine.own import Own
from betaops.surveys.engine.scene import Scene, clears_when_hidden
from betaops.surveys.engine.spots import (
    Holder,
    Spot,
    deep,
    default,
    gone,
    is_none,
    moved,
    own_answers,
    spots,
    spots_of,
    whole,
)
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


class Inside:
    """The questions inside others of one person's course through a survey, however deep."""

    def __init__(self, course: Course, definition: Definition, own: Own, offering: Offering) -> None:
        self._course, self._own, self._offering = course, own, offering
        self._every = [each for each in definition.asked if acts_inside(each, definition.clears_at_once)]
        #: Names of the questions whose answer goes when they are hidden, and that were at the last look.
        self._hidden: set[str] = set()
        #: Those whose entries are there already.
        self._acting = list(self._every)
        self._setting: list[str] = []
        self._looking = Looking(definition)
        #: Entries that have just come and have no default values yet: (name of their holder, code).
        self._coming: set[tuple[str, str]] = set()

    def note(self) -> None:
        """What is shown and offered before anything changes."""
        for outer in self._acting:
            for spot in deep(self, self._top(outer)):
                self._offering.note(spot)
                if self._goes_when_hidden(spot) and not self._is_seen(spot):
                    self._hidden.add(spot.name)

    def load(self) -> None:
        """Before anything is drawn there are no entries."""
        self._acting = []

    def begin(self) -> None:
        """Entries that are there from the beginning are answers when there are default values in them."""
        for outer in self._every:
            self._acting.append(outer)
            if self._course.scene.is_shown(outer) and is_empty(self._course.value_of(outer)):
                top = self._top(outer)
                self._fill_new(top, frozenset(entry.code for entry in top.entries))

    def look(self, outer: Question) -> None:
        """What came or went, what is offered no more, and calculated default values of what nobody answered."""
        is_there = not is_empty(self._course.value_of(outer)) or self._course.scene.is_shown(outer)
        if outer not in self._acting or not is_there:
            return
        for spot in self._looking.spots_in(self, self._top(outer), is_coming=bool(self._coming)):
            if self._goes_when_hidden(spot):
                self._mind_visibility(self.now(spot))
            self._offering.look_at(self.now(spot))
            if (
                has_own_default(spot.question.options)
                and not self._is_coming(spot)
                and not self._course.is_direct(spot.name)
                and spot.name not in self._hidden
            ):
                self._own.fill_in(self.now(spot))

    def _mind_visibility(self, spot: Spot) -> None:
        was, is_seen = spot.name not in self._hidden, self._is_seen(spot)
        (self._hidden.discard if is_seen else self._hidden.add)(spot.name)
        if was and not is_seen:
            self.clear(spot)
        elif is_seen and not was and is_empty(spot.answer):
            self._own.fill_in(spot)

    def _goes_when_hidden(self, spot: Spot) -> bool:
        return clears_when_hidden(self._course.scene.definition, spot.question) in AT_ONCE

    def _is_seen(self, spot: Spot) -> bool:
        """With `onHidden` its own condition counts, with `onHiddenContainer` those around it as well."""
        if clears_when_hidden(self._course.scene.definition, spot.question) == "onHidden":
            return spot.scene.is_wanted(spot.question)
        return spot.scene.is_shown(spot.question)

    def follow(self, outer: Question, keys: Mapping[str, Any], changed: str) -> None:
        """After a change of `changed`; what changed in an entry itself is told to that entry alone."""
        if outer in self._acting and outer.key != changed:
            self._follow(list(deep(self, self._top(outer))), keys)

    def finish(self, outer: Question) -> None:
        """What is hidden inside goes, and what is beside it follows."""
        if (
            outer in self._acting
            and self._course.scene.definition.options.get("clearInvisibleValues") != "none"
        ):
            for spot in list(deep(self, self._top(outer))):
                self._offering.finish_at(self.now(spot))
                hidden = self.now(spot).entry.scene.hidden_keys()
                if spot.question.key in hidden and not is_empty(self.now(spot).answer):
                    self.clear(spot)

    def _follow(self, spots: list[Spot], keys: Mapping[str, Any]) -> None:
        for spot in spots:
            if spot.name not in self._setting:
                self._own.follow(self.now(spot), keys)

    def answer(self, outer: Question, value: Any) -> bool:
        """Answers of the person, cell by cell; False where `outer` is none of ours."""
        if outer not in self._acting or not isinstance(value, list | dict):
            return False
        self._answer(self._top(outer), value)
        for late in self._looking.late():
            self.look(late)
        return True

    def _answer(self, holder: Holder, value: Any) -> None:
        fresh = self._resize(holder, value)
        # What follows from one of them is no answer of the person, though the page still shows what was there before.
        differing = list(self._differing(self.again(holder), value, fresh or frozenset()))
        if fresh is not None:
            self._fill_new(self.again(holder), fresh)
        for spot, key, given in differing:
            if key != spot.question.key:
                self._write(spot, given, key=key)
            elif self._acts(spot) and isinstance(given, list | dict):
                self._answer(self.now(spot).as_holder, given)
            else:
                self.put(spot, given, is_typed=True)

    def _differing(
        self, holder: Holder, value: Any, fresh: frozenset[str]
    ) -> Iterator[tuple[Spot, str, Any]]:
        """The answers, and free texts beside them, that are not what is kept."""
        for spot in spots(self, holder):
            own = own_answers(value, spot.entry.code, holder.question)
            for key in (spot.question.key, spot.question.comment_key):
                given = own.get(key)
                if spot.entry.code not in fresh and not is_same(spot.entry.scene.values.get(key), given):
                    yield spot, key, None if is_empty(given) and not is_none(spot.question, given) else given

    def put(self, spot: Spot, value: Any, *, is_default: bool = False, is_typed: bool = False) -> None:
        """One answer of one entry, and what follows from it there."""
        if not is_typed:
            value = fitting(spot.question, value)
        value = None if is_empty(value) and not is_none(spot.question, value) else value
        if is_same(self.now(spot).answer, value):
            return
        self._offering.forget(spot)
        if not is_default and not self._own.is_filling_in(spot.name):
            self._course.mark_direct([spot.name])
        self._setting.append(spot.name)
        try:
            self._write(spot, value)
            if word := entry_word(spot.holder.question):
                self._follow(self._beside(spot), {f"{word}.{spot.question.key}": value})
        finally:
            self._setting.pop()

    def clear(self, spot: Spot) -> None:
        """The answer goes; a calculated default value comes back with the next change."""
        self.put(spot, None)
        self._course.mark_direct((), gone=[spot.name])
        self._looking.again(spot)
        self._write(spot, None, key=spot.question.comment_key)

    def narrow_to(self, spot: Spot, value: Any) -> None:
        """What remains of an answer of which not everything is offered any more."""
        self.put(spot, value)
        if is_empty(value):
            self._course.mark_direct((), gone=[spot.name])
            self._looking.again(spot)

    def now(self, spot: Spot) -> Spot:
        """With the answers as they have become meanwhile."""
        holder = self.again(spot.holder)
        entry = holder.entry(spot.entry.code)
        return spot if entry is None else Spot(self, holder, entry, spot.question)

    def again(self, holder: Holder) -> Holder:
        """The same, with the answers as they have become meanwhile."""
        return self._top(holder.question) if holder.inside is None else self.now(holder.inside).as_holder

    def _resize(self, holder: Holder, value: Any) -> frozenset[str] | None:
        """Codes of the entries that came, where any came or went: that is done before anything in the others changes."""
        outer, former = holder.question, holder.value
        if outer.kind not in LISTS or not isinstance(value, list):
            return None
        old = list(former) if isinstance(former, list) else [dict(each) for each in first_entries(outer)]
        if len(value) > len(old):
            fresh = frozenset(str(index) for index in range(len(old), len(value)))
            self._coming |= {(holder.name, code) for code in fresh}
            self._put_whole(holder, [*old, *value[len(old) :]])
            return fresh
        if len(value) < len(old):
            lost = gone(old, value)
            self._move([spot.name for spot in deep(self, holder)], moved(holder.name, lost, len(old)))
            self._put_whole(holder, [each for index, each in enumerate(old) if index not in lost])
            return frozenset()
        return None

    def _move(self, names: list[str], to: Mapping[str, str]) -> None:
        """What is remembered by name goes with its entry."""
        direct = [name for name in names if self._course.is_direct(name)]
        self._course.mark_direct({new for name in direct if (new := renamed(name, to))}, gone=direct)
        self._offering.move({name: renamed(name, to) for name in names})
        hidden = self._hidden & set(names)
        self._hidden = (self._hidden - hidden) | {new for name in hidden if (new := renamed(name, to))}

    def _fill_new(self, holder: Holder, codes: frozenset[str]) -> None:
        """Default values of entries that have just come; every row is told its number again."""
        coming = {(holder.name, code) for code in codes}
        self._coming |= coming
        if holder.question.kind == "paneldynamic":
            for code in sorted(codes, key=int):
                self._fill_panel(holder, code)
        else:
            self._fill_rows(holder, codes)
        self._fill_deeper(holder, codes)
        self._coming -= coming
        if not self._coming:
            self.look(holder.outermost)
        if entry_word(holder.question) == "row":
            for entry in self.again(holder).entries:
                number = entry.scene.known.get("rowIndex")
                own = list(spots_of(self, holder, entry))  # each is looked up as it is by then
                self._follow(own, {"visibleRowIndex": number})

    def _fill_deeper(self, holder: Holder, codes: frozenset[str]) -> None:
        """Entries that are there from the beginning in the entries that have just come."""
        for spot in list(spots(self, self.again(holder))):
            if spot.entry.code in codes and self._acts(spot) and is_empty(self.now(spot).answer):
                inner = self.now(spot).as_holder
                self._fill_new(inner, frozenset(entry.code for entry in inner.entries))

    def _fill_panel(self, holder: Holder, code: str) -> None:
        """One question after the other: what is filled in is told to those before it, which are there by then."""
        own = [each for each in spots(self, self.again(holder)) if each.entry.code == code]
        for index, old in enumerate(own):
            spot = self.now(old)
            if is_empty(spot.answer):
                self._write(spot, default(spot, spot.entry.scene))
            answer = self.now(spot).answer
            if not is_empty(answer):
                self._setting.append(spot.name)
                self._follow(own[:index], {f"panel.{spot.question.key}": answer})
                self._setting.pop()
        for spot in own:
            if has_own_default(spot.question.options) and is_empty(self.now(spot).answer):
                self._own.fill_in(self.now(spot))

    def _fill_rows(self, holder: Holder, codes: frozenset[str]) -> None:
        """All of them are written at once."""
        holder = self.again(holder)
        outer = holder.question
        found = {entry.code: dict(entry.scene.values) for entry in holder.entries}
        for spot in list(spots(self, holder)):
            code = spot.entry.code
            if code in codes and has_own_default(spot.question.options) and is_empty(spot.answer):
                so_far = whole(holder, found if outer.kind in LISTS else {code: found[code]})
                entry = one_entry(outer, so_far, holder.scene, code)
                value = default(spot, spot.entry.scene if entry is None else entry.scene)
                found[code] |= {} if is_empty(value) else {spot.question.key: value}
        if not all(is_empty(each) for each in found.values()):
            self._put_whole(holder, whole(holder, found), is_typed=False)

    def _write(self, spot: Spot, value: Any, *, key: str = "") -> None:
        key = key or spot.question.key
        holder = self.again(spot.holder)
        former = holder.values_at(spot.entry.code)
        if former is None or is_same(former.get(key), value):
            return
        own = {name: each for name, each in former.items() if name != key}
        is_gone = is_empty(value) and not is_none(spot.question, value)
        self._put_whole(
            holder,
            holder.with_entry(spot.entry.code, own if is_gone else {**own, key: value}),
            is_typed=False,
        )

    def _put_whole(self, holder: Holder, value: Any, *, is_typed: bool = True) -> None:
        """The whole answer of a question with entries, which in its turn may stand in an entry."""
        if holder.inside is None:
            self._course.put(holder.question, value, is_typed=is_typed)
        else:
            self.put(holder.inside, value, is_typed=is_typed)

    def _acts(self, spot: Spot) -> bool:
        return acts_inside(spot.question, self._course.scene.definition.clears_at_once)

    def _is_coming(self, spot: Spot) -> bool:
        own = (spot.holder.name, spot.entry.code)
        return not self._coming.isdisjoint({own} | spot.holder.around)

    def _top(self, outer: Question) -> Holder:
        return Holder(outer, outer.name, self._course.scene)

    def _beside(self, spot: Spot) -> list[Spot]:
        """All of the same entry, and what stands in these."""
        holder = self.again(spot.holder)
        entry = holder.entry(spot.entry.code)
        return [
            each
            for beside in (spots_of(self, holder, entry) if entry is not None else ())
            for each in (beside, *(deep(self, beside.as_holder) if beside.question.inner else ()))
        ]
