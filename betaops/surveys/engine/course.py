"""One person's answers while they change, and what the survey makes of every change, as `survey-core` 3.1.1 does. Pure.

Answers change one after the other. After each, conditions are looked at until nothing changes any more, then every
question's own expressions, then the survey's triggers; what these write are changes as well.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from betaops.surveys.definition import TOTAL, Definition, Question
from betaops.surveys.engine.actions import default_of, expression, has_own_default, is_picky, line
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.entries import LISTS
from betaops.surveys.engine.following import (
    concerns,
    fitting,
    is_same,
    is_several,
    narrowed,
    shares_key,
    watched,
)
from betaops.surveys.engine.knowing import named
from betaops.surveys.engine.scene import STATE, Scene, clears_when_hidden, text_key
from betaops.surveys.engine.triggers import Triggers
from betaops.surveys.expressions import can_run
from betaops.surveys.expressions.values import is_empty, is_true

#: How often conditions are looked at again because looking at them changed something.
MOST_LOOKS = 11
#: Changes that follow from one another; the library would run on until the browser stops it.
MOST_CHANGES = 500


class Course:
    """The answers of one person while they change."""

    def __init__(
        self,
        definition: Definition,
        values: Mapping[str, Any],
        *,
        now: datetime,
        language: str,
        seed: str,
        files: frozenset[str] = frozenset(),
    ) -> None:
        self.definition = definition
        self.now, self.language, self.seed, self.files = now, language, seed, files
        #: Of lists of entries an empty one is an answer: that there is none.
        self._lists = {question.key for question in definition.asked if question.kind in LISTS}
        state = _object(values.get(STATE))
        self._values = {key: value for key, value in values.items() if key != STATE}
        self._variables: dict[str, Any] = _object(state.get("variables"))
        #: Questions whose answer did not come from their default value; of others it is calculated anew.
        self._direct = {name for name in _list(state.get("direct")) if isinstance(name, str)}
        #: Chosen answers that are not offered any more, by question; they come back with the choice.
        self._aside: dict[str, Any] = _object(state.get("aside"))
        self._scene: Scene | None = None
        #: Calculated values as they were when conditions were last looked at.
        self._calculated: dict[str, Any] | None = None
        self._keys: dict[str, Any] = {}
        self._is_complete = self._is_loading = self._is_looking = self._looks_again = self._is_triggering = (
            False
        )
        self._triggers = Triggers(self, definition)
        self._setting: list[str] = []
        self._busy: set[tuple[str, str]] = set()
        self._changes = 0
        self._picky = [
            question for question in definition.asked if is_picky(question.options, question.choices)
        ]
        self._watched = watched(definition)
        self._offered = {question.name: self._offer(question) for question in self._picky}
        self._shown = frozenset(each.place for each in self._watched if self._is_seen(each))
        self._calculated = self.scene.calculated(self._variables) if definition.actions.calculated else {}

    @property
    def answers(self) -> dict[str, Any]:
        """With what has to be remembered besides, while there is any."""
        state = {
            "variables": self._variables,
            "direct": sorted(self._direct)
            if any(has_own_default(each.options) for each in self.definition.asked)
            else [],
            "aside": {name: values for name, values in self._aside.items() if values},
        }
        kept = {name: value for name, value in state.items() if value}
        return {**self._values, STATE: kept} if kept else dict(self._values)

    @property
    def scene(self) -> Scene:
        if self._scene is None:
            values = (
                {**self._values, STATE: {"variables": self._variables}} if self._variables else self._values
            )
            self._scene = Scene(
                self.definition,
                dict(values),
                now=self.now,
                language=self.language,
                seed=self.seed,
                files=self.files,
                reckoned=self._calculated,
            )
        return self._scene

    def begin(self) -> None:
        """Default values, then everything that follows from there being any."""
        self._calculated, self._scene = {}, None
        # Everything counts as shown and offered until conditions are looked at.
        self._offered = {
            question.name: tuple(text_key(each.value) for each in question.choices if not each.is_special)
            for question in self._picky
        }
        self._shown = frozenset(question.place for question in self._watched if question.is_visible)
        self._is_loading = True
        for question in self.definition.asked:
            if is_empty(self._values.get(question.key)) and self._may_fill_in(question):
                self._fill_in(question)
        self._is_loading = False
        self._look()

    def answer(self, question: Question, key: str, value: Any) -> None:
        """One answer of the person, or the free text beside it."""
        if key == question.key:
            self._put(question, value, is_typed=True)
            return
        old = self._values.get(key)
        if not is_same(old, self._tidy(key, value)):
            self._write(key, value)
            self._keys[question.key] = self._values.get(question.key)
            self._changed(key, old, beside=question.key)

    def keep(self, values: Mapping[str, Any]) -> None:
        """What belongs to no question: written down, without anything following."""
        for key, value in values.items():
            if key != STATE:
                self._write(key, value)

    def finish(self) -> None:
        """What is hidden goes, and what is not offered; questions follow, conditions and triggers do not any more."""
        scene, self._is_complete = self.scene, True
        hidden = scene.hidden_keys()
        for question in self.definition.asked:
            if question.comment_key in hidden and question.key not in hidden:
                self.answer(question, question.comment_key, None)
        for question in self.definition.asked:
            if question.key in hidden:
                self._clear(question)
            if question in self._picky and clears_when_hidden(self.definition, question) != "none":
                self._narrow(question)

    # -- Changes.

    def _put(
        self, question: Question, value: Any, *, is_default: bool = False, is_typed: bool = False
    ) -> None:
        if not is_typed:
            value = fitting(question, value)
        if is_same(self._values.get(question.key), self._tidy(question.key, value)):
            return
        if not is_default:
            self._direct |= {
                each.name
                for each in self.definition.asked
                if each.key == question.key and (each.name, "defaultValueExpression") not in self._busy
            }
        self._aside.pop(question.name, None)
        self._setting.append(question.name)
        try:
            self._set(question.key, value)
        finally:
            self._setting.pop()

    def _set(self, key: str, value: Any) -> None:
        old = self._values.get(key)
        if is_same(old, self._tidy(key, value)):
            return
        self._write(key, value)
        self._changed(key, old)

    def _tidy(self, key: str, value: Any) -> Any:
        return None if is_empty(value) and not (value == [] and key in self._lists) else value

    def _write(self, key: str, value: Any) -> None:
        if self._tidy(key, value) is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._scene = None

    def _changed(self, key: str, old: Any, *, beside: str = "", new: Any = None) -> None:
        self._changes += 1
        if self._changes > MOST_CHANGES:
            return
        self._keys[key] = new = self._values.get(key, new)
        if self._is_looking:
            self._looks_again = True
        else:
            self._look()
            for question in self.definition.questions:
                self._follow(question, self._keys or {key: new})
            self._keys = {}
        told = {key: (old, new)}
        if beside:
            told[beside] = (self._values.get(beside), self._values.get(beside))
        if not self._is_complete:
            self._triggers.run(told)

    # -- Conditions: calculated values, choices, default values.

    def _look(self) -> None:
        if self._is_looking or self._is_loading or self._is_complete:
            return
        for _ in range(MOST_LOOKS):
            self._is_looking, self._looks_again = True, False
            self._calculate()
            for question in self.definition.asked:
                self._look_at(question)
            self._is_looking = False
            if not self._looks_again:
                return

    def _calculate(self) -> None:
        """One after the other; what another one needs comes before it."""
        by_name = {each.name.lower(): each for each in self.definition.actions.calculated}
        begun: set[str] = set()

        def calculate(name: str) -> None:
            begun.add(name)
            for needed in named(by_name[name].expression):
                if needed in by_name and needed not in begun:
                    calculate(needed)
            self._reckon(name, self.scene.value(by_name[name].expression))

        for name in by_name:
            if name not in begun:
                calculate(name)

    def _reckon(self, name: str, value: Any) -> None:
        before = self._calculated or {}
        if not is_same(before.get(name), value):
            self._calculated, self._scene = {**before, name: value}, None
            self._changed(name, before.get(name), new=value)

    def _look_at(self, question: Question) -> None:
        if question in self._watched:
            self._mind_visibility(question)
        if question.kind == "expression" and (source := line(question.options, "expression")):
            self._put(question, stored(self._value(question, source), question))
        elif question in self.definition.computed:
            self._note_computed(question)
        if question in self._picky:
            self._mind_choices(question)
        if (
            has_own_default(question.options)
            and question.name not in self._direct
            and self._may_fill_in(question)
        ):
            self._fill_in(question)

    def _note_computed(self, question: Question) -> None:
        """What a scene calculates inside entries, and sums up below them, are changes as well."""
        for key in (question.key, question.key + TOTAL):
            self._set(key, self.scene.values.get(key))

    def _mind_visibility(self, question: Question) -> None:
        """For surveys that take answers away as soon as their question is hidden."""
        was, is_shown = question.place in self._shown, self._is_seen(question)
        self._shown = self._shown | {question.place} if is_shown else self._shown - {question.place}
        if was and not is_shown:
            self._clear(question)
        elif is_shown and not was and is_empty(self._values.get(question.key)):
            self._fill_in(question)

    def _may_fill_in(self, question: Question) -> bool:
        """Neither what is hidden in surveys that take such answers away, nor, before anything is looked at, a yes or no
        that is calculated."""
        if self._is_loading and question.kind == "boolean" and has_own_default(question.options):
            return False
        return question not in self._watched or question.place in self._shown

    def _is_seen(self, question: Question) -> bool:
        """With `onHidden` its own condition counts, with `onHiddenContainer` those around it as well."""
        if clears_when_hidden(self.definition, question) == "onHidden":
            return self.scene.is_wanted(question)
        return self.scene.is_shown(question)

    def _offer(self, question: Question) -> tuple[str, ...]:
        return tuple(
            text_key(choice.value) for choice in self.scene.choices(question) if not choice.is_special
        )

    def _mind_choices(self, question: Question) -> None:
        """Answers that are no longer offered go; of several, they come back when they are offered again."""
        before, self._offered[question.name] = self._offered.get(question.name), self._offer(question)
        is_carried = self.scene.source(question) is not None
        if before != self._offered[question.name] or is_carried:
            self._narrow(question)

    def _narrow(self, question: Question) -> None:
        if shares_key(self.definition, question):
            return
        offered = self._offered[question.name]
        value = self._values.get(question.key)
        if isinstance(value, dict):
            return  # a ranking as its page sends it
        known = {*offered, *(text_key(choice.value) for choice in question.choices if choice.is_special)}
        if not isinstance(value, list) and not is_several(question):
            if not is_empty(value) and text_key(value) not in known:
                self._put(question, None)
                self._direct.discard(question.name)
            return
        chosen = value if isinstance(value, list) else []
        aside = _list(self._aside.get(question.name))
        remaining, aside = narrowed(chosen, aside, offered, known)
        self._aside = {**self._aside, question.name: aside}
        if remaining != chosen:
            self._put(question, remaining)
            self._aside = {**self._aside, question.name: aside}
            if not remaining:
                self._direct.discard(question.name)

    def _fill_in(self, question: Question) -> None:
        """The default value, where there is one."""
        plain = default_of(question.options, question.kind)
        source = expression(question.options, "defaultValueExpression")
        if source and can_run(source):
            with self._at(question, "defaultValueExpression") as is_free:
                if is_free:
                    found = stored(self._value(question, source), question)
                    self._put(question, plain if found is None else found, is_default=True)
        elif plain is not None:
            self._put(question, plain)

    # -- What a question's own expressions set and reset.

    def _follow(self, question: Question, keys: Mapping[str, Any]) -> None:
        if question.name in self._setting or not question.is_asked:
            return
        reset, condition, source = (
            expression(question.options, name)
            for name in ("resetValueIf", "setValueIf", "setValueExpression")
        )
        if reset and not is_empty(self._values.get(question.key)) and concerns(keys, reset):
            with self._at(question, "resetValueIf") as is_free:
                if is_free and self._value(question, reset) is True:
                    self._reset(question)
        if condition and concerns(keys, condition, source):
            with self._at(question, "setValueIf") as is_free:
                if is_free and is_true(self._value(question, condition)):
                    self._set_by(question, source) if source else self._clear(question)
        if source and not condition and concerns(keys, source):
            self._set_by(question, source)

    def _set_by(self, question: Question, source: str) -> None:
        with self._at(question, "setValueExpression") as is_free:
            if is_free and can_run(source):
                self._put(question, stored(self._value(question, source), question))

    def _reset(self, question: Question) -> None:
        """To the default value, or to nothing; a yes or no has a calculated default only in the beginning."""
        is_calculated = has_own_default(question.options) and question.kind != "boolean"
        if is_calculated or default_of(question.options, question.kind) is not None:
            self._fill_in(question)
        else:
            self._clear(question)

    def _clear(self, question: Question) -> None:
        """The answer goes; a calculated default value comes back with the next change."""
        self._put(question, None)
        self._direct.discard(question.name)
        if question.comment_key in self._values:
            self.answer(question, question.comment_key, None)

    def _value(self, question: Question, source: str) -> Any:
        return self.scene.value(source, self=self._values.get(question.key))

    @contextmanager
    def _at(self, question: Question, name: str) -> Iterator[bool]:
        """Whether this expression is not being carried out already."""
        mark = (question.name, name)
        if mark in self._busy:
            yield False
            return
        self._busy.add(mark)
        try:
            yield True
        finally:
            self._busy.discard(mark)

    # -- What triggers write.

    def write_to(self, target: str, value: Any) -> None:
        question = self.definition.by_key.get(target.lower())
        if question is not None:
            self._put(question, value)
        elif "." not in target and not target.startswith("__"):
            self._set(target, value)

    def note(self, name: str, value: Any) -> None:
        old = self._variables.get(name.lower())
        self._values.pop(name, None)
        self._variables[name.lower()] = value
        self._scene = None
        if not is_same(old, value):
            self._changed(name.lower(), old, new=value)


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
