"""Readiness against the market that a program declares: whom the testers stand for, and what they say by weight.

A margin says how the people the product is for spread over the categories of one fact. No session in here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from babel.numbers import format_decimal

from betaops.kernel import i18n
from betaops.statistics.weighting import (
    Cell,
    Refusal,
    merged,
    rake,
    standardised_difference,
    weighted_counts,
)

#: More margins cost more people than they mend.
MOST_MARGINS = 4
MOST_CATEGORIES = 12
#: Standardised differences from which a category is unlike the market, and far from it.
UNLIKE, FAR = 0.2, 0.5


class Margin(NamedTuple):
    """How the market spreads over one fact (`cohorts` names it); shares by category add up to 1."""

    fact: str
    title: str
    #: About what people do, not who they are: such margins remove more bias (Pew 2018).
    is_behavioural: bool
    shares: Mapping[str, float]

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Margin":
        return cls(told["fact"], told["title"], told["is_behavioural"], dict(told["shares"]))

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "shares": dict(self.shares)}


class Weighed(NamedTuple):
    """Counts of weight for each level, adding up to what the people are worth; `refused` says why there are none."""

    counts: Sequence[float] = ()
    #: How many people have a weight, and how many answered who are in no category of some margin.
    n: int = 0
    left_out: int = 0
    effective: float = 0.0
    #: Categories that were joined because few answered, "Team / Enterprise".
    joined: Sequence[str] = ()
    #: A code of `weighting.Refusal`, and the title of the margin that it is about.
    refused: str = ""
    margin: str = ""
    #: Titles of the margins by which those who answered are far from the market.
    far: Sequence[str] = ()

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Weighed":
        """What `to_json` gave; older readings do not say who is far."""
        fields = [name for name in cls._fields if name != "far"]
        return cls(**{name: told[name] for name in fields}, far=tuple(told.get("far", ())))

    def to_json(self) -> dict[str, Any]:
        lists = {name: list(getattr(self, name)) for name in ("counts", "joined", "far")}
        return {**self._asdict(), **lists}


def weigh(
    levels: Sequence[float],
    scores: Mapping[UUID, float],
    cells: Mapping[UUID, Sequence[str | None]],
    margins: Sequence[Margin],
) -> Weighed:
    """What the scores are by weight; `cells` has each tester's category in every margin."""
    known = {
        tester: tuple(str(each) for each in cells[tester])
        for tester in scores
        if tester in cells
        and all(each in margin.shares for each, margin in zip(cells[tester], margins, strict=True))
    }
    told = Weighed(n=len(known), left_out=len(scores) - len(known), far=_far(known, margins))
    joined: list[dict[str, str]] = []
    for at, margin in enumerate(margins):
        try:
            joined.append(merged(Counter(cell[at] for cell in known.values()), margin.shares))
        except Refusal as refusal:
            return told._replace(refused=refusal.reason, margin=margin.title)
    shares = [_shares(margin, groups) for margin, groups in zip(margins, joined, strict=True)]
    placed: dict[UUID, Cell] = {
        tester: tuple(groups[each] for each, groups in zip(cell, joined, strict=True))
        for tester, cell in known.items()
    }
    told = told._replace(joined=sorted({name for share in shares for name in share if " / " in name}))
    try:
        weights = rake(Counter(placed.values()), shares)
    except Refusal as refusal:
        return told._replace(refused=refusal.reason, effective=round(refusal.effective, 9))
    counts = weighted_counts(
        levels, Counter((cell, scores[tester]) for tester, cell in placed.items()), weights
    )
    return told._replace(counts=[round(count, 9) for count in counts], effective=round(weights.effective, 9))


def _shares(margin: Margin, groups: Mapping[str, str]) -> dict[str, float]:
    found = dict.fromkeys(groups.values(), 0.0)
    for name, share in margin.shares.items():
        found[groups[name]] += share
    total = sum(found.values())
    return {name: share / total for name, share in found.items()}


class Likeness(StrEnum):
    """How near the testers are to the market."""

    ALIKE = "alike"
    UNLIKE = "unlike"
    FAR = "far"


class Portion(NamedTuple):
    """One category: its people among the testers, and its share in the market."""

    category: str
    people: int
    share: float
    target: float
    difference: float

    @property
    def apart(self) -> str:
        """“+0.37”, “−0.50”."""
        return format_decimal(self.difference, format="+0.00;−0.00", locale=i18n.locale())

    @property
    def likeness(self) -> Likeness:
        off = abs(self.difference)
        return Likeness.FAR if off > FAR else Likeness.UNLIKE if off > UNLIKE else Likeness.ALIKE


class Composition(NamedTuple):
    """The testers by one margin; `unknown` are in no category of it."""

    margin: Margin
    portions: Sequence[Portion]
    unknown: int

    @property
    def likeness(self) -> Likeness:
        """That of the category that is farthest off."""
        return max((each.likeness for each in self.portions), key=list(Likeness).index)


def compositions(cells: Mapping[UUID, Sequence[str | None]], margins: Sequence[Margin]) -> list[Composition]:
    """How the testers spread over each margin, beside the market."""
    return [
        _composition(Counter(cell[at] for cell in cells.values()), each) for at, each in enumerate(margins)
    ]


def _far(known: Mapping[UUID, Cell], margins: Sequence[Margin]) -> list[str]:
    """Of nobody nothing is said."""
    if not known:
        return []
    return [each.margin.title for each in compositions(known, margins) if each.likeness is Likeness.FAR]


def _composition(found: Mapping[str | None, int], margin: Margin) -> Composition:
    known = sum(found.get(name, 0) for name in margin.shares)
    portions = []
    for name, target in margin.shares.items():
        share = found.get(name, 0) / known if known else 0.0
        off = standardised_difference(share, target)
        portions.append(Portion(name, found.get(name, 0), share, target, off))
    return Composition(margin, portions, sum(found.values()) - known)
