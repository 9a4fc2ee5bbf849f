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

    def subject(self, question: Question) -> "Subject": ...


class Subject(Protocol):
    """A question with the answer that it has, at the top of a survey or inside a panel or a row."""

    @property
    def question(self) -> Question: ...

    @property
    def name(self) -> str:
        """Told apart from all others."""

    @property
    def scene(self) -> Scene: ...

    @property
    def answer(self) -> Any: ...

    def narrow_to(self, value: Any) -> None: ...


class Offering:
    """What every question offers that does not always offer the same; `aside` is what may come back, by name."""

    def __init__(self, course: Course, definition: Definition, aside: Mapping[str, Any]) -> None:
        self._course, self._definition = course, definition
        self._picky = [each for each in definition.asked if is_picky(each.options, each.choices)]
        self._aside: dict[str, Any] = dict(aside)
        self._offered = {each.name: _offer(course.subject(each)) for each in self._picky}
        self._narrowing: set[str] = set()

    @property
    def aside(self) -> dict[str, Any]:
        return {name: values for name, values in self._aside.items() if values}

    def begin(self) -> None:
        """Everything counts as offered until conditions are looked at."""
        self._offered = {each.name: _every(each) for each in self._picky}

    def note(self, subject: Subject) -> None:
        """What a question inside another offers before anything changes."""
        if _is_picky(subject):
            self._offered[subject.name] = _offer(subject)

    def look(self, question: Question) -> None:
        self.look_at(self._course.subject(question))

    def look_at(self, subject: Subject) -> None:
        if not _is_picky(subject):
            return
        before = self._offered.get(subject.name, _every(subject.question))
        self._offered[subject.name] = _offer(subject)
        is_carried = subject.scene.source(subject.question) is not None
        if before != self._offered[subject.name] or is_carried:
            self._narrow(subject)

    def follow(self, source: Question) -> None:
        """What others offer of its choices changes with its answer at once."""
        for question in self._picky:
            found = self._course.scene.source(question)
            if found is None or found[1].place != source.place:
                continue
            subject = self._course.subject(question)
            before, self._offered[question.name] = self._offered[question.name], _offer(subject)
            if before != self._offered[question.name]:
                self._narrow(subject)
                self.follow(question)

    def finish(self, question: Question) -> None:
        self.finish_at(self._course.subject(question))

    def finish_at(self, subject: Subject) -> None:
        if _is_picky(subject) and clears_when_hidden(self._definition, subject.question) != "none":
            self._offered.setdefault(subject.name, _offer(subject))
            self._narrow(subject)

    def forget(self, subject: Subject) -> None:
        """Another answer was given: nothing of the old one comes back."""
        if subject.name not in self._narrowing:
            self._aside.pop(subject.name, None)

    def move(self, names: Mapping[str, str]) -> None:
        """Questions are called otherwise now; what has no name any more is gone."""
        for kept in (self._aside, self._offered):
            found = {names[name]: kept.pop(name) for name in names if name in kept}
            kept.update({name: value for name, value in found.items() if name})

    def _narrow(self, subject: Subject) -> None:
        value, question = subject.answer, subject.question
        if shares_key(subject.scene.definition, question) or isinstance(value, dict):
            return  # an object is a ranking as its page sends it
        offered = self._offered[subject.name]
        known = {*offered, *(text_key(choice.value) for choice in question.choices if choice.is_special)}
        if not isinstance(value, list) and not is_several(question):
            if not is_empty(value) and text_key(value) not in known:
                subject.narrow_to(None)
            return
        chosen, aside = value if isinstance(value, list) else [], self._aside.get(subject.name)
        remaining, aside = narrowed(chosen, aside if isinstance(aside, list) else [], offered, known)
        self._aside[subject.name] = aside
        if remaining != chosen:
            self._narrowing.add(subject.name)
            subject.narrow_to(remaining)
            self._narrowing.discard(subject.name)


def _is_picky(subject: Subject) -> bool:
    return is_picky(subject.question.options, subject.question.choices)


def _offer(subject: Subject) -> tuple[str, ...]:
    return tuple(
        text_key(choice.value) for choice in subject.scene.choices(subject.question) if not choice.is_special
    )


def _every(question: Question) -> tuple[str, ...]:
    return tuple(text_key(choice.value) for choice in question.choices if not choice.is_special)
