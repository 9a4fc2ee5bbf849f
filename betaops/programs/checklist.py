"""Is a program ready for strangers? Green, orange, red; red keeps it from recruiting. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from betaops.kernel.i18n import gettext as _
from betaops.programs.screener import Question
from betaops.programs.story import Charter, Story


class Light(StrEnum):
    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True)
class Item:
    """One line of the checklist; `tab` is the settings tab where it is mended."""

    key: str
    label: str
    light: Light
    says: str
    tab: str


class Draft(Protocol):
    """What the checklist looks at in a program."""

    codename: str
    name: str
    capacity: int
    goals: str
    starts_on: date
    ends_on: date


def checklist(
    program: Draft,
    *,
    story: Story,
    charter: Charter,
    screener: Sequence[Question],
    has_published_agreement: bool,
    today: date,
) -> list[Item]:
    """Every line, in the order in which a program is usually set up."""
    return [
        _story(story),
        _codename(program),
        _agreement(has_published_agreement),
        _dates(program, today),
        _capacity(program),
        _screener(screener),
        _charter(charter),
    ]


def is_blocked(items: Sequence[Item]) -> bool:
    return any(item.light is Light.RED for item in items)


def _story(story: Story) -> Item:
    label = _("The story is told")
    if story.is_told:
        return Item(
            "story", label, Light.GREEN, _("Strangers read what it is, for whom and what it takes."), "story"
        )
    return Item(
        "story", label, Light.RED, _("Title, lines, audience and minutes a week are needed."), "story"
    )


def _codename(program: Draft) -> Item:
    label = _("A codename for strangers")
    if program.codename.strip().casefold() == program.name.strip().casefold():
        return Item(
            "codename",
            label,
            Light.ORANGE,
            _("The codename is the name: strangers learn what is coming."),
            "story",
        )
    return Item(
        "codename",
        label,
        Light.GREEN,
        _("Strangers read “%(codename)s”.", codename=program.codename),
        "story",
    )


def _agreement(published: bool) -> Item:
    label = _("An agreement is published")
    if published:
        return Item("agreement", label, Light.GREEN, _("Testers accept it before they are in."), "agreement")
    return Item("agreement", label, Light.RED, _("Publish the agreement that testers accept."), "agreement")


def _dates(program: Draft, today: date) -> Item:
    label = _("The dates hold")
    if program.ends_on <= today:
        return Item("dates", label, Light.RED, _("The end lies in the past."), "schedule")
    if (program.ends_on - program.starts_on).days < 7:
        return Item(
            "dates", label, Light.ORANGE, _("Less than a week is short for most questions."), "schedule"
        )
    return Item("dates", label, Light.GREEN, _("The end is set, so the program cannot drag on."), "schedule")


def _capacity(program: Draft) -> Item:
    label = _("Seats are set")
    if program.capacity < 1:
        return Item("capacity", label, Light.RED, _("With no seats, everybody waits."), "schedule")
    if program.capacity < 30:
        says = _("Under 30 testers, a problem that hits 1 in 20 people is easily never met.")
        return Item("capacity", label, Light.ORANGE, says, "schedule")
    return Item("capacity", label, Light.GREEN, _("%(seats)s seats.", seats=program.capacity), "schedule")


def _screener(asked: Sequence[Question]) -> Item:
    label = _("The screener asks something")
    if asked:
        return Item("screener", label, Light.GREEN, _("%(count)s questions.", count=len(asked)), "screener")
    return Item(
        "screener",
        label,
        Light.ORANGE,
        _("Without questions you cannot choose among applicants."),
        "screener",
    )


def _charter(charter: Charter) -> Item:
    label = _("The charter is agreed")
    if charter.is_whole:
        return Item(
            "charter", label, Light.GREEN, _("Hypothesis, baseline, threshold and decider stand."), "goals"
        )
    says = _("Without hypothesis, threshold and decider nobody will know when it succeeded.")
    return Item("charter", label, Light.ORANGE, says, "goals")
