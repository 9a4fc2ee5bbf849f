"""Answers that are no longer offered go, as in `survey-core` 3.1.1; of several, they come back with the choice. Pure."""

from collections.abc import Mapping
from typing import Any, Protocol

from betaops.surveys.definition import Definition, Question
from betaops.surveys.engine.actions import is_picky
from betaops.surveys.engine.following import is_several, narrowed, shares_key
from betaops.surveys.engine.scene import Scene, clears_when_hidden, text_key
from betaops.surveys.expressions.values import is_empty


class Course(Protocol):
    """Whose answers are narrowed (`course.Course`)."""

    @property
    def scene(self) -> Scene: ...

    def value_of(self, question: Question) -> Any: ...

    def narrow_to(self, question: Question, value: Any) -> None: ...


class Offering:
    """What every question offers that does not always offer the same; `aside` is what may come back, by name."""

    def __init__(self, course: Course, definition: Definition, aside: Mapping[str, Any]) -> None:
        self._course, self._definition = course, definition
        self._picky = [each for each in definition.asked if is_picky(each.options, each.choices)]
        self._aside: dict[str, Any] = dict(aside)
        self._offered = {each.name: self._offer(each) for each in self._picky}
        self._narrowing: set[str] = set()

    @property
    def aside(self) -> dict[str, Any]:
        return {name: values for name, values in self._aside.items() if values}

    def begin(self) -> None:
        """Everything counts as offered until conditions are looked at."""
        self._offered = {
            each.name: tuple(text_key(choice.value) for choice in each.choices if not choice.is_special)
            for each in self._picky
        }

    def look(self, question: Question) -> None:
        if question not in self._picky:
            return
        before, self._offered[question.name] = self._offered.get(question.name), self._offer(question)
        is_carried = self._course.scene.source(question) is not None
        if before != self._offered[question.name] or is_carried:
            self._narrow(question)

    def follow(self, source: Question) -> None:
        """What others offer of its choices changes with its answer at once."""
        for question in self._picky:
            found = self._course.scene.source(question)
            if found is None or found[1].place != source.place:
                continue
            before, self._offered[question.name] = self._offered[question.name], self._offer(question)
            if before != self._offered[question.name]:
                self._narrow(question)
                self.follow(question)

    def finish(self, question: Question) -> None:
        if question in self._picky and clears_when_hidden(self._definition, question) != "none":
            self._narrow(question)

    def forget(self, question: Question) -> None:
        """Another answer was given: nothing of the old one comes back."""
        if question.name not in self._narrowing:
            self._aside.pop(question.name, None)

    def _offer(self, question: Question) -> tuple[str, ...]:
        return tuple(
            text_key(choice.value) for choice in self._course.scene.choices(question) if not choice.is_special
        )

    def _narrow(self, question: Question) -> None:
        value = self._course.value_of(question)
        if shares_key(self._definition, question) or isinstance(value, dict):
            return  # an object is a ranking as its page sends it
        offered = self._offered[question.name]
        known = {*offered, *(text_key(choice.value) for choice in question.choices if choice.is_special)}
        if not isinstance(value, list) and not is_several(question):
            if not is_empty(value) and text_key(value) not in known:
                self._course.narrow_to(question, None)
            return
        chosen, aside = value if isinstance(value, list) else [], self._aside.get(question.name)
        remaining, aside = narrowed(chosen, aside if isinstance(aside, list) else [], offered, known)
        self._aside[question.name] = aside
        if remaining != chosen:
            self._narrowing.add(question.name)
            self._course.narrow_to(question, remaining)
            self._narrowing.discard(question.name)
