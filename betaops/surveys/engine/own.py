"""What a question's own expressions set, reset and fill in, as `survey-core` 3.1.1 carries them out. Pure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from betaops.surveys.definition import Question
from betaops.surveys.engine.actions import default_of, expression, has_own_default
from betaops.surveys.engine.computing import stored
from betaops.surveys.engine.following import concerns
from betaops.surveys.expressions import can_run
from betaops.surveys.expressions.values import is_empty, is_true


class Subject(Protocol):
    """A question with the answer that it has, at the top of a survey or inside a panel or a row."""

    @property
    def question(self) -> Question: ...

    @property
    def name(self) -> str:
        """Told apart from all others."""

    @property
    def answer(self) -> Any: ...

    def value(self, source: str) -> Any:
        """The value of an expression where the question stands."""

    def put(self, value: Any, *, is_default: bool = False) -> None: ...

    def clear(self) -> None: ...


class Own:
    """No expression is carried out while it is being carried out already."""

    def __init__(self) -> None:
        self._busy: set[tuple[str, str]] = set()

    def is_filling_in(self, name: str) -> bool:
        """Whether the question of that name is getting its default value just now."""
        return (name, "defaultValueExpression") in self._busy

    def follow(self, subject: Subject, keys: Mapping[str, Any]) -> None:
        """What a change of `keys` sets or resets."""
        options = subject.question.options
        reset, condition, source = (
            expression(options, name) for name in ("resetValueIf", "setValueIf", "setValueExpression")
        )
        if reset and not is_empty(subject.answer) and concerns(keys, reset):
            with self._at(subject, "resetValueIf") as is_free:
                if is_free and subject.value(reset) is True:
                    self._reset(subject)
        if condition and concerns(keys, condition, source):
            with self._at(subject, "setValueIf") as is_free:
                if is_free and is_true(subject.value(condition)):
                    self._set_by(subject, source) if source else subject.clear()
        if source and not condition and concerns(keys, source):
            self._set_by(subject, source)

    def fill_in(self, subject: Subject) -> None:
        """The default value, where there is one."""
        plain = default_of(subject.question.options, subject.question.kind)
        source = expression(subject.question.options, "defaultValueExpression")
        if source and can_run(source):
            with self._at(subject, "defaultValueExpression") as is_free:
                if is_free:
                    found = stored(subject.value(source), subject.question)
                    subject.put(plain if found is None else found, is_default=True)
        elif plain is not None:
            subject.put(plain)

    def _set_by(self, subject: Subject, source: str) -> None:
        with self._at(subject, "setValueExpression") as is_free:
            if is_free and can_run(source):
                subject.put(stored(subject.value(source), subject.question))

    def _reset(self, subject: Subject) -> None:
        """To the default value, or to nothing; a yes or no has a calculated default only in the beginning."""
        question = subject.question
        is_calculated = has_own_default(question.options) and question.kind != "boolean"
        if is_calculated or default_of(question.options, question.kind) is not None:
            self.fill_in(subject)
        elif has_own_default(question.options):
            subject.put(None)
        else:
            subject.clear()

    @contextmanager
    def _at(self, subject: Subject, name: str) -> Iterator[bool]:
        """Whether this expression is not being carried out already."""
        mark = (subject.name, name)
        if mark in self._busy:
            yield False
            return
        self._busy.add(mark)
        try:
            yield True
        finally:
            self._busy.discard(mark)
