"""Recomputing a dossier: every hash, every verdict, every recommendation, from what stands in the file alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from betaops.kernel.errors import Invalid
from betaops.readiness import board, evidence
from betaops.readiness.board import reconciled_by_need
from betaops.readiness.dossier import FORM
from betaops.readiness.judging import Case, outcomes, weighted
from betaops.readiness.market import Weighed
from betaops.readiness.measures import Sample
from betaops.readiness.models import Reading

_FIGURES = ("estimate", "low", "high")
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
        if snapshot["form"] == evidence.FORM:
            yield from _judged(f"{place}/snapshot", snapshot["expectations"], snapshot["recommended"])


def old_decisions(told: Mapping[str, Any]) -> int:
    """Decisions that were signed on readings of a former method: of these only the hashes can be recomputed."""
    return sum(each["snapshot"]["form"] != evidence.FORM for each in told["decisions"])


def _judged(
    place: str, items: Sequence[Mapping[str, Any]], recommended: str | None
) -> Iterator[Disagreement]:
    """Expectations that were judged together, and what follows from them."""
    rows = [board.of_snapshot(dict(item)) for item in items]
    read = [(at, row, row.reading) for at, row in enumerate(rows) if row.reading is not None]
    cases = [
        Case(row.expectation, row.measure, _sample(reading), reading.taken_at.date(), _weighed(reading))
        for _at, row, reading in read
    ]
    is_strict = any(reading.outcome.get("is_strict") for _at, _row, reading in read)
    found = outcomes(cases, is_strict=is_strict)
    by_weight = weighted(cases, is_strict=is_strict)
    words = reconciled_by_need(
        [(case.expectation.need, outcome["verdict"]) for case, outcome in zip(cases, found, strict=True)]
    )
    for (at, _row, _reading), case, outcome, said, word in zip(
        read, cases, found, by_weight, words, strict=True
    ):
        reading, here = items[at]["reading"], f"{place}/expectations/{at}/reading"
        for name, value in outcome.items():
            yield from _same(f"{here}/outcome/{name}", reading["outcome"].get(name), value)
        yield from _same(f"{here}/verdict", reading["verdict"], word.value)
        yield from _same(f"{here}/n", reading["n"], outcome["n"])
        for name, value in zip(_FIGURES, (outcome["estimate"], outcome["low"], outcome["high"]), strict=True):
            yield from _same(f"{here}/{name}", reading[name], case.in_unit(value))
        for name, value in case.weighted_figures(said).items():
            yield from _same(f"{here}/sample/weighted/{name}", reading["sample"]["weighted"].get(name), value)
    choice = board.recommended(rows)
    yield from _same(f"{place}/recommended", recommended, choice.value if choice else None)


def _sample(reading: Reading) -> Sample:
    """The counts of a reading; what could not be judged in finite time and memory is refused before it is tried."""
    sample = Sample.of_json(reading.sample)
    if len(sample.levels) > MOST_LEVELS or max((*sample.counts, sample.asked), default=0) > MOST_PEOPLE:
        raise ValueError(f"a sample has more than {MOST_LEVELS} levels or {MOST_PEOPLE} people")
    return sample


def _weighed(reading: Reading) -> Weighed | None:
    told = reading.sample.get("weighted")
    if not told:
        return None
    weighed = Weighed.of_json(told)
    if weighed.counts and (
        len(weighed.counts) != len(reading.sample["levels"]) or max(weighed.counts) > MOST_PEOPLE
    ):
        raise ValueError("there is one weight for each level")
    return weighed


def _same(place: str, told: Any, found: Any) -> Iterator[Disagreement]:
    is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (told, found))
    if told != found and not (is_number and abs(told - found) <= _CLOSE_ENOUGH):
        yield Disagreement(place, told, found)
