"""A definition together with answers: what is shown, asked, required and offered right now. Pure."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from betaops.surveys.computing import computed
from betaops.surveys.definition import Choice, Definition, Element, Page, Panel, Question
from betaops.surveys.expressions import holds
from betaops.surveys.expressions.values import is_empty
from betaops.surveys.localised import DEFAULT


class Scene:
    """`values` are the answers so far by question key; `seed` keeps shuffled choices in one order for a response."""

    def __init__(
        self,
        definition: Definition,
        values: Mapping[str, Any],
        *,
        now: datetime,
        language: str = DEFAULT,
        seed: str = "",
        files: frozenset[str] = frozenset(),
    ) -> None:
        self.definition = definition
        self.values = computed(definition, values, now=now) if definition.computed else values
        self.now = now
        self.language = language
        self.seed = seed
        #: Addresses of the files that were sent with this very response: no other may stand in an answer.
        self.files = files

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """Answers as conditions see them: an unanswered checkbox question is an empty list, not nothing."""
        return {**self._unanswered, **self.values}

    @cached_property
    def _unanswered(self) -> dict[str, Any]:
        return {
            question.key: [] for question in self.definition.asked if question.kind in ("checkbox", "tagbox")
        }

    def holds(self, condition: str, **more: Any) -> bool:
        return not condition or holds(condition, {**self.known, **more} if more else self.known, now=self.now)

    @cached_property
    def visible(self) -> frozenset[tuple[str | int, ...]]:
        """Places of all pages, panels and questions that are shown."""
        return frozenset(place for page in self.definition.pages for place in self._visible_in_page(page))

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Pages that are shown: those with something to show."""
        return tuple(page for page in self.definition.pages if self._shown_page(page))

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
        return self.holds(question.required_if) if question.required_if else question.is_required

    def is_enabled(self, question: Question) -> bool:
        return self.holds(question.enable_if) if question.enable_if else not question.is_read_only

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """What may be chosen now, in the order in which this person sees it; the special ones stay last."""
        shown = [choice for choice in question.choices if self.holds(choice.visible_if, item=choice.value)]
        plain = [choice for choice in shown if not choice.is_special]
        order = question.options.get("choicesOrder")
        if order == "random":
            random.Random(f"{self.seed}:{question.name}").shuffle(plain)  # noqa: S311  # an order, not a secret
        elif order in ("asc", "desc"):
            plain.sort(key=lambda choice: str(choice.text).casefold(), reverse=order == "desc")
        return (*plain, *(choice for choice in shown if choice.is_special))

    def rows(self, question: Question) -> tuple[Choice, ...]:
        """Rows of a matrix that are shown."""
        condition = question.options.get("rowsVisibleIf")
        rows = self._offered(question.rows, condition if isinstance(condition, str) else "")
        if question.options.get("rowOrder") == "random":
            random.Random(f"{self.seed}:{question.name}").shuffle(rows)  # noqa: S311  # an order, not a secret
        return tuple(rows)

    def columns(self, question: Question) -> tuple[Choice, ...]:
        """Columns of a matrix that are shown."""
        condition = question.options.get("columnsVisibleIf")
        return tuple(self._offered(question.columns, condition if isinstance(condition, str) else ""))

    def _offered(self, items: tuple[Choice, ...], condition: str) -> list[Choice]:
        """Those whose own condition holds, or, where they have none, the one for all of them."""
        return [item for item in items if self.holds(item.visible_if or condition, item=item.value)]

    def hidden_keys(self) -> frozenset[str]:
        """Answers that go on completion: those of questions hidden now, unless the definition keeps them.

        One look, as in `survey-core`: that an answer goes hides no further question.
        """
        if self.definition.options.get("clearInvisibleValues") == "none":
            return frozenset()
        shown = {key for question in self.asked for key in (question.key, question.comment_key)}
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
        return self.holds(element.visible_if) if element.visible_if else element.is_visible


def first_values(definition: Definition) -> dict[str, Any]:
    """Answers that are there before anybody answers: the default values."""
    return {
        question.key: question.options["defaultValue"]
        for question in definition.asked
        if not is_empty(question.options.get("defaultValue"))
    }
