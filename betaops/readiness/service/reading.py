"""Taking readings: every expectation of a program judged on the data as it stands."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import criteria, family, measures, queries
from betaops.readiness.board import reconciled_by_need
from betaops.readiness.events import VerdictChanged
from betaops.readiness.family import Claim
from betaops.readiness.flipping import Flip, Kind, Part, flips
from betaops.readiness.measures import Measure, Sample, Scope
from betaops.readiness.models import Expectation, Reading
from betaops.readiness.recommendation import Weight
from betaops.readiness.verdict import Mode, Outcome, Verdict, counted

#: How long a change may wait for others, so that a hundred answers in a minute are read once.
DEBOUNCE = timedelta(seconds=5)


class Sampled(NamedTuple):
    """One expectation with the data about it."""

    expectation: Expectation
    measure: Measure
    sample: Sample
    #: It was read at the close; the data is as it was then.
    is_final: bool


class Judged(NamedTuple):
    """One expectation with what was found about it; nothing is kept yet."""

    expectation: Expectation
    measure: Measure
    sample: Sample
    outcome: Outcome
    flips: list[Flip]


def soon(work: Work, program_id: UUID, *, wait: bool = True) -> None:
    """Have a program read anew, once for however many ask in the meantime."""
    work.enqueue(
        queries.READ,
        {"program_id": str(program_id)},
        at=work.now + DEBOUNCE if wait else None,
        unique=queries.unique_key(program_id),
    )


def take_readings(work: Work, program: Program) -> list[Reading]:
    """Today's reading of each expectation, made or brought up to date; changed verdicts become events.

    May run as often as one likes: the same data gives the same rows.
    """
    return keep(work, program, judge(work, program))


def judge(work: Work, program: Program) -> list[Judged]:
    """Every expectation on the data as it stands; held until the end of the work, so that readings do not cross."""
    return _judge(work, program, queries.expectations(work.session, program.id, locked=True))


def keep(work: Work, program: Program, judged: Sequence[Judged]) -> list[Reading]:
    """What was found, as the readings of this work's day."""
    verdicts = _reconcile(judged)
    last = queries.latest_readings(work.session, program.id)
    return [
        _keep(work, each, verdicts[each.expectation.id], last.get(each.expectation.id)) for each in judged
    ]


def _judge(work: Work, program: Program, expectations: Sequence[Expectation]) -> list[Judged]:
    sampled = _sampled(work, program, expectations)
    parts = queries.parts(work.session, program.id)
    found: dict[UUID, Judged] = {}
    # What must be and what should be are two families: adding a wish does not make the musts harder to prove.
    for weight in Weight:
        group = [
            each for each in sampled if each.expectation.weight is weight and not each.measure.is_counted
        ]
        claims = [_claim(each, work.now.date()) for each in group]
        for each, claim, outcome in zip(group, claims, family.judged(claims), strict=True):
            found[each.expectation.id] = Judged(*each[:3], outcome, _flips(each, claim, outcome, parts))
    return [found.get(each.expectation.id) or Judged(*each[:3], _counted(each), flips=[]) for each in sampled]


def _flips(sampled: Sampled, claim: Claim, outcome: Outcome, parts: Sequence[Part]) -> list[Flip]:
    """Who it hangs on; of a reading at the close nobody knows any more who said what."""
    doubtful = Part(Kind.DOUBTFUL, "", sampled.sample.doubtful)
    shared = (outcome["share_met"], outcome["share_not_met"])
    return flips(claim, sampled.sample.scores, [doubtful, *parts], shared)


def _sampled(work: Work, program: Program, expectations: Sequence[Expectation]) -> list[Sampled]:
    scopes: dict[UUID | None, Scope] = {}
    last = queries.latest_readings(work.session, program.id)
    found = []
    for expectation in expectations:
        if expectation.cohort_id not in scopes:
            scopes[expectation.cohort_id] = queries.scope(work.session, program, expectation.cohort_id)
        measure = measures.named(expectation.measure)
        final = _final(expectation, last.get(expectation.id))
        sample = final or measure.sample(
            work.session, scopes[expectation.cohort_id], measure.read(expectation.parameters)
        )
        found.append(Sampled(expectation, measure, sample, is_final=final is not None))
    return found


def _final(expectation: Expectation, last: Reading | None) -> Sample | None:
    """What was read at the close: that stands, whoever answers afterwards. A second look would be a second chance."""
    is_final = last is not None and last.outcome["mode"] == Mode.CLOSE and criteria.has_close(expectation)
    return Sample.of_json(last.sample) if last is not None and is_final else None


def _claim(sampled: Sampled, today: date) -> Claim:
    expectation, measure, sample = sampled.expectation, sampled.measure, sampled.sample
    return Claim(
        levels=sample.levels,
        counts=sample.counts,
        threshold=measure.to_score(expectation.threshold, measure.read(expectation.parameters)),
        direction=expectation.direction,
        confidence=expectation.confidence,
        mode=_mode(sampled, today),
        imagined=measure.imagined,
        waiting=sample.waiting,
        gate=expectation.least_answered,
    )


def _mode(sampled: Sampled, today: date) -> Mode:
    if not criteria.has_close(sampled.expectation):
        return Mode.ANYTIME
    is_closing = criteria.is_closing(sampled.expectation, today=today, n=sampled.sample.n)
    return Mode.CLOSE if sampled.is_final or is_closing else Mode.LIVE


def _counted(sampled: Sampled) -> Outcome:
    expectation, sample = sampled.expectation, sampled.sample
    return counted(sample.value or 0, int(expectation.threshold), expectation.direction, sample.asked)


def _reconcile(judged: Sequence[Judged]) -> dict[UUID, Verdict]:
    """The verdicts as they count, by expectation."""
    words = reconciled_by_need([(each.expectation.need, each.outcome["verdict"]) for each in judged])
    return {each.expectation.id: word for each, word in zip(judged, words, strict=True)}


def _told(judged: Judged, last: Reading | None) -> dict[str, Any]:
    """The sample as it is kept, with who it hangs on. What was found at the close stays."""
    if not judged.sample.scores and last is not None and judged.outcome["mode"] == Mode.CLOSE:
        return last.sample
    return judged.sample.to_json() | {"flips": [each._asdict() for each in judged.flips]}


def _keep(work: Work, judged: Judged, word: Verdict, last: Reading | None) -> Reading:
    expectation, measure, outcome = judged.expectation, judged.measure, judged.outcome
    told = _told(judged, last)
    former = last.verdict if last is not None else None
    if last is not None and last.taken_on == work.now.date():
        row = last
        if (row.version, row.verdict, row.outcome, row.sample) == (
            expectation.version,
            word,
            dict(outcome),
            told,
        ):
            return row
    else:
        row = Reading(
            program_id=expectation.program_id,
            expectation_id=expectation.id,
            taken_on=work.now.date(),
        )
    parameters = measure.read(expectation.parameters)

    def in_unit(score: float | None) -> float | None:
        if score is None or measure.is_counted:
            return score
        return round(measure.from_score(score, parameters), 9)

    row.taken_at, row.version, row.verdict, row.n = work.now, expectation.version, word, outcome["n"]
    row.estimate, row.low, row.high = (in_unit(outcome[name]) for name in ("estimate", "low", "high"))
    row.outcome, row.sample = dict(outcome), told
    work.add(row)
    if former is not word:
        work.record(
            VerdictChanged(
                expectation_id=expectation.id,
                program_id=expectation.program_id,
                former=former.value if former else "",
                verdict=word.value,
                n=outcome["n"],
            )
        )
    return row
