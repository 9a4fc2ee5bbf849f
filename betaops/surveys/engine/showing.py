"""What was shown when conditions were last looked at, and what has changed since, as in `survey-core` 3.1.1. Pure."""

from collections.abc import Iterator

from betaops.surveys.definition import Definition, Element, Page, Panel, Question
from betaops.surveys.engine.following import watched
from betaops.surveys.engine.scene import Scene, clears_when_hidden


class Showing:
    """Questions whose answer goes when they are hidden, and the pages and panels around those that fill themselves in."""

    def __init__(self, scene: Scene) -> None:
        self._definition = scene.definition
        self._watched = watched(scene.definition)
        self._containers = [each for each in _containers(scene.definition) if self._matters(each)]
        self._shown = {each.place for each in self._watched if self._is_seen(scene, each)}
        #: By identity: pages may be equal.
        self._open = {id(each) for each in self._containers if _has_content(scene, each)}

    def begin(self) -> None:
        """Before conditions are looked at, what is not switched off counts as shown."""
        self._shown = {each.place for each in self._watched if each.is_visible}
        self._open = {id(each) for each in self._containers if each.is_visible}

    def is_watched(self, question: Question) -> bool:
        return question in self._watched

    def was_shown(self, question: Question) -> bool:
        """At the last look; what is not watched always counts as shown."""
        return question not in self._watched or question.place in self._shown

    def mind(self, scene: Scene, question: Question) -> tuple[bool, bool]:
        """Whether it was shown, and is."""
        was, is_shown = question.place in self._shown, self._is_seen(scene, question)
        (self._shown.add if is_shown else self._shown.discard)(question.place)
        return was, is_shown

    def is_there(self, scene: Scene, question: Question) -> bool:
        """Whether it may fill itself in: where its answer goes when it is hidden, it is shown itself, and all around it
        was shown at the last look."""
        if question not in self._watched:
            return True
        around = (each for each in self._containers if any(one is question for one in _questions(each)))
        # What a trigger switches is so at once; conditions are as they were.
        return scene.is_wanted(question) and all(
            id(each) in self._open and (bool(each.visible_if) or scene.is_wanted(each)) for each in around
        )

    def look(self, scene: Scene, container: Page | Panel) -> list[Question]:
        """The questions in a page or panel that has just come up: they have their default values again."""
        if not any(each is container for each in self._containers):
            return []
        was, is_open = id(container) in self._open, _has_content(scene, container)
        (self._open.add if is_open else self._open.discard)(id(container))
        return [each for each in _questions(container) if each.is_asked] if is_open and not was else []

    def _matters(self, container: Page | Panel) -> bool:
        inside = list(_questions(container))
        return any(question in self._watched or _has_default(question) for question in inside)

    def _is_seen(self, scene: Scene, question: Question) -> bool:
        """With `onHidden` its own condition counts, with `onHiddenContainer` those around it as well."""
        if clears_when_hidden(self._definition, question) == "onHidden":
            return scene.is_wanted(question)
        return scene.is_shown(question)


def _has_default(question: Question) -> bool:
    return any(question.options.get(name) for name in ("defaultValue", "defaultValueExpression"))


def _has_content(scene: Scene, element: Element | Page) -> bool:
    """Whether it is shown and has something to show, whatever is around it."""
    if not scene.is_wanted(element):
        return False
    if isinstance(element, Question):
        return element.is_drawn
    return any(_has_content(scene, each) for each in element.elements)


def _containers(definition: Definition) -> Iterator[Page | Panel]:
    yield from definition.pages
    yield from definition.panels


def _questions(container: Page | Panel) -> Iterator[Question]:
    for element in container.elements:
        if isinstance(element, Panel):
            yield from _questions(element)
        else:
            yield element
