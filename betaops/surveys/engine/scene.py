"""A definition together with answers: what is shown, asked, required and offered right now. Pure."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from betaops.surveys.definition import Choice, Definition, Element, Page, Panel, Question, by_code
from betaops.surveys.engine import asking, piping
from betaops.surveys.engine.actions import default_of, line
from betaops.surveys.engine.computing import computed
from betaops.surveys.engine.knowing import STATE, Knowledge, named
from betaops.surveys.expressions import can_run
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.localised import text

__all__ = ["STATE", "Given", "Scene", "clears_when_hidden", "first_values", "text_key"]

#: Calculated values need totals and expressions, and these calculated values: so often they take turns.
MOST_TURNS = 3


class Scene(Knowledge):
    """`values` are the answers so far by question key; `seed` keeps shuffled choices in one order for a response."""

    #: Whether a function that looks at the survey is being answered just now.
    is_asking = False
    #: Before the names of questions, where it is the scene of an entry (`family[0].`).
    prefix = ""
    #: Numbers that texts name, as people count.
    counted: Mapping[str, int] = {}

    def _with_computed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.definition.computed:
            return values
        found = values
        for _round in range(
            MOST_TURNS if self.definition.actions.calculated and self.reckoned is None else 1
        ):
            before, given = found, self._given(found)
            found = computed(self.definition, before, work_out=given.work_out, around=given.variables)
            if found == before:
                break
        return found

    def _given(self, values: Mapping[str, Any]) -> "Given":
        return Given(
            self.definition,
            values,
            now=self.now,
            language=self.language,
            seed=self.seed,
            files=self.files,
            reckoned=self.reckoned,
        )

    @property
    def root(self) -> "Scene":
        """The scene of the survey as a whole: this one, unless it is that of a panel or a row."""
        return self

    def question_named(self, name: str) -> "tuple[Scene, Question] | None":
        """A question by its name, with the scene that has its answer."""
        found = next((each for each in self.definition.questions if each.name == name), None)
        return None if found is None else (self, found)

    def question_kept_as(self, key: str) -> "tuple[Scene, Question] | None":
        """The question whose answer is kept under `key`, in whatever case, with the scene that has it."""
        found = self.definition.by_key.get(key.lower())
        return None if found is None else (self, found)

    def _ask(self, function: str, arguments: list[Any]) -> Any:
        """For functions that look at the survey; one that asks about itself is told nothing."""
        root = self.root
        if root.is_asking:
            return None
        root.is_asking = True
        try:
            return asking.answer(self, function, arguments)
        finally:
            root.is_asking = False

    @cached_property
    def visible(self) -> frozenset[tuple[str | int, ...]]:
        """Places of all pages, panels and questions that are shown."""
        return frozenset(place for page in self.definition.pages for place in self._visible_in_page(page))

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Pages that are shown: those with something to show."""
        return tuple(page for page in self.definition.pages if self._shown_page(page))

    @cached_property
    def passed_over(self) -> frozenset[int]:
        """Numbers of the pages that triggers lead past: behind a completing one, and before a skip's aim.

        A trigger counts from the page with the question that its condition names; what was answered before on a page
        that is passed over stays.
        """
        found: set[int] = set()
        for trigger in self.definition.actions.triggers:
            if trigger.kind not in ("complete", "skip") or self.value(trigger.condition) is not True:
                continue
            names = named(trigger.condition)
            sources = [
                number for number, page in enumerate(self.definition.pages)
                if number not in found and any(each is page for each in self.pages)
                and any(question.key.lower() in names for question in page.questions)
            ]  # fmt: skip
            found |= self._past(trigger.target, sources) if trigger.kind == "skip" else self._behind(sources)
        return frozenset(found)

    def _behind(self, sources: list[int]) -> set[int]:
        return set(range(sources[0] + 1, len(self.definition.pages))) if sources else set()

    def _past(self, target: str, sources: list[int]) -> set[int]:
        aim = next(
            (
                number for number, page in enumerate(self.definition.pages)
                if any(question.name == target and self.is_shown(question) for question in page.questions)
            ), None,
        )  # fmt: skip
        before = [number for number in sources if aim is not None and number < aim]
        return set(range(before[-1] + 1, aim)) if before and aim is not None else set()

    def is_shown(self, element: Element | Page) -> bool:
        return element.place in self.visible

    def elements(self, parent: Page | Panel) -> tuple[Element, ...]:
        """The shown elements right inside `parent`."""
        return tuple(element for element in self.arranged(parent) if self.is_shown(element))

    def arranged(self, parent: Page | Panel) -> tuple[Element, ...]:
        """All elements right inside `parent` in the order in which this person sees them."""
        order = parent.options.get("questionOrder") if isinstance(parent, Page) else None
        if order not in ("initial", "random"):
            order = self.definition.options.get("questionOrder")
        elements = list(parent.elements)
        if order == "random" and isinstance(parent, Page):
            random.Random(f"{self.seed}:{parent.name}").shuffle(elements)  # noqa: S311  # an order, not a secret
        return tuple(elements)

    def questions(self, page: Page) -> tuple[Question, ...]:
        """The shown questions of a page that have an answer."""
        return tuple(question for question in page.questions if question.is_asked and self.is_shown(question))

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """All shown questions that have an answer."""
        return tuple(question for page in self.pages for question in self.questions(page))

    def is_required(self, question: Question) -> bool:
        """By its condition where it has one, whatever `isRequired` says; so does `survey-core`."""
        condition = question.required_if
        return self.value(condition) is True if condition and can_run(condition) else question.is_required

    def is_enabled(self, question: Question) -> bool:
        """Whether it may be answered: its condition is not false, and none of a panel around it."""
        if question.enable_if and can_run(question.enable_if):
            is_open = self.value(question.enable_if) is not False
        else:
            is_open = not question.is_read_only
        return is_open and question.place not in self._locked

    @cached_property
    def _locked(self) -> frozenset[tuple[str | int, ...]]:
        closed = [
            panel for panel in self.definition.panels
            if panel.enable_if and can_run(panel.enable_if) and self.value(panel.enable_if) is False
        ]  # fmt: skip
        return frozenset(
            question.place for panel in closed for question in self.definition.questions
            if question.place[: len(panel.place)] == panel.place
        )  # fmt: skip

    def bound(self, question: Question, name: str) -> Any:
        """`min` or `max` of a question: what its expression says, else what is written."""
        source = line(question.options, f"{name}ValueExpression")
        found = self.value(source) if source else None
        if isinstance(found, datetime):
            return found.date().isoformat()
        return question.options.get(name) if found is None else found

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """What may be chosen now, in the order in which this person sees it; the special ones stay last."""
        plain = [choice for choice in self._offered(question) if self._is_offered(question, choice)]
        order = question.options.get("choicesOrder")
        if order == "random":
            random.Random(f"{self.seed}:{question.name}").shuffle(plain)  # noqa: S311  # an order, not a secret
        elif order in ("asc", "desc"):
            plain.sort(key=lambda choice: str(choice.text).casefold(), reverse=order == "desc")
        special = [choice for choice in question.choices if choice.is_special]
        return tuple(self._told(question, choice) for choice in (*plain, *special))

    def _offered(self, question: Question) -> tuple[Choice, ...]:
        """Its own choices, or those of another question: all, the chosen ones, or the others."""
        source = self.source(question)
        if source is None:
            return tuple(choice for choice in question.choices if not choice.is_special)
        scene, other = source
        if self._is_carrying(question):
            return ()
        offered = [choice for choice in scene.choices(other) if not choice.is_special]
        mode = question.options.get("choicesFromQuestionMode")
        if mode not in ("selected", "unselected"):
            return tuple(offered)
        answer = scene.values.get(other.key)
        chosen = {text_key(each) for each in (answer if isinstance(answer, list) else [answer])}
        return tuple(each for each in offered if (text_key(each.value) in chosen) is (mode == "selected"))

    def source(self, question: Question) -> "tuple[Scene, Question] | None":
        """The question whose choices it offers instead of its own; None where it offers its own."""
        name = line(question.options, "choicesFromQuestion")
        found = self.question_named(name) if name else None
        if found is None or found[1].place == question.place:
            return None
        return found if found[1].choices or "choicesFromQuestion" in found[1].options else None

    def known_choices(self, question: Question) -> frozenset[str]:
        """By which texts an answer to it may be known now; the free one besides a list is among them."""
        return frozenset(text_key(choice.value) for choice in self.choices(question))

    def _is_carrying(self, question: Question) -> bool:
        """Whether following `choicesFromQuestion` comes round to a question again."""
        seen = {question.place}
        following = self.source(question)
        while following is not None:
            scene, other = following
            if other.place in seen:
                return True
            seen.add(other.place)
            following = scene.source(other)
        return False

    def _is_offered(self, question: Question, choice: Choice) -> bool:
        condition = choice.visible_if or line(question.options, "choicesVisibleIf")
        return not condition or self.fits(condition, item=choice.value, choice=choice.value)

    def _told(self, question: Question, choice: Choice) -> Choice:
        """With answers in its words, and switched off where it may not be chosen (what was chosen before stays)."""
        words = text(choice.text, self.language)
        if "{" in words:
            choice = replace(choice, text=piping.piped(words, self))
        if self.is_open(question, choice):
            return choice
        answer = self.values.get(question.key)
        chosen = {text_key(one) for one in (answer if isinstance(answer, list) else [answer])}
        stands = text_key(choice.value) in chosen - set(self.barred(question))
        return choice if stands else replace(choice, is_disabled=True)

    def is_open(self, question: Question, choice: Choice) -> bool:
        """Whether the condition of a choice lets it be chosen now."""
        condition = choice.enable_if or line(question.options, "choicesEnableIf")
        is_free = choice.is_special or not condition
        return is_free or self.fits(condition, item=choice.value, choice=choice.value)

    def barred(self, question: Question) -> list[str]:
        """Choices that were sent while they could not be chosen (`barring`), by their texts."""
        state = self.root.values.get(STATE)
        found = state.get("barred") if isinstance(state, dict) else None
        codes = found.get(self.prefix + question.name) if isinstance(found, dict) else None
        return [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []

    def rows(self, question: Question) -> tuple[Choice, ...]:
        """Rows of a matrix that are shown."""
        every = line(question.options, "rowsVisibleIf")
        rows = [
            row for row in question.rows
            if not (condition := row.visible_if or every) or self.fits(condition, item=row.value, row=row.value)
        ]  # fmt: skip
        if question.options.get("rowOrder") == "random":
            random.Random(f"{self.seed}:{question.name}").shuffle(rows)  # noqa: S311  # an order, not a secret
        return tuple(rows)

    def row_named(self, question: Question, code: str) -> tuple[int, Choice] | None:
        """The row that is shown of that code, with its place."""
        if question.lasting_rows is not None:
            return question.lasting_rows.get(code)
        if question.name not in self._rows_by_code:
            self._rows_by_code[question.name] = by_code(self.rows(question))
        return self._rows_by_code[question.name].get(code)

    @cached_property
    def _rows_by_code(self) -> dict[str, dict[str, tuple[int, Choice]]]:
        return {}

    def columns(self, question: Question) -> tuple[Choice, ...]:
        """Columns of a matrix that are shown."""
        every = line(question.options, "columnsVisibleIf")
        return tuple(
            column for column in question.columns
            if not (condition := column.visible_if or every) or self.fits(condition, item=column.value)
        )  # fmt: skip

    def hidden_keys(self) -> frozenset[str]:
        """Answers that go on completion: those of questions hidden now, unless the definition keeps them.

        One look, as in `survey-core`: that an answer goes hides no further question.
        """
        kept = [each for each in self.definition.asked if clears_when_hidden(self.definition, each) == "none"]
        shown = {key for question in (*self.asked, *kept) for key in (question.key, question.comment_key)}
        known = {key for question in self.definition.asked for key in (question.key, question.comment_key)}
        return frozenset(known - shown)

    def _shown_page(self, page: Page) -> bool:
        return self.is_wanted(page) and any(self.is_shown(element) for element in page.elements)

    def _visible_in_page(self, page: Page) -> Iterator[tuple[str | int, ...]]:
        if self.is_wanted(page):
            yield page.place
            for element in page.elements:
                yield from self._visible_in(element)

    def _visible_in(self, element: Element) -> Iterator[tuple[str | int, ...]]:
        if not self.is_wanted(element):
            return
        if isinstance(element, Panel):
            inner = [place for child in element.elements for place in self._visible_in(child)]
            if inner:
                yield element.place
                yield from inner
        elif element.is_drawn:
            yield element.place

    def is_wanted(self, element: Element | Page) -> bool:
        """Whether its own condition holds, whatever stands around it."""
        is_wanted = self.holds(element.visible_if) if element.visible_if else self._is_switched_on(element)
        if is_wanted and isinstance(element, Question) and element.options.get("hideIfChoicesEmpty") is True:
            # With choices of another question its own special ones count as well, but among buttons.
            is_carried = self.source(element) is not None and element.kind != "buttongroup"
            return any(is_carried or not choice.is_special for choice in self.choices(element))
        return is_wanted

    def _is_switched_on(self, element: Element | Page) -> bool:
        """What a trigger has made of it, else what its author said."""
        state = self.values.get(STATE)
        switched = state.get("switched") if isinstance(state, dict) else None
        if not isinstance(switched, dict) or isinstance(element, Panel):
            return element.is_visible
        kind = "page" if isinstance(element, Page) else "question"
        return switched.get(f"{kind}:{element.name}", element.is_visible) is not False


def clears_when_hidden(definition: Definition, question: Question) -> str:
    """When its answer goes with it: `none`, `onComplete`, `onHidden`, `onHiddenContainer`."""
    own = question.options.get("clearIfInvisible")
    every = definition.options.get("clearInvisibleValues")
    found = every if own in (None, "default") else own
    return (
        found
        if isinstance(found, str) and found in ("none", "onHidden", "onHiddenContainer")
        else "onComplete"
    )


def text_key(value: Any) -> str:
    """By which a choice is compared with an answer: 1 and "1" are one."""
    return "" if value is None or isinstance(value, dict | list) else str(value)


def first_values(definition: Definition) -> dict[str, Any]:
    """Answers that are there before anybody answers: the plain default values."""
    found = {question.key: default_of(question.options, question.kind) for question in definition.asked}
    return {key: value for key, value in found.items() if not is_empty(value)}


class Given(Scene):
    """With the answers as they were given: what is calculated from them is still to come."""

    def _with_computed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values
