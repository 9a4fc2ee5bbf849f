"""One person's answers while they change, and what the survey makes of every change, as `survey-core` 3.1.1 does. Pure.

Answers change one after the other. After each, conditions are looked at until nothing changes any more, then every
question's own expressions, then the survey's triggers; what these write are changes as well.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from betaops.surveys.definition import TOTAL, Definition, Page, Panel, Question
from betaops.surveys.engine.actions import Trigger, has_own_default, line, switched_by
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.entries import LISTS
from betaops.surveys.engine.following import fitting, is_same
from betaops.surveys.engine.inside import Inside
from betaops.surveys.engine.knowing import named
from betaops.surveys.engine.offering import Offering
from betaops.surveys.engine.own import Own
from betaops.surveys.engine.scene import STATE, Given, Scene
from betaops.surveys.engine.showing import Showing
from betaops.surveys.engine.top import Top
from betaops.surveys.engine.triggers import Triggers
from betaops.surveys.expressions.values import is_empty

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
        #: What triggers have shown or hidden.
        self._switched: dict[str, Any] = _object(state.get("switched"))
        #: Questions whose answer did not come from their default value; of others it is calculated anew.
        self._direct = {name for name in _list(state.get("direct")) if isinstance(name, str)}
        self._scene: Scene | None = None
        #: Calculated values as they were when conditions were last looked at.
        self._calculated: dict[str, Any] | None = None
        self._keys: dict[str, Any] = {}
        self._is_complete = self._is_loading = self._is_looking = self._looks_again = False
        self._own = Own()
        self._triggers = Triggers(self, definition)
        self._setting: list[str] = []
        self._changes = 0
        self._asked = {question.place for question in definition.asked}
        self._offering = Offering(self, definition, _object(state.get("aside")))
        self._inside = Inside(self, definition, self._own, self._offering)
        self._inside.note()
        self._showing = Showing(self.scene)
        self._calculated = self.scene.calculated(self._variables) if definition.actions.calculated else {}

    @property
    def answers(self) -> dict[str, Any]:
        """With what has to be remembered besides, while there is any."""
        state = {
            "variables": self._variables,
            "switched": self._switched,
            "direct": sorted(self._direct)
            if any(has_own_default(each.options) for each in self.definition.every_question)
            else [],
            "aside": self._offering.aside,
        }
        kept = {name: value for name, value in state.items() if value}
        return {**self._values, STATE: kept} if kept else dict(self._values)

    @property
    def scene(self) -> Scene:
        if self._scene is None:
            state = {"variables": self._variables, "switched": self._switched}
            values = {**self._values, STATE: state} if any(state.values()) else self._values
            # While defaults are filled in nothing is calculated yet, and in the end nothing any more.
            kind = Given if self._is_loading or self._is_complete else Scene
            self._scene = kind(
                self.definition,
                dict(values),
                now=self.now,
                language=self.language,
                seed=self.seed,
                files=self.files,
                reckoned=self._calculated,
            )
        return self._scene

    def value_of(self, question: Question) -> Any:
        """The answer as it is kept."""
        return self._values.get(question.key)

    def begin(self) -> None:
        """Default values, then everything that follows from there being any."""
        self._calculated, self._scene = {}, None
        # Everything counts as shown and offered until conditions are looked at.
        self._offering.begin()
        self._inside.load()
        self._showing.begin()
        self._is_loading, self._scene = True, None
        for question in self.definition.asked:
            if is_empty(self._values.get(question.key)) and self._may_fill_in(question):
                self._fill_in(question)
        self._is_loading, self._scene = False, None
        self._look()
        self._inside.begin()

    def answer(self, question: Question, key: str, value: Any) -> None:
        """One answer of the person, or the free text beside it."""
        if key == question.key:
            if not self._inside.answer(question, value):
                self.put(question, value, is_typed=True)
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
        hidden = self.scene.hidden_keys()
        self._values = dict(self.scene.values)
        self._values.pop(STATE, None)
        self._is_complete, self._scene = True, None
        for question in self.definition.asked:
            if question.comment_key in hidden and question.key not in hidden:
                self.answer(question, question.comment_key, None)
        for question in self.definition.asked:
            if question.key in hidden:
                self.clear(question)
            else:
                self._inside.finish(question)
            self._offering.finish(question)

    # -- Changes.

    def put(
        self, question: Question, value: Any, *, is_default: bool = False, is_typed: bool = False
    ) -> None:
        """An answer, whoever gives it, and all that follows from it."""
        if not is_typed:
            value = fitting(question, value)
        if is_same(self._values.get(question.key), self._tidy(question.key, value)):
            return
        if not is_default:
            self._direct |= {
                each.name
                for each in self.definition.asked
                if each.key == question.key and not self._own.is_filling_in(each.name)
            }
        self._offering.forget(Top(self, question))
        self._setting.append(question.name)
        try:
            old = self._values.get(question.key)
            self._write(question.key, value)
            self._offering.follow(question)
            self._changed(question.key, old)
        finally:
            self._setting.pop()

    def clear(self, question: Question) -> None:
        """The answer goes; a calculated default value comes back with the next change."""
        self.put(question, None)
        self._direct.discard(question.name)
        if question.comment_key in self._values:
            self.answer(question, question.comment_key, None)

    def narrow_to(self, question: Question, value: Any) -> None:
        """What remains of an answer of which not everything is offered any more."""
        self.put(question, value)
        if is_empty(value):
            self._direct.discard(question.name)

    def subject(self, question: Question) -> Top:
        return Top(self, question)

    def is_direct(self, name: str) -> bool:
        return name in self._direct

    def mark_direct(self, names: Collection[str], *, gone: Collection[str] = ()) -> None:
        """Answers that are not default values, or are not any more."""
        self._direct = (self._direct - set(gone)) | set(names)

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
                self._follow(question, self._keys or {key: new}, key)
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
            for page in self.definition.pages:
                self._look_through(page)
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

    def _look_through(self, container: Page | Panel) -> None:
        """What is inside comes first: it is shown or hidden by what its container was before."""
        for element in container.elements:
            if isinstance(element, Panel):
                self._look_through(element)
            elif element.place in self._asked:
                self._look_at(element)
        self._fill_in_shown(container)

    def _fill_in_shown(self, container: Page | Panel) -> None:
        for question in self._showing.look(self.scene, container):
            if is_empty(self._values.get(question.key)) and self._may_fill_in(question):
                self._fill_in(question)

    def _look_at(self, question: Question) -> None:
        if self._showing.is_watched(question):
            self._mind_visibility(question)
        if question.kind == "expression" and (source := line(question.options, "expression")):
            self.put(question, stored(Top(self, question).value(source), question))
        elif question in self.definition.computed:
            self._note_computed(question)
        self._offering.look(question)
        if (
            has_own_default(question.options)
            and question.name not in self._direct
            and self._may_fill_in(question)
        ):
            self._fill_in(question)
        self._inside.look(question)

    def _note_computed(self, question: Question) -> None:
        """What a scene calculates inside entries, and sums up below them, are changes as well."""
        for key in (question.key, question.key + TOTAL):
            self._set(key, self.scene.values.get(key))

    def _mind_visibility(self, question: Question) -> None:
        """For surveys that take answers away as soon as their question is hidden."""
        was, is_shown = self._showing.mind(self.scene, question)
        if was and not is_shown:
            self.clear(question)
        elif is_shown and not was and is_empty(self._values.get(question.key)):
            self._fill_in(question)

    def _may_fill_in(self, question: Question) -> bool:
        """Neither what is hidden in surveys that take such answers away, nor, before anything is looked at, a yes or no
        that is calculated."""
        if not self._is_loading:
            return self._showing.is_there(self.scene, question)
        is_late = question.kind == "boolean" and has_own_default(question.options)
        return not is_late and self._showing.was_shown(question)

    def _fill_in(self, question: Question) -> None:
        self._own.fill_in(Top(self, question))

    def _follow(self, question: Question, keys: Mapping[str, Any], changed: str) -> None:
        if question.is_asked and question.name not in self._setting:
            self._own.follow(Top(self, question), keys)
        self._inside.follow(question, keys, changed)

    # -- What triggers write.

    def write_to(self, target: str, value: Any) -> None:
        question = self.definition.by_key.get(target.lower())
        if question is not None:
            self.put(question, value)
        elif "." not in target and not target.startswith("__"):
            self._set(target, value)

    def note(self, name: str, value: Any) -> None:
        old = self._variables.get(name.lower())
        self._values.pop(name, None)
        self._variables[name.lower()] = value
        self._scene = None
        if not is_same(old, value):
            self._changed(name.lower(), old, new=value)

    def show(self, trigger: Trigger, *, is_shown: bool) -> None:
        """What a trigger shows while its condition holds, and hides while it does not."""
        names = switched_by(trigger)
        if any(self._switched.get(name) is not is_shown for name in names):
            self._switched |= dict.fromkeys(names, is_shown)
            self._scene = None
            # No condition is looked at for it; what is shown or hidden by it fills itself in or goes.
            for question in self.definition.asked:
                if self._showing.is_watched(question):
                    self._mind_visibility(question)
            for page in self.definition.pages:
                self._fill_in_shown(page)


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
