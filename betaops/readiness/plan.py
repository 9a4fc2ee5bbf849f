"""What an expectation can prove before anybody has answered."""

from dataclasses import dataclass
from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.readiness.figures import Unit, about, figure
from betaops.readiness.measures import Measure
from betaops.readiness.verdict import Direction, Mode, answers_needed, smallest_early, smallest_sample
from betaops.statistics import planning

#: How frequent a problem is of which the plan says how likely anybody meets it.
RARE = 0.05
#: How far from the line towards the best value the truths lie that the plan asks about.
_WAY = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Truth:
    """If this is really so, so many answers prove it four times out of five; None: more than 20,000."""

    value: str
    answers: int | None

    @property
    def about(self) -> str:
        """The number, as exact as it is meant."""
        return about(self.answers or 0)


@dataclass(frozen=True)
class Plan:
    threshold: str
    #: Fewest answers, all as good as can be; None where no number proves it.
    smallest: int | None
    #: The same before the close, on any day that one looks.
    smallest_early: int | None
    #: The same if one more expectation of this weight were added.
    smallest_with_one_more: int | None
    truths: tuple[Truth, ...]
    #: Expectations of this weight that are judged together, this one among them.
    family: int
    #: Testers it speaks of now.
    testers: int
    #: The chance that at least one of them meets a problem that strikes one in twenty.
    rare_met: float
    #: Testers who are to come in all, and the same chance among them; 0 where no more are to come.
    planned: int
    rare_met_then: float
    #: How frequent a problem may still be that none of them met.
    unseen: float
    is_counted: bool
    is_mean: bool
    #: The last reading is fixed before answers come.
    has_close: bool
    #: A close that is planned now would still be one: false after the seal.
    may_close: bool

    @property
    def rare_met_words(self) -> str:
        return _chance(self.rare_met)

    @property
    def rare_met_then_words(self) -> str:
        return _chance(self.rare_met_then)

    @property
    def is_out_of_reach(self) -> bool:
        """Even if all of them answer as well as can be, it is not proven."""
        return not self.is_counted and (self.smallest is None or self.smallest > self.testers)


def plan(
    measure: Measure,
    parameters: Any,
    *,
    threshold: float,
    direction: Direction,
    confidence: float,
    family: int,
    testers: int,
    has_close: bool,
    may_close: bool = True,
    planned: int = 0,
) -> Plan:
    """`threshold` in the measure's unit; `family` counts this expectation too. Where it may not close it does not.

    `planned` testers are to come in all, those who are there among them; 0 where that is not known.
    """
    has_close = has_close and may_close
    error = (1 - confidence) / family
    mode = Mode.LIVE if has_close else Mode.ANYTIME
    line = measure.to_score(threshold, parameters) if not measure.is_counted else 0.5
    rising = line if direction is Direction.AT_LEAST else 1 - line
    truths = []
    for way in () if measure.is_counted else _WAY:
        score = rising + (1 - rising) * way
        value = measure.from_score(score if direction is Direction.AT_LEAST else 1 - score, parameters)
        truths.append(
            Truth(figure(value, measure.unit, against=threshold), answers_needed(rising, score, error, mode))
        )
    return Plan(
        threshold=figure(threshold, measure.unit),
        smallest=smallest_sample(rising, error, mode),
        smallest_early=smallest_early(rising, error, mode),
        smallest_with_one_more=smallest_sample(rising, (1 - confidence) / (family + 1), mode),
        truths=tuple(truths),
        family=family,
        testers=testers,
        rare_met=planning.chance_to_meet(RARE, testers),
        planned=planned if planned > testers else 0,
        rare_met_then=planning.chance_to_meet(RARE, planned),
        unseen=planning.largest_unseen(testers, 1 - confidence),
        is_counted=measure.is_counted,
        is_mean=measure.unit in (Unit.MEAN, Unit.POINTS, Unit.SCORE),
        has_close=has_close,
        may_close=may_close,
    )


def _chance(chance: float) -> str:
    if chance > 0.99:
        return _("more than %(share)s", share=figure(0.99, Unit.SHARE))
    return figure(chance, Unit.SHARE)
