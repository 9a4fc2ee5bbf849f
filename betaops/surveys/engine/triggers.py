"""Triggers that write answers, as `survey-core` 3.1.1 carries them out. Pure.

Those that lead to another page or to the end are looked at by `Scene.passed_over`.
"""

from typing import Any, Protocol

from betaops.surveys.definition import Definition
from betaops.surveys.engine import asking
from betaops.surveys.engine.actions import Trigger
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.following import Changes, any_changed, names_in, needs_no_change
from betaops.surveys.engine.scene import Scene
from betaops.surveys.expressions import can_run
from betaops.surveys.expressions.names import look_up

#: Rounds of triggers that other triggers set off.
MOST_ROUNDS = 3
_ACTING = ("setvalue", "copyvalue", "runexpression", "visible")
#: Those that need a target.
_WRITING = ("setvalue", "copyvalue")


class Course(Protocol):
    """Whose answers are written (`course.Course`)."""

    @property
    def scene(self) -> Scene: ...

    def write_to(self, target: str, value: Any) -> None: ...

    def note(self, name: str, value: Any) -> None: ...

    def show(self, trigger: Trigger, *, is_shown: bool) -> None: ...


class Triggers:
    """The triggers of one person's course through a survey."""

    def __init__(self, course: Course, definition: Definition) -> None:
        self._course = course
        self._definition = definition
        self._acting = [each for each in definition.actions.triggers if each.kind in _ACTING]
        self._is_running = False
        self._changes: dict[str, tuple[Any, Any]] = {}
        self._busy: set[tuple[str | int, ...]] = set()

    def run(self, changes: Changes) -> None:
        """Everything that is due after `changes`; what triggers change may make others due."""
        if not self._acting:
            return
        if self._is_running:
            self._changes.update(changes)
            return
        self._is_running, self._changes = True, dict(changes)
        seen = dict(changes)
        for _ in range(MOST_ROUNDS):
            for trigger in self._acting:
                self._try(trigger)
            if self._changes == seen:
                break
            fresh = {key: pair for key, pair in self._changes.items() if seen.get(key) != pair}
            self._changes, seen = dict(fresh), dict(fresh)
        self._is_running = False

    def _try(self, trigger: Trigger) -> None:
        keys = self._changes
        if trigger.kind in _WRITING and (not trigger.target or list(keys) == [trigger.target]):
            return
        if trigger.place in self._busy:
            return
        more = [trigger.source] if trigger.kind == "copyvalue" else []
        if not trigger.condition or not can_run(trigger.condition):
            is_due = trigger.kind == "copyvalue" and not trigger.condition and any_changed(keys, more)
        elif needs_no_change(trigger.condition) or any_changed(keys, [*names_in(trigger.condition), *more]):
            is_due = self._course.scene.value(trigger.condition) is True
            if trigger.kind == "visible":
                self._course.show(trigger, is_shown=is_due)
        else:
            is_due = False
        if is_due:
            self._busy.add(trigger.place)
            self._carry_out(trigger)
            self._busy.discard(trigger.place)

    def _carry_out(self, trigger: Trigger) -> None:
        match trigger.kind:
            case "setvalue" if trigger.is_variable:
                self._course.note(trigger.target, trigger.value)
            case "setvalue":
                self._course.write_to(trigger.target, trigger.value)
            case "copyvalue" if trigger.source:
                source = self._definition.by_key.get(trigger.source.lower())
                found = look_up(self._course.scene.known, trigger.source)
                if source is not None and trigger.copies_words:
                    found = asking.words(self._course.scene, source)
                if source is not None or found is not None:
                    self._course.write_to(trigger.target, found)
            case "runexpression" if trigger.target and trigger.expression:
                found = stored(
                    self._course.scene.value(trigger.expression),
                    self._definition.by_key.get(trigger.target.lower()),
                )
                self._course.write_to(trigger.target, found)
