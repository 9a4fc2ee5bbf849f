"""Questions that offer the choices of another one, with those as their own: how their answers are read. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from betaops.surveys.definition import Choice, Definition, Element, Panel, Question, entry_word
from betaops.surveys.engine.actions import line

Names = Mapping[str, Question]


def worded(definition: Definition) -> Definition:
    """`definition`, with the words of all choices where they can be chosen; itself where no choices are carried over.

    Whatever of them was offered, and to whom: what somebody chose once has words.
    """
    if not any(line(each.options, "choicesFromQuestion") for each in definition.every_question):
        return definition
    return _worded(definition, {}, "")


def _worded(definition: Definition, around: Names, word: str) -> Definition:
    """`word` is by which the questions of a panel or a row call each other; plain names are the survey's."""
    own = {question.name: question for question in definition.questions}
    names = (
        {**around, **{f"{word}.{name}": each for name, each in own.items()}} if word else {**around, **own}
    )

    def element(each: Element) -> Element:
        if isinstance(each, Panel):
            return replace(each, elements=tuple(element(one) for one in each.elements))
        inner = each.inner and _worded(each.inner, names, entry_word(each))
        return replace(each, choices=_choices(each, names, ()), inner=inner)

    return replace(
        definition,
        pages=tuple(
            replace(page, elements=tuple(element(each) for each in page.elements))
            for page in definition.pages
        ),
    )


def _choices(question: Question, names: Names, seen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Its own, or those of the question that it names, and of the one that this one names."""
    source = names.get(line(question.options, "choicesFromQuestion"))
    has_choices = source is not None and bool(source.choices or source.options.get("choicesFromQuestion"))
    if source is None or not has_choices or source.name in seen or source is question:
        return question.choices
    carried = [
        each for each in _choices(source, names, (*seen, question.name)) if not each.is_special
    ]  # its special ones stay with it
    return (*carried, *(each for each in question.choices if each.is_special))
