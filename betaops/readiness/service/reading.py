"""Taking readings: every expectation of a program judged on the data as it stands."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries
from betaops.readiness.board import reconciled_by_need
from betaops.readiness.events import VerdictChanged
from betaops.readiness.judging.cases import Case, outcomes, weighted
from betaops.readiness.judging.criteria import is_final
from betaops.readiness.judging.family import Weighted
from betaops.readiness.judging.flipping import Kind, Segment, Segments, flips, without
from betaops.readiness.judging.market import Weighed, weigh
from betaops.readiness.judging.timing import drift
from betaops.readiness.measures import Group, Sample
from betaops.readiness.models import Expectation, GroundRules, Reading
from betaops.readiness.scope import Scope
from betaops.readiness.verdict import Outcome, Verdict

#: How long a change may wait for others, so that a hundred answers in a minute are read once.
DEBOUNCE = timedelta(seconds=5)
_OF_PEOPLE = ("flips", "is_every_cohort", "doubtful", "left", "left_answered", "drift")


class Judged(NamedTuple):
    """One expectation with what was found about it; nothing is kept yet."""

    case: Case
    outcome: Outcome
    #: Who it hangs on and what it is by weight, as they are kept with the sample.
    besides: dict[str, Any]
    #: Its reading before this one.
    last: Reading | None


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
    expectations = queries.expectations(work.session, program.id, locked=True)
    last = queries.latest_readings(work.session, program.id)
    rules = queries.ground_rules(work.session, program.id)
    is_strict = rules is not None and rules.is_strict
    cases = [
        case._replace(weighed=weighed)
        for case, weighed in _weighed(work, program, rules, _cases(work, program, expectations, last), last)
    ]
    found = queries.segments(work.session, program.id)
    judged = zip(
        cases, outcomes(cases, is_strict=is_strict), weighted(cases, is_strict=is_strict), strict=True
    )
    return [
        Judged(case, outcome, _besides(case, outcome, found, before) | _by_weight(case, said), before)
        for case, outcome, said in judged
        for before in (last.get(case.expectation.id),)
    ]


def keep(work: Work, program: Program, judged: Sequence[Judged]) -> list[Reading]:
    """What was found, as the readings of this work's day."""
    words = reconciled_by_need([(each.case.expectation.need, each.outcome["verdict"]) for each in judged])
    return [_keep(work, each, word) for each, word in zip(judged, words, strict=True)]


def _cases(
    work: Work, program: Program, expectations: Sequence[Expectation], last: Mapping[UUID, Reading]
) -> list[Case]:
    scopes: dict[tuple[UUID | None, int | None, str | None], Scope] = {}
    found = []
    for expectation in expectations:
        whom = (expectation.cohort_id, expectation.wave, expectation.build)
        if whom not in scopes:
            cohort_id, wave, build = whom
            scopes[whom] = queries.scope(
                work.session, program, cohort_id, today=work.now.date(), wave=wave, build=build
            )
        measure, before = measures.named(expectation.measure), last.get(expectation.id)
        if before is not None and is_final(expectation, before):
            sample, left = Sample.of_json(before.sample), frozenset[UUID]()
        else:
            parameters = measure.read(expectation.parameters)
            left = scopes[whom].left
            sample = measure.sample(work.session, scopes[whom], parameters)
        found.append(Case(expectation, measure, sample, work.now.date(), left=left))
    return found


def _weighed(
    work: Work,
    program: Program,
    rules: GroundRules | None,
    cases: Sequence[Case],
    last: Mapping[UUID, Reading],
) -> Iterator[tuple[Case, Weighed | None]]:
    """What the scores of each are by weight, where the program declares its market; at the close that stands as well."""
    margins = queries.margins_of(rules)
    cells = queries.cells(work.session, program.id, margins)
    for case in cases:
        before = last.get(case.expectation.id)
        if before is not None and is_final(case.expectation, before):
            told = before.sample.get("weighted")
            yield case, Weighed.of_json(told) if told else None
        elif margins and case.sample.scores:
            yield case, weigh(case.sample.levels, case.sample.scores, cells, margins)
        else:
            yield case, None


def _by_weight(case: Case, said: Weighted | None) -> dict[str, Any]:
    """As it is kept with the sample: what it was made from, and what follows, in the measure's unit."""
    if case.weighed is None:
        return {}
    return {"weighted": case.weighed.to_json() | case.weighted_figures(said)}


def _besides(case: Case, outcome: Outcome, found: Segments, last: Reading | None) -> dict[str, Any]:
    """Who it hangs on, and who is not heard; of a reading at the close nobody knows any more who said what."""
    if last is not None and is_final(case.expectation, last):
        return {name: last.sample[name] for name in _OF_PEOPLE if name in last.sample}
    if case.measure.is_counted or case.sample.is_anonymous:
        return {"flips": []}
    return _flips(case, outcome, found) | _heard(case)


def _flips(case: Case, outcome: Outcome, found: Segments) -> dict[str, Any]:
    doubtful = Segment(Kind.DOUBTFUL, "", case.sample.doubtful)
    shared = (outcome["share_met"], outcome["share_not_met"])
    told = flips(case.claim, case.sample.scores, [doubtful, *found.segments], shared)
    stays = without(case.claim, case.sample.scores, doubtful, shared)
    return {"flips": [each._asdict() for each in told], "is_every_cohort": found.is_every_cohort} | (
        {"doubtful": stays._asdict() | {"estimate": case.in_unit(stays.estimate)}} if stays else {}
    )


def _heard(case: Case) -> dict[str, Any]:
    """Whether the late say something else than the early, and how many left without a word; only answers have that."""
    if case.measure.group is not Group.ANSWERS:
        return {}
    moved = drift(case.sample.scores, case.sample.moments)
    silent = {"left": len(case.left), "left_answered": len(case.left & case.sample.scores.keys())}
    return (
        silent
        if moved is None
        else silent
        | {"drift": moved.to_json() | {"early": case.in_unit(moved.early), "late": case.in_unit(moved.late)}}
    )


def _keep(work: Work, judged: Judged, word: Verdict) -> Reading:
    case, outcome, last = judged.case, judged.outcome, judged.last
    expectation, told = case.expectation, case.sample.to_json() | judged.besides
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
    row.taken_at, row.version, row.verdict, row.n = work.now, expectation.version, word, outcome["n"]
    row.estimate, row.low, row.high = (case.in_unit(outcome[name]) for name in ("estimate", "low", "high"))
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
