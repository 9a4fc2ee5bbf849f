"""From counts to outcomes: one way for readings as they are taken and for those that are recomputed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.judging import criteria, family
from betaops.readiness.judging.family import Claim, Weighted
from betaops.readiness.judging.market import Weighed
from betaops.readiness.measures import Measure, Sample
from betaops.readiness.models import Expectation
from betaops.readiness.verdict import Outcome, counted


class Case(NamedTuple):
    """One expectation with the data about it, as of a day."""

    expectation: Expectation
    measure: Measure
    sample: Sample
    day: date
    #: The same by weight, where the market is declared and the measure is about people.
    weighed: Weighed | None = None
    #: Who left before the end; not known of what was read for good.
    left: frozenset[UUID] = frozenset()

    @property
    def claim(self) -> Claim:
        """What is asked about it; only counts are not asked about."""
        expectation, measure, sample = self.expectation, self.measure, self.sample
        return Claim(
            levels=sample.levels,
            counts=sample.counts,
            threshold=measure.to_score(expectation.threshold, measure.read(expectation.parameters)),
            direction=expectation.direction,
            confidence=expectation.confidence,
            mode=criteria.mode(expectation, today=self.day, n=sample.n),
            imagined=measure.imagined,
            waiting=sample.waiting,
            gate=expectation.least_answered,
        )

    @property
    def weighted_claim(self) -> Claim:
        """The same by weight; who is silent weighs what those who answered do."""
        claim, weighed = self.claim, self.weighed
        if weighed is None or not weighed.counts:
            return claim
        waiting = round(claim.waiting * weighed.effective / self.sample.n)
        return claim._replace(counts=weighed.counts, waiting=waiting)

    def weighted_figures(self, said: Weighted | None) -> dict[str, Any]:
        """What follows from the weights, as a reading keeps it; nothing where nothing does."""
        if said is None:
            return {}
        figures = {name: self.in_unit(getattr(said, name)) for name in ("estimate", "low", "high")}
        return {"verdict": said.verdict.value} | figures

    def in_unit(self, score: float | None) -> float | None:
        """A figure of an outcome in the measure's unit; counts are."""
        if score is None or self.measure.is_counted:
            return score
        return round(self.measure.from_score(score, self.measure.read(self.expectation.parameters)), 9)


def outcomes(cases: Sequence[Case], *, is_strict: bool = False) -> list[Outcome]:
    """Of each, in their order. What must be and what should be are two families: adding a wish does not make the musts
    harder to prove."""
    found: dict[int, Outcome] = {}
    for group in _families(cases):
        judged = family.judged([case.claim for _at, case in group], is_strict=is_strict)
        found |= {at: outcome for (at, _case), outcome in zip(group, judged, strict=True)}
    return [found.get(at) or _counted(case) for at, case in enumerate(cases)]


def weighted(cases: Sequence[Case], *, is_strict: bool = False) -> list[Weighted | None]:
    """What each says by weight, judged in the same families; None where nothing can be said by weight.

    One that has no weights stands among the others as it is.
    """
    found: dict[int, Weighted] = {}
    for group in _families(cases):
        judged = family.weighted([case.weighted_claim for _at, case in group], is_strict=is_strict)
        found |= {
            at: said
            for (at, case), said in zip(group, judged, strict=True)
            if case.weighed and case.weighed.counts
        }
    return [found.get(at) for at, _case in enumerate(cases)]


def _families(cases: Sequence[Case]) -> list[list[tuple[int, Case]]]:
    """Those that are judged together, each with its place; counts are not among them."""
    return [
        [
            (at, case)
            for at, case in enumerate(cases)
            if case.expectation.weight is weight and not case.measure.is_counted
        ]
        for weight in Weight
    ]


def _counted(case: Case) -> Outcome:
    expectation, sample = case.expectation, case.sample
    return counted(sample.value or 0, int(expectation.threshold), expectation.direction, sample.asked)
