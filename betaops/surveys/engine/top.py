"""A question that stands in no other, as its own expressions see it. Pure."""

from dataclasses import dataclass
from typing import Any, Protocol

from betaops.surveys.definition import Question
from betaops.surveys.engine.scene import Scene


class Course(Protocol):
    """Whose answers are written (`course.Course`)."""

    @property
    def scene(self) -> Scene: ...

    def value_of(self, question: Question) -> Any: ...

    def put(self, question: Question, value: Any, *, is_default: bool = False) -> None: ...

    def clear(self, question: Question) -> None: ...

    def narrow_to(self, question: Question, value: Any) -> None: ...


@dataclass(frozen=True)
class Top:
    course: Course
    question: Question

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def answer(self) -> Any:
        return self.course.value_of(self.question)

    @property
    def scene(self) -> Scene:
        return self.course.scene

    def value(self, source: str) -> Any:
        return self.course.scene.value(source, self=self.answer)

    def put(self, value: Any, *, is_default: bool = False) -> None:
        self.course.put(self.question, value, is_default=is_default)

    def clear(self) -> None:
        self.course.clear(self.question)

    def narrow_to(self, value: Any) -> None:
        self.course.narrow_to(self.question, value)
