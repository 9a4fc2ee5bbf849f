"""Published measures: an element says which one it is, and its answers are scored as published. Pure.

`"x-betaops": {"instrument": "sus"}` on a question, a matrix or a panel. What an element must look like, and how its
answers are scored, stands in each instrument.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from betaops.kernel.i18n import gettext as _
from betaops.surveys.definition import Definition, Element, Question
from betaops.surveys.instruments.base import Instrument, Item, Misfit, Pattern, Reading
from betaops.surveys.instruments.kano import KANO
from betaops.surveys.instruments.maxdiff import MAXDIFF
from betaops.surveys.instruments.prices import VAN_WESTENDORP
from betaops.surveys.instruments.single import CES, CSAT, NPS, PMF
from betaops.surveys.instruments.usability import SUS, UMUX_LITE
from betaops.surveys.instruments.workload import NASA_TLX
from betaops.surveys.localised import DEFAULT

INSTRUMENTS: dict[str, Instrument] = {
    each.name: each for each in (NPS, CSAT, CES, SUS, UMUX_LITE, PMF, NASA_TLX, KANO, MAXDIFF, VAN_WESTENDORP)
}


@dataclass(frozen=True)
class Placed:
    """An instrument where it stands in a survey."""

    instrument: Instrument
    element: Element
    items: tuple[Item, ...]

    @property
    def is_one_question(self) -> bool:
        """Its score is that of a question, and shown there."""
        return len(self.items) == 1


def marked(definition: Definition) -> Iterator[Element]:
    """Elements that say they are an instrument."""
    elements: tuple[Element, ...] = (*definition.panels, *definition.asked)
    return (element for element in elements if element.instrument)


def placed(definition: Definition, language: str = DEFAULT) -> list[Placed]:
    """Every instrument of a survey whose shape fits, panels first."""
    found = []
    for element in marked(definition):
        instrument = INSTRUMENTS.get(element.instrument)
        if instrument is None:
            continue
        try:
            found.append(Placed(instrument, element, instrument.fit(element, language)))
        except Misfit:
            continue
    return found


def of_question(question: Question, counts: Mapping[str, int], language: str = DEFAULT) -> Reading | None:
    """What the instrument of one question says of how often each code was chosen; None where it has none."""
    instrument = INSTRUMENTS.get(question.instrument)
    if instrument is None:
        return None
    try:
        items = instrument.fit(question, language)
    except Misfit:
        return None
    if len(items) != 1:
        return None
    return instrument.read(items, [((code,), count) for code, count in counts.items()])


def misfits(definition: Definition) -> Iterator[tuple[Element, str]]:
    """Elements that are not what they say they are, with a sentence why."""
    for element in marked(definition):
        instrument = INSTRUMENTS.get(element.instrument)
        if instrument is None:
            yield element, _("“%(name)s” names the instrument %(instrument)s, which is not known.",
                             name=element.name, instrument=element.instrument[:40])  # fmt: skip
            continue
        try:
            instrument.fit(element, DEFAULT)
        except Misfit as misfit:
            yield element, _("“%(name)s” cannot be scored as %(instrument)s. %(why)s",
                             name=element.name, instrument=instrument.title, why=misfit)  # fmt: skip


__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "Item",
    "Misfit",
    "Pattern",
    "Placed",
    "Reading",
    "marked",
    "misfits",
    "of_question",
    "placed",
]
