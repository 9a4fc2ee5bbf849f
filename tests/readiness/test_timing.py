from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from betaops.enrollment.models import State
from betaops.kernel.work import Work
from betaops.readiness import queries
from betaops.readiness.flow import weeks
from betaops.readiness.judging.timing import drift
from betaops.readiness.unfound import Problem
from betaops.surveys.models import Response
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey, an_expectation, answer_rating, some_testers, top_box

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def in_order(scores: list[float]) -> tuple[dict[UUID, float], dict[UUID, datetime]]:
    people = [uuid4() for _each in scores]
    moments = {tester: DAY + timedelta(hours=at) for at, tester in enumerate(people)}
    return dict(zip(people, scores, strict=True)), moments


def test_late_answers_that_are_worse_are_shown() -> None:
    found = drift(*in_order([1.0] * 20 + [0.0] * 10 + [1.0] * 10))
    assert found is not None
    assert (found.early, found.late, found.n_early, found.n_late, found.is_shown) == (1.0, 0.5, 20, 20, True)


def test_late_answers_like_the_early_ones_are_no_drift() -> None:
    found = drift(*in_order([1.0, 0.0, 1.0] * 10))
    assert found is not None
    assert not found.is_shown


@pytest.mark.parametrize("number", [0, 3, 19])
def test_of_few_nobody_is_late(number: int) -> None:
    assert drift(*in_order([1.0] * number)) is None


def limits(work: Work, program: Any) -> list[str]:
    return queries.board(work.session, program.id)[0].limits


def test_a_reading_says_that_the_late_are_less_content_and_who_left_without_a_word(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey, crowd = a_survey(work, program), some_testers(work, program, 44)
    answer_rating(work, survey, crowd[:20], [5] * 20)
    work.now += timedelta(days=3)
    answer_rating(work, survey, crowd[20:40], [5] * 8 + [2] * 12)
    for gone in (crowd[0], crowd[42], crowd[43]):
        gone.state = State.WITHDRAWN
    work.session.flush()
    an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.5)
    said = limits(work, program)
    assert (
        "Who answered first says something else: 100%, the later half 40%. The silent may be like the late ones."
        in said
    )
    assert "2 testers left without an answer: who stays is often more content than who leaves." in said


def test_doubtful_answers_are_told_both_ways(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey, crowd = a_survey(work, program), some_testers(work, program, 30)
    answer_rating(work, survey, crowd, [5] * 24 + [1] * 6)
    for each in work.session.query(Response).filter(
        Response.tester_id.in_([one.tester_id for one in crowd[24:]])
    ):
        each.flags = "speeding"
    work.session.flush()
    an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.5)
    (row,) = queries.board(work.session, program.id)
    assert "Without the 6 people whose answers are doubtful it stays: met. Then it is 100%." in row.flips


def test_problems_are_told_by_week_with_the_weight_of_their_severity() -> None:
    problems = [
        Problem(DAY, 1, "blocker", DAY + timedelta(days=8)),
        Problem(DAY + timedelta(days=1), 1, "minor"),
        Problem(DAY + timedelta(days=15), 2, None),
    ]
    found = weeks(problems, (DAY + timedelta(days=16)).date())
    assert [(week.came, week.mended, week.open) for week in found] == [(10, 0, 10), (0, 8, 2), (2, 0, 4)]
    assert weeks([], DAY.date()) == []
