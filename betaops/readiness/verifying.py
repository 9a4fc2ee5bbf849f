"""Recomputing a dossier: every hash, every verdict, every recommendation, from what stands in the file alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from betaops.kernel.errors import Invalid
from betaops.readiness import board, evidence
from betaops.readiness.board import reconciled_by_need
from betaops.readiness.deciding.quorum import Given, Role, quorum
from betaops.readiness.deciding.recommendation import Choice, signatures_needed
from betaops.readiness.dossier import FORM, SECTIONS, section_hashes
from betaops.readiness.judging.cases import Case, outcomes, weighted
from betaops.readiness.judging.criteria import digest_of
from betaops.readiness.judging.market import Weighed
from betaops.readiness.measures import Sample
from betaops.readiness.models import DecisionState, Reading, Stance
from betaops.readiness.tracing import Disagreement, afterwards, criteria, ground_rules, people, same

_FIGURES = ("estimate", "low", "high")
#: More is no sample of ours: a score is a mean of answers on short scales. Judging so many takes about a minute.
MOST_LEVELS = 2000
#: More people than there are; beyond it floating point loses single answers.
MOST_PEOPLE = 10**12
#: Every member signs once.
MOST_SIGNATURES = 1000
#: A dossier of a hundred thousand testers has about 20 million bytes for each expectation.
MOST_BYTES = 256 * 2**20


class Unreadable(ValueError):
    """This is no dossier, or one of a form that is not known here."""


def read(data: bytes) -> Any:
    """What stands in a file. `Unreadable` for what different programs would read differently, or none at all."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it has more than {MOST_BYTES // 2**20} MiB")
    try:
        return json.loads(data, parse_constant=_no_number, object_pairs_hook=_once)
    except RecursionError as error:
        raise Unreadable("it is nested deeper than any dossier") from error
    except ValueError as error:
        raise Unreadable(str(error)) from error


def disagreements(told: Any) -> Iterator[Disagreement]:
    """Whatever does not hold, in the file's order; nothing where all does. `Unreadable` for other files."""
    if not isinstance(told, Mapping) or told.get("form") != FORM:
        raise Unreadable(f"not a dossier of form {FORM}")
    if missing := [name for name in (*SECTIONS, "hashes", "digest") if name not in told]:
        raise Unreadable(f"the section {missing[0]!r} is missing")
    try:
        yield from _whole(told)
    except RecursionError as error:
        raise Unreadable("it is nested deeper than any dossier") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError, Invalid) as error:
        raise Unreadable(f"something is missing or of the wrong kind: {error}") from error


def _whole(told: Mapping[str, Any]) -> Iterator[Disagreement]:
    for name, found in section_hashes(told).items():
        yield from same(f"/hashes/{name}", told["hashes"][name], found)
    rest = {name: value for name, value in told.items() if name != "digest"}
    yield from same("/digest", told["digest"], evidence.digest(rest))
    seal = told["seal"]
    if seal is not None:
        yield from same("/seal/digest", seal["digest"], digest_of(seal["criteria"], seal["ground_rules"]))
        about = [(at, each) for at, each in enumerate(told["amendments"])]
        yield from criteria(
            seal["criteria"], [(at, each) for at, each in about if each["expectation"]], told["expectations"]
        )
        yield from ground_rules(
            seal["ground_rules"],
            [(at, each) for at, each in about if not each["expectation"]],
            told["ground_rules"],
        )
    yield from people(told)
    yield from _judged("", told["expectations"], told["recommended"])
    rows = [board.of_snapshot(dict(item)) for item in told["expectations"]]
    tally = {verdict.value: number for verdict, number in board.tally(rows).items()}
    yield from same("/tally", told["tally"], tally)
    for number, decision in enumerate(told["decisions"]):
        yield from _decided(f"/decisions/{number}", decision)


def _decided(place: str, decision: Mapping[str, Any]) -> Iterator[Disagreement]:
    """One decision: its readings, and whether it has the signatures that it needs to be in force."""
    snapshot = decision["snapshot"]
    yield from same(f"{place}/digest", decision["digest"], evidence.digest(snapshot))
    yield from same(f"{place}/recommended", decision["recommended"], snapshot["recommended"])
    recommended = Choice(decision["recommended"]) if decision["recommended"] is not None else None
    needed = signatures_needed(Choice(decision["choice"]), recommended)
    yield from same(f"{place}/signatures_needed", decision["signatures_needed"], needed)
    if decision["state"] != DecisionState.WITHDRAWN:
        state = DecisionState.IN_FORCE if _is_signed(decision, needed) else DecisionState.PROPOSED
        yield from same(f"{place}/state", decision["state"], state.value)
    yield from afterwards(place, decision)
    if snapshot["form"] == evidence.FORM:
        yield from _judged(f"{place}/snapshot", snapshot["expectations"], snapshot["recommended"])


def _is_signed(decision: Mapping[str, Any], needed: int) -> bool:
    """Whether its signatures were enough at any time: who disagrees once it is in force changes nothing any more."""
    signed = sorted(decision["signatures"], key=lambda each: str(each["signed_at"]))
    if len(signed) > MOST_SIGNATURES:
        raise ValueError(f"a decision has more than {MOST_SIGNATURES} signatures")
    roles = [Role(each["name"]) for each in decision["snapshot"].get("gate", {}).get("roles", ())]
    given = [Given(None, each["fills"], Stance(each["stance"]) is Stance.ASSENT) for each in signed]
    return any(quorum(roles, given[:count], needed).is_there for count in range(1, len(given) + 1))


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
    is_strict = board.is_strict(rows)
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
            yield from same(f"{here}/outcome/{name}", reading["outcome"].get(name), value)
        yield from same(f"{here}/verdict", reading["verdict"], word.value)
        yield from same(f"{here}/n", reading["n"], outcome["n"])
        for name, value in zip(_FIGURES, (outcome["estimate"], outcome["low"], outcome["high"]), strict=True):
            yield from same(f"{here}/{name}", reading[name], case.in_unit(value))
        for name, value in case.weighted_figures(said).items():
            yield from same(f"{here}/sample/weighted/{name}", reading["sample"]["weighted"].get(name), value)
    choice = board.recommended(rows)
    yield from same(f"{place}/recommended", recommended, choice.value if choice else None)


def _sample(reading: Reading) -> Sample:
    """The counts of a reading; what could not be judged in finite time and memory is refused before it is tried."""
    sample = Sample.of_json(reading.sample)
    if len(sample.levels) > MOST_LEVELS or max((*sample.counts, sample.asked), default=0) > MOST_PEOPLE:
        raise ValueError(f"a sample has more than {MOST_LEVELS} levels or {MOST_PEOPLE} people")
    return sample


def _no_number(text: str) -> Any:
    raise Unreadable(f"{text} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a name stands twice in one object")
    return found


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
