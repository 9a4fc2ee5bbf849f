"""Recomputing a dossier: every hash, every verdict, every recommendation, from what stands in the file alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from betaops.kernel.errors import Invalid
from betaops.readiness import board, criteria, evidence, family
from betaops.readiness.board import Row, reconciled_by_need
from betaops.readiness.dossier import FORM
from betaops.readiness.family import Claim
from betaops.readiness.measures import Sample
from betaops.readiness.models import Reading
from betaops.readiness.recommendation import Weight
from betaops.readiness.verdict import Mode, Outcome, counted

#: Figures are kept with nine digits.
_CLOSE_ENOUGH = 2e-9
#: More is no sample of ours: a score is a mean of answers on short scales. Judging so many takes about a minute.
MOST_LEVELS = 2000
#: More people than there are; beyond it floating point loses single answers.
MOST_PEOPLE = 10**12


class Disagreement(NamedTuple):
    """Where the file says one thing and its own evidence another; `place` is a JSON pointer."""

    place: str
    told: Any
    found: Any


class Unreadable(ValueError):
    """This is no dossier, or one of a form that is not known here."""


def disagreements(told: Any) -> Iterator[Disagreement]:
    """Whatever does not hold, in the file's order; nothing where all does. `Unreadable` for other files."""
    if not isinstance(told, Mapping) or told.get("form") != FORM:
        raise Unreadable(f"not a dossier of form {FORM}")
    try:
        yield from _whole(told)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, Invalid) as error:
        raise Unreadable(f"something is missing or of the wrong kind: {error}") from error


def _whole(told: Mapping[str, Any]) -> Iterator[Disagreement]:
    rest = {name: value for name, value in told.items() if name != "digest"}
    yield from _same("/digest", told["digest"], evidence.digest(rest))
    seal = told["seal"]
    if seal is not None:
        yield from _same("/seal/digest", seal["digest"], evidence.digest({"criteria": seal["criteria"]}))
    yield from _judged("", told["expectations"], told["recommended"])
    for number, decision in enumerate(told["decisions"]):
        place, snapshot = f"/decisions/{number}", decision["snapshot"]
        yield from _same(f"{place}/digest", decision["digest"], evidence.digest(snapshot))
        yield from _same(f"{place}/recommended", decision["recommended"], snapshot["recommended"])
        yield from _judged(f"{place}/snapshot", snapshot["expectations"], snapshot["recommended"])


def _judged(
    place: str, items: Sequence[Mapping[str, Any]], recommended: str | None
) -> Iterator[Disagreement]:
    """Expectations that were judged together, and what follows from them."""
    rows = [board.of_snapshot(dict(item)) for item in items]
    outcomes = _outcomes(rows)
    words = reconciled_by_need(
        [(row.expectation.need, outcomes[at]["verdict"]) for at, row in enumerate(rows) if at in outcomes]
    )
    for (at, outcome), word in zip(outcomes.items(), words, strict=True):
        reading, here = items[at]["reading"], f"{place}/expectations/{at}/reading"
        for name, found in outcome.items():
            yield from _same(f"{here}/outcome/{name}", reading["outcome"].get(name), found)
        yield from _same(f"{here}/verdict", reading["verdict"], word.value)
        yield from _same(f"{here}/n", reading["n"], outcome["n"])
        for name in ("estimate", "low", "high"):
            yield from _same(f"{here}/{name}", reading[name], _in_unit(rows[at], outcome, name))
    found = board.recommended(rows)
    yield from _same(f"{place}/recommended", recommended, found.value if found else None)


def _outcomes(rows: Sequence[Row]) -> dict[int, Outcome]:
    """By place in the list, of those that were read."""
    found: dict[int, Outcome] = {}
    for weight in Weight:
        group = [
            (at, row)
            for at, row in enumerate(rows)
            if row.expectation.weight is weight and row.reading is not None and not row.measure.is_counted
        ]
        judged = family.judged([_claim(row) for _at, row in group])
        found |= {at: outcome for (at, _row), outcome in zip(group, judged, strict=True)}
    for at, row in enumerate(rows):
        if row.reading is not None and row.measure.is_counted:
            sample, expectation = _sample(row.reading), row.expectation
            found[at] = counted(
                sample.value or 0, int(expectation.threshold), expectation.direction, sample.asked
            )
    return dict(sorted(found.items()))


def _claim(row: Row) -> Claim:
    expectation, reading = row.expectation, row.reading
    assert reading is not None
    sample = _sample(reading)
    return Claim(
        levels=sample.levels,
        counts=sample.counts,
        threshold=row.measure.to_score(expectation.threshold, row.parameters),
        direction=expectation.direction,
        confidence=expectation.confidence,
        mode=_mode(row, sample, reading.taken_at),
        imagined=row.measure.imagined,
        waiting=sample.waiting,
        gate=expectation.least_answered,
    )


def _sample(reading: Reading) -> Sample:
    """The counts of a reading; what could not be judged in finite time and memory is refused before it is tried."""
    sample = Sample.of_json(reading.sample)
    if len(sample.levels) > MOST_LEVELS or max((*sample.counts, sample.asked), default=0) > MOST_PEOPLE:
        raise ValueError(f"a sample has more than {MOST_LEVELS} levels or {MOST_PEOPLE} people")
    return sample


def _mode(row: Row, sample: Sample, taken_at: datetime) -> Mode:
    """Which reading it can have been: a close that was not planned, or not due, is none."""
    if not criteria.has_close(row.expectation):
        return Mode.ANYTIME
    today: date = taken_at.date()
    return Mode.CLOSE if criteria.is_closing(row.expectation, today=today, n=sample.n) else Mode.LIVE


def _in_unit(row: Row, outcome: Outcome, name: str) -> float | None:
    value: float | None = outcome[name]  # type: ignore[literal-required]  # estimate, low or high
    if value is None or row.measure.is_counted:
        return value
    return round(row.measure.from_score(value, row.parameters), 9)


def _same(place: str, told: Any, found: Any) -> Iterator[Disagreement]:
    is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (told, found))
    if told != found and not (is_number and abs(told - found) <= _CLOSE_ENOUGH):
        yield Disagreement(place, told, found)
