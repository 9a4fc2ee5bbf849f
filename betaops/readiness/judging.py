"""From counts to outcomes: one way for readings as they are taken and for those that are recomputed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from betaops.readiness import criteria, family
from betaops.readiness.family import Claim
from betaops.readiness.measures import Measure, Sample
from betaops.readiness.models import Expectation
from betaops.readiness.recommendation import Weight
from betaops.readiness.verdict import Outcome, counted


class Case(NamedTuple):
    """One expectation with the data about it, as of a day."""

    expectation: Expectation
    measure: Measure
    sample: Sample
    day: date

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

    def in_unit(self, score: float | None) -> float | None:
        """A figure of an outcome in the measure's unit; counts are."""
        if score is None or self.measure.is_counted:
            return score
        return round(self.measure.from_score(score, self.measure.read(self.expectation.parameters)), 9)


def outcomes(cases: Sequence[Case]) -> list[Outcome]:
    """Of each, in their order. What must be and what should be are two families: adding a wish does not make the musts
    harder to prove."""
    found: dict[int, Outcome] = {}
    for weight in Weight:
        group = [
            (at, case)
            for at, case in enumerate(cases)
            if case.expectation.weight is weight and not case.measure.is_counted
        ]
        judged = family.judged([case.claim for _at, case in group])
        found |= {at: outcome for (at, _case), outcome in zip(group, judged, strict=True)}
    return [found.get(at) or _counted(case) for at, case in enumerate(cases)]


def _counted(case: Case) -> Outcome:
    expectation, sample = case.expectation, case.sample
    return counted(sample.value or 0, int(expectation.threshold), expectation.direction, sample.asked)
