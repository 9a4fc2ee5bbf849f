"""What a decision's verdicts would be on the same evidence without the people who are gone since. No session."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from betaops.kernel import ids
from betaops.readiness import board
from betaops.readiness.board import Row
from betaops.readiness.deciding.recommendation import Choice, recommend
from betaops.readiness.judging.cases import Case, outcomes
from betaops.readiness.measures import Sample
from betaops.readiness.models import Reading
from betaops.readiness.verdict import Mode, Verdict


class Shift(NamedTuple):
    """A verdict that would be another."""

    expectation: str
    need: str
    was: Verdict
    now: Verdict

    def to_json(self) -> dict[str, str]:
        return {
            "expectation": self.expectation,
            "need": self.need,
            "was": self.was.value,
            "now": self.now.value,
        }


class Drift(NamedTuple):
    shifts: list[Shift]
    recommended: Choice | None


def drift(items: Sequence[Mapping[str, Any]], left: Mapping[UUID, Sequence[float]]) -> Drift:
    """`items` as a snapshot has them; `left`: the scores of those who are still there, by expectation. Of expectations
    that it does not name nobody is known to have gone."""
    rows = [(item["id"], board.of_snapshot(dict(item))) for item in items]
    read = [(key, row, row.reading) for key, row in rows if row.reading is not None]
    cases = [_case(row, reading, left.get(ids.decode("exp", key))) for key, row, reading in read]
    found = outcomes(cases, is_strict=board.is_strict([row for _key, row in rows]))
    words = board.reconciled_by_need(
        [(case.expectation.need, outcome["verdict"]) for case, outcome in zip(cases, found, strict=True)]
    )
    shifts = []
    standings = [row.standing for _key, row in rows if row.reading is None]
    for (key, row, reading), case, outcome, word in zip(read, cases, found, words, strict=True):
        if word is not reading.verdict:
            shifts.append(Shift(key, row.expectation.need, reading.verdict, word))
        estimate = case.in_unit(outcome["estimate"])
        now = Reading(
            verdict=word, n=outcome["n"], estimate=estimate, outcome=dict(outcome), sample=reading.sample
        )
        standings.append(Row(row.expectation, now).standing)
    return Drift(shifts, recommend(standings))


def _case(row: Row, reading: Reading, left: Sequence[float] | None) -> Case:
    """Read at its close, it stays read at its close: that so many had answered is not undone."""
    sample, expectation = _of_those(Sample.of_json(reading.sample), left), row.expectation
    if reading.outcome["mode"] == Mode.CLOSE and expectation.closes_at is not None:
        expectation.closes_at = max(1, min(expectation.closes_at, sample.n))
    return Case(expectation, row.measure, sample, reading.taken_at.date())


def _of_those(sample: Sample, left: Sequence[float] | None) -> Sample:
    """The sample of those who are left; who is gone is no longer asked either."""
    if left is None:
        return sample
    counted = Counter(round(score, 9) for score in left)
    counts = tuple(counted[round(level, 9)] for level in sample.levels)
    asked = max(0, sample.asked - (sample.n - sum(counts)))
    return Sample(sample.levels, counts, asked, sample.excluded, sample.value)
