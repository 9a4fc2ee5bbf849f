"""How a program goes, in three numbers whose formulae stand on the page: engagement, success, impact. Pure.

Engagement (a letter): do testers do their part? Shares of those who are in for a week or longer, each against what
counts as full marks, weighted. Success (0 … 100): how do those who spoke find it? Impact (points): what addressing
their reports added to success. All of it describes; none of it decides whether something ships.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from math import floor
from typing import NamedTuple

from betaops.statistics.bounded import mean_range


class Share(StrEnum):
    """What engagement is made of."""

    LATELY = "lately"
    REPLIED = "replied"
    HEARD = "heard"


class Part(NamedTuple):
    """A share of testers, how much of the mark it makes, and the share that earns all of it."""

    share: Share
    weight: float
    full: float


#: Full marks are what a very good beta reaches: usual are 30–40 % a week (Centercode speaks of 20–40 %).
PARTS = (Part(Share.LATELY, 0.5, 0.6), Part(Share.REPLIED, 0.35, 0.7), Part(Share.HEARD, 0.15, 0.3))

#: The mark from which on a grade is given, best first. A beta with usual participation gets a C.
GRADES = ((0.95, "A+"), (0.85, "A"), (0.7, "B"), (0.55, "C"), (0.4, "D"), (0.25, "D-"), (0.0, "F"))
#: Without it, no success is told: too few do anything for what they say to mean something.
LOWEST_FOR_SUCCESS = "D-"
#: Testers in for a week below whom no grade, and speakers below whom no success is told.
FEWEST_TESTERS, FEWEST_SPEAKERS = 5, 5
#: Points of width up to which success is told as one number; wider ones as a range.
NARROW = 20.0
#: Each end of success's range is wrong at most so often.
ERROR = 0.05
#: What one bug takes from somebody's balance, by severity; one praise gives 1.
TROUBLE = {"blocker": 2.0, "major": 1.0, "minor": 0.5, "trivial": 0.25}
_STEPS = 20


class Numbers(NamedTuple):
    """Of those who are in for a week: how many, and who took part in the last seven days, ever answered, ever reported.

    `is_asked`: whether they were asked anything at all; else answering is no part of the mark.
    """

    settled_in: int
    lately: int
    replied: int
    heard: int
    is_asked: bool


class Mark(NamedTuple):
    """One part of engagement as it stands: `share` of testers, and which part of its full marks that is."""

    part: Part
    share: float
    earned: float


class Engagement(NamedTuple):
    #: 0 … 1
    mark: float
    grade: str
    marks: tuple[Mark, ...]


class Voice(NamedTuple):
    """What one person's reports say: praise, ideas, bugs as `TROUBLE` weighs them, open or addressed by now."""

    praise: int
    ideas: int
    trouble: float
    addressed_trouble: float
    addressed: int


class Success(NamedTuple):
    """All in points, 0 … 100. `untouched` is what it were, had nothing been addressed."""

    speakers: int
    value: float
    low: float
    high: float
    untouched: float

    @property
    def is_narrow(self) -> bool:
        return self.high - self.low <= NARROW

    @property
    def impact(self) -> float:
        return self.value - self.untouched


def engagement(numbers: Numbers) -> Engagement | None:
    """None while too few are in for a week."""
    if numbers.settled_in < FEWEST_TESTERS:
        return None
    asked = [part for part in PARTS if numbers.is_asked or part.share is not Share.REPLIED]
    counts = {Share.LATELY: numbers.lately, Share.REPLIED: numbers.replied, Share.HEARD: numbers.heard}
    marks = tuple(_mark(part, counts[part.share] / numbers.settled_in) for part in asked)
    mark = sum(each.part.weight * each.earned for each in marks) / sum(part.weight for part in asked)
    return Engagement(mark, grade(mark), marks)


def _mark(part: Part, share: float) -> Mark:
    return Mark(part, share, min(1.0, share / part.full))


def grade(mark: float) -> str:
    """The letter of a mark (0 … 1)."""
    return next(letter for least, letter in GRADES if round(mark, 9) >= least)


def allows_success(found: Engagement | None) -> bool:
    """Whether enough is done for what people say to mean something."""
    letters = [letter for _least, letter in GRADES]
    return found is not None and letters.index(found.grade) <= letters.index(LOWEST_FOR_SUCCESS)


def success(voices: Iterable[Voice]) -> Success | None:
    """The mean balance of those who praised, had an idea or met a bug; None while they are too few.

    Somebody's balance is (praise − trouble) ÷ (praise + trouble + ideas + addressed bugs), from −1 to 1; 0 … 100 is
    50 + 50 × balance. One person is one voice, however much they write. The range is `statistics.bounded`.
    """
    known = [voice for voice in voices if voice.praise or voice.ideas or voice.trouble or voice.addressed]
    if len(known) < FEWEST_SPEAKERS:
        return None
    now = [_score(voice.praise, voice.trouble, voice.ideas + voice.addressed) for voice in known]
    before = [_score(voice.praise, voice.trouble + voice.addressed_trouble, voice.ideas) for voice in known]
    low, high = _range(now)
    value = sum(now) / len(now)
    return Success(
        len(known),
        100 * value,
        100 * min(low, value),
        100 * max(high, value),
        100 * sum(before) / len(before),
    )


def _score(praise: float, trouble: float, neither: float) -> float:
    return 0.5 + 0.5 * (praise - trouble) / (praise + trouble + neither)


def _range(scores: list[float]) -> tuple[float, float]:
    """On levels a twentieth apart, down for the lower end and up for the upper: never narrower than it is."""
    down = Counter(floor(round(score * _STEPS, 9)) for score in scores)
    up = Counter(-floor(round(-score * _STEPS, 9)) for score in scores)
    levels = [step / _STEPS for step in range(_STEPS + 1)]
    low = mean_range(levels, [down[step] for step in range(_STEPS + 1)], ERROR).low
    high = mean_range(levels, [up[step] for step in range(_STEPS + 1)], ERROR).high
    return low, high
