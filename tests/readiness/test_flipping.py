from uuid import UUID, uuid4

import pytest

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Enrollment
from betaops.kernel.work import Work
from betaops.readiness import queries, service
from betaops.readiness.judging.family import Claim
from betaops.readiness.judging.flipping import Flip, Kind, Segment, flips
from betaops.readiness.models import Reading
from betaops.readiness.verdict import Direction, Mode, Verdict
from betaops.surveys.models import Response
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey, a_top_box, answer_rating, some_testers

ALL = [uuid4() for _ in range(40)]


def claim(scores: dict[UUID, float]) -> Claim:
    yes = int(sum(scores.values()))
    return Claim((0.0, 1.0), (len(scores) - yes, yes), 0.7, Direction.AT_LEAST, 0.95, Mode.CLOSE)


def test_a_verdict_hangs_on_those_without_whom_it_would_be_another() -> None:
    scores = dict.fromkeys(ALL[:36], 1.0) | dict.fromkeys(ALL[36:], 0.0)
    fans, critics = (
        Segment(Kind.COHORT, "Fans", frozenset(ALL[:24])),
        Segment(Kind.LOUDEST, "", frozenset(ALL[36:])),
    )
    outside = Segment(Kind.COHORT, "Elsewhere", frozenset([uuid4()]))
    everybody = Segment(Kind.COHORT, "Everybody", frozenset(ALL))
    found = flips(claim(scores), scores, [fans, critics, outside, everybody], (1, 1))
    assert found == [Flip(Kind.COHORT, "Fans", 24, "inconclusive")]


def test_a_cohort_of_a_few_is_not_named() -> None:
    scores = dict.fromkeys(ALL[:12], 1.0)
    few, enough = (Segment(Kind.COHORT, "Few", frozenset(ALL[:number])) for number in (4, 5))
    assert flips(claim(scores), scores, [few], (1, 1)) == []
    assert flips(claim(scores), scores, [enough], (1, 1)) == [Flip(Kind.COHORT, "Few", 5, "inconclusive")]


def test_doubtful_answers_are_shown_both_ways_and_never_taken_away(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    row = a_top_box(work, program, good=14, bad=0, survey=survey, threshold=0.7)
    doubted = work.session.query(Response).limit(6).all()
    for each in doubted:
        each.flags = "speeding"
    work.session.flush()
    service.take_readings(work, program)
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.verdict, reading.n) == (Verdict.MET, 14)
    assert reading.sample["flips"] == [
        {"kind": "doubtful", "name": "", "left_out": 6, "verdict": "inconclusive"}
    ]
    said = queries.board(work.session, program.id)[0].flips
    assert "Without the 6 people whose answers are doubtful it would be: not settled." in said


def test_a_cohort_that_carries_the_verdict_is_named(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    keen: list[Enrollment] = some_testers(work, program, 10)
    for each in keen:
        work.add(CohortMember(cohort_id=cohort.id, tester_id=each.tester_id, since=work.now))
    answer_rating(work, survey, keen, [5] * 10)
    row = a_top_box(work, program, good=6, bad=0, survey=survey)
    reading: Reading = queries.latest_readings(work.session, program.id)[row.id]
    assert reading.verdict is Verdict.MET
    assert reading.sample["flips"] == [
        {"kind": "cohort", "name": "iOS", "left_out": 10, "verdict": "inconclusive"}
    ]


def test_where_nobody_decides_it_alone_that_is_said(work: Work) -> None:
    program = a_program(work, capacity=300)
    a_top_box(work, program, good=40, bad=0)
    assert queries.board(work.session, program.id)[0].flips == [
        "No cohort, no group of loud reporters and no doubtful answers decide it alone."
    ]


def test_cohorts_too_large_to_look_through_are_said_to_be_left_out(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("betaops.readiness.queries.segmenting.MOST_MEMBERS", 9)
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    cohort = Cohort(
        program_id=program.id, number=1 << 30, name="iOS", created_at=work.now, changed_at=work.now
    )
    work.add(cohort)
    for each in some_testers(work, program, 10):
        work.add(CohortMember(cohort_id=cohort.id, tester_id=each.tester_id, since=work.now))
    a_top_box(work, program, good=40, bad=0, survey=survey)
    said = queries.board(work.session, program.id)[0].flips
    assert "Cohorts were not looked at: they have too many people." in said
    assert not any("decide it alone" in line for line in said)
