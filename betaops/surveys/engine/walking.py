"""From page to page: what one press of *Next* or *Back* leads to. Pure; used for answering and for the preview."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from betaops.surveys.definition import Definition, Page
from betaops.surveys.engine import arranging, calculating
from betaops.surveys.engine.judging import Problem, judge
from betaops.surveys.engine.scene import Scene


@dataclass(frozen=True)
class Step:
    """`answers` to keep, and the page to show next: None when the last one was sent and nothing is wrong."""

    answers: dict[str, Any]
    page: int | None
    problems: tuple[Problem, ...] = ()
    #: Questions of the same page that these answers brought up: it is shown again.
    is_revealing: bool = False


@dataclass(frozen=True)
class Walk:
    """One person on the way through a definition; `seed` keeps random orders the same for them."""

    definition: Definition
    now: datetime
    language: str = "default"
    seed: str = ""
    #: Addresses of the files that came with this response.
    files: frozenset[str] = frozenset()

    def scene(self, answers: Mapping[str, Any]) -> Scene:
        return Scene(
            self.definition, answers, now=self.now, language=self.language, seed=self.seed, files=self.files
        )

    def begun(self) -> dict[str, Any]:
        """The answers that are there before anybody answers."""
        return calculating.begun(self.definition, now=self.now, language=self.language, seed=self.seed)

    def answered(self, answers: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """`answers` with `changes` (None takes one away) and what the survey makes of them."""
        return calculating.answered(
            self.definition,
            answers,
            changes,
            now=self.now,
            language=self.language,
            seed=self.seed,
            files=self.files,
        )

    def arranged(self, answers: Mapping[str, Any], action: str) -> dict[str, Any] | None:
        """`answers` with one entry more or less, and what follows from that; None where `action` is no such thing."""
        changed = arranging.arranged(self.definition, answers, action)
        if changed is None:
            return None
        different = {key: value for key, value in changed.items() if value != answers.get(key)}
        return self.answered(answers, different)

    def shown(self, scene: Scene) -> list[int]:
        """Numbers of the pages that are gone through."""
        return [
            number
            for number, page in enumerate(self.definition.pages)
            if number not in scene.passed_over and any(page is each for each in scene.pages)
        ]

    def page(self, answers: Mapping[str, Any], wanted: int) -> tuple[Scene, Page | None]:
        """The page numbered `wanted` if it is shown, else the next shown one, else the last."""
        scene = self.scene(answers)
        shown = self.shown(scene)
        if not shown:
            return scene, None
        index = next((each for each in shown if each >= wanted), shown[-1])
        return scene, self.definition.pages[index]

    def number(self, page: Page) -> int:
        """A page's index; pages may be equal, so it is looked for by identity."""
        return next(index for index, each in enumerate(self.definition.pages) if each is page)

    def forward(self, answers: Mapping[str, Any], index: int, asked: Collection[str]) -> Step:
        """Judge what was on the page (`asked`, by name) and go on where all is right."""
        scene = self.scene(answers)
        page = self.definition.pages[index]
        judged = judge(scene, tuple(each for each in scene.questions(page) if each.name in asked))
        if judged.problems:
            return Step(dict(answers), index, judged.problems)
        after = self.scene(judged.values)
        if any(each.name not in asked for each in after.questions(page)):
            return Step(judged.values, index, is_revealing=True)
        return Step(judged.values, next((number for number in self.shown(after) if number > index), None))

    def back(self, answers: Mapping[str, Any], index: int) -> Step:
        """To the shown page before; nothing is judged, nothing is lost."""
        scene = self.scene(answers)
        before = [number for number in self.shown(scene) if number < index]
        return Step(dict(answers), before[-1] if before else index)

    def faulty(self, answers: Mapping[str, Any], problems: tuple[Problem, ...]) -> int:
        """The first page that has one of `problems`; the first shown one where none has."""
        names = {problem.question.name for problem in problems}
        scene = self.scene(answers)
        for page in scene.pages:
            if any(question.name in names for question in page.questions):
                return self.number(page)
        return self.number(scene.pages[0]) if scene.pages else 0
