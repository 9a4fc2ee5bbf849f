"""Decisions and the people they rest on: who was counted is remembered, and who withdrew is counted out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import measures, queries
from betaops.readiness.events import DecisionShaken
from betaops.readiness.judging.drift import drift
from betaops.readiness.measures import Sample
from betaops.readiness.models import Decision, DecisionState, Expectation, Recheck, Voice


def remember(work: Work, program: Program, decision: Decision) -> Recheck:
    """Keep who was counted for what, so that whoever withdraws can be counted out.

    Not of an expectation whose counts are others by now (it was read at its close, and people answered since): nobody
    knows any more who was among them.
    """
    traced, people = [], set[UUID]()
    rows = {row.id: row for row in queries.expectations(work.session, program.id)}
    for item in decision.snapshot["expectations"]:
        row = rows.get(ids.decode("exp", item["id"]))
        scores = {} if row is None else _scores(work, program, row, program_wide=False)
        if row is None or not scores or not _are_those_counted(item, scores):
            continue
        traced.append(item["id"])
        people |= scores.keys()
        work.session.add_all(
            Voice(
                workspace_id=work.workspace_id,
                decision_id=decision.id,
                expectation_id=row.id,
                tester_id=tester_id,
                score=score,
            )
            for tester_id, score in scores.items()
        )
    recheck = Recheck(
        decision_id=decision.id,
        people=len(people),
        traced=traced,
        recommended=decision.recommended,
        checked_at=work.now,
    )
    work.add(recheck)
    return recheck


def recheck(work: Work, program: Program) -> Recheck | None:
    """Compare the decision that stands with what the same evidence says without those who are gone since it was signed.

    Gone is who was erased or removed, or withdrew the answers; leaving the program takes nothing back. May run as often
    as one likes. An event says when the verdicts that would change are others than before.
    """
    standing = queries.decision_that_stands(work.session, program.id)
    if standing is None:
        return None
    decision = work.lock(Decision, standing.id)
    found = queries.recheck(work.session, decision.id)
    if found is None or decision.state is DecisionState.WITHDRAWN:
        return found
    left = _still_there(work, program, decision, found)
    gone = found.people - len({tester_id for scores in left.values() for tester_id in scores})
    if gone == found.gone:
        return found
    drifted = drift(
        decision.snapshot["expectations"],
        {expectation_id: list(scores.values()) for expectation_id, scores in left.items()},
    )
    shifts = [each.to_json() for each in drifted.shifts]
    is_news = shifts != found.shifts and bool(shifts)
    found.gone, found.shifts = gone, shifts
    found.recommended, found.checked_at = drifted.recommended, work.now
    if is_news:
        work.record(
            DecisionShaken(
                decision_id=decision.id,
                program_id=program.id,
                gone=gone,
                needs=[each.need for each in drifted.shifts],
            )
        )
    return found


def _still_there(
    work: Work, program: Program, decision: Decision, found: Recheck
) -> dict[UUID, Mapping[UUID, float]]:
    """The scores, as they were signed on, of everybody who still counts; what was kept of others is forgotten."""
    voices = queries.voices(work.session, decision.id)
    rows = {row.id: row for row in queries.expectations(work.session, program.id)}
    left: dict[UUID, Mapping[UUID, float]] = {}
    for key in found.traced:
        expectation_id = ids.decode("exp", key)
        kept = voices.get(expectation_id, {})
        row = rows.get(expectation_id)
        if row is not None and kept and not _is_changed(decision, row):
            now = _scores(work, program, row, program_wide=True)
            lost = kept.keys() - now.keys()
            _forget(work, decision, expectation_id, lost)
            kept = {tester_id: score for tester_id, score in kept.items() if tester_id not in lost}
        left[expectation_id] = kept
    return left


def _is_changed(decision: Decision, row: Expectation) -> bool:
    """Measured otherwise by now: that somebody has no score in it says nothing about the old one."""
    item = next(each for each in decision.snapshot["expectations"] if each["id"] == ids.encode("exp", row.id))
    return (item["measure"], item["parameters"]) != (row.measure, row.parameters)


def _forget(work: Work, decision: Decision, expectation_id: UUID, testers: set[UUID]) -> None:
    if testers:
        work.session.execute(
            delete(Voice).where(
                Voice.decision_id == decision.id,
                Voice.expectation_id == expectation_id,
                Voice.tester_id.in_(testers),
            )
        )


def _scores(work: Work, program: Program, row: Expectation, *, program_wide: bool) -> Mapping[UUID, float]:
    """As they stand. `program_wide` passes over the cohort: who moved to another has not withdrawn."""
    measure = measures.named(row.measure)
    if measure.is_counted:
        return {}
    scope = queries.scope(work.session, program, None if program_wide else row.cohort_id)
    return measure.sample(work.session, scope, measure.read(row.parameters)).scores


def _are_those_counted(item: Mapping[str, Any], scores: Mapping[UUID, float]) -> bool:
    """Whether these scores are the ones that the reading counted."""
    if item["reading"] is None:
        return False
    sample = Sample.of_json(item["reading"]["sample"])
    counted = {round(level, 9): count for level, count in zip(sample.levels, sample.counts, strict=True)}
    now: dict[float, int] = {}
    for score in scores.values():
        now[round(score, 9)] = now.get(round(score, 9), 0) + 1
    return {level: count for level, count in counted.items() if count} == now
