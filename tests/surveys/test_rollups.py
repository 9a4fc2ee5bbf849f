"""Counts of answers, kept: always what counting the answers themselves gives."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from betaops.enrollment.service import leaving
from betaops.kernel.work import Work
from betaops.surveys import queries, respond, service
from betaops.surveys.models import (
    Answer,
    AnswerTally,
    Response,
    ResponseState,
    Survey,
    SurveyRollup,
    SurveyState,
    TailResponse,
)
from betaops.surveys.service import rollups
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_response, a_survey
from tests.support.queries import counted


def counts(work: Work, survey: Survey) -> tuple[Counter[Any], dict[Any, int]]:
    parts = queries.tallies(work.session, survey.id)
    found = Counter({part[:4]: part.times for part in parts})
    assert len(found) == len(parts)
    return found, dict(queries.people_per_question(work.session, survey.id))


def truth(work: Work, survey: Survey) -> tuple[Counter[Any], dict[Any, int]]:
    rows = work.session.execute(
        select(Answer.question_id, Answer.row, Answer.code, Answer.number, Answer.response_id)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.survey_id == survey.id, Response.state == ResponseState.COMPLETE)
    ).all()
    people = Counter(question_id for question_id, _response_id in {(row[0], row[4]) for row in rows})
    return Counter(tuple(row[:4]) for row in rows), dict(people)


def rows_of(work: Work, model: Any) -> int:
    return work.session.scalar(select(func.count()).select_from(model)) or 0


def some_answers(draw: random.Random) -> dict[str, Any]:
    answers: dict[str, Any] = {"used_import": draw.choice(["yes", "no"]), "nps": draw.randrange(11)}
    if answers["used_import"] == "yes":
        answers["import_easy"] = draw.randrange(1, 6)
    if draw.random() < 0.5:
        answers["platforms"] = draw.sample(["Web", "iOS"], draw.randrange(1, 3))
    return answers


def test_whatever_comes_goes_and_is_folded_counts_are_right(work: Work) -> None:
    survey, draw = a_survey(work), random.Random(4)
    given: list[Response] = []
    for step in range(60):
        match draw.choice(["answer", "answer", "answer", "withdraw", "fold"]):
            case "answer":
                given.append(a_response(work, survey, some_answers(draw), key=f"r{step}"))
            case "withdraw" if given:
                respond.withdraw(work, given.pop(draw.randrange(len(given))).id)
            case "fold":
                service.fold(work, survey.id, most=draw.choice([1, 3, 100]))
        assert counts(work, survey) == truth(work, survey)
    while service.fold(work, survey.id):
        pass
    assert counts(work, survey) == truth(work, survey)
    assert (rows_of(work, TailResponse), len(given) > 5) == (0, True)
    for response in given:
        respond.withdraw(work, response.id)
    assert (rows_of(work, AnswerTally), counts(work, survey)) == (0, (Counter(), {}))


def test_what_is_withdrawn_between_counting_and_folding_is_not_folded(work: Work) -> None:
    survey, draw = a_survey(work), random.Random(3)
    given = [a_response(work, survey, some_answers(draw), key=f"r{number}") for number in range(6)]
    counted = queries.count_tail(work.session, survey.id, 5)
    assert (counted.complete, counted.is_more, counted.is_kept) == (5, True, True)
    respond.withdraw(work, given[2].id)
    rollups.fold_counted(work, counted)
    assert rows_of(work, TailResponse) == 1
    assert counts(work, survey) == truth(work, survey)
    assert work.session.scalars(select(SurveyRollup.responses)).one() == 4
    rollups.fold_counted(work, counted)
    assert counts(work, survey) == truth(work, survey), "nothing is folded twice"


def test_what_was_answered_before_there_were_counts_is_folded_too(work: Work) -> None:
    survey, draw = a_survey(work), random.Random(1)
    for number in range(7):
        a_response(work, survey, some_answers(draw), key=f"r{number}")
    service.rollups.start_over(work, survey.id)
    work.session.query(TailResponse).delete()
    has_more = [
        service.fold(work, survey.id, most=3),
        service.fold(work, survey.id, most=3),
        service.fold(work, survey.id),
    ]
    assert has_more == [True, True, False]
    assert counts(work, survey) == truth(work, survey)
    assert work.session.scalars(select(SurveyRollup.responses)).one() == 7


def test_what_is_not_complete_is_counted_nowhere(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program=program)
    begun = a_response(work, survey, key="one")
    service.fold(work, survey.id)
    begun.state = ResponseState.TEST
    assert rows_of(work, TailResponse) == 0
    other = a_response(work, survey, key="two")
    other.state = ResponseState.TEST
    work.session.flush()
    service.fold(work, survey.id)
    assert work.session.scalars(select(SurveyRollup.responses)).one() == 1


def test_an_erased_person_counts_no_more(work: Work, run_jobs: Callable[[], Any]) -> None:
    program = a_program(work)
    survey = a_survey(work, program=program)
    ana, ben = (an_enrollment(work, program=program) for _ in range(2))
    for person in (ana, ben):
        a_response(work, survey, {"used_import": "no", "nps": 9}, enrollment=person)
    run_jobs()
    service.fold(work, survey.id)
    leaving.erase(work, ana.tester_id)
    run_jobs()
    assert counts(work, survey) == truth(work, survey)
    assert sum(counts(work, survey)[0].values()) == 2
    service.fold(work, survey.id)
    assert counts(work, survey) == truth(work, survey)


def test_the_job_folds_every_survey_and_nothing_waits_afterwards(
    work: Work, run_jobs: Callable[[], Any]
) -> None:
    for name in ("One", "Two"):
        a_response(work, a_survey(work, name=name))
    work.enqueue("surveys.fold")
    run_jobs()
    assert (rows_of(work, TailResponse), sum(work.session.scalars(select(SurveyRollup.responses)))) == (0, 2)


def test_the_job_begins_counts_where_none_are_kept(work: Work, run_jobs: Callable[[], Any]) -> None:
    """Answers of before there were counts, and of a survey that has begun anew and is closed."""
    survey = a_survey(work)
    a_response(work, survey)
    service.rollups.start_over(work, survey.id)
    work.session.query(TailResponse).delete()
    service.change_state(work, survey.id, SurveyState.CLOSED)
    a_survey(work, name="Draft", is_published=False)
    work.enqueue("surveys.fold")
    run_jobs()
    assert work.session.scalars(select(SurveyRollup.responses)).all() == [1]
    assert counts(work, survey) == truth(work, survey)


def test_reading_asks_the_same_two_statements_at_any_size(work: Work) -> None:
    survey, draw = a_survey(work, definition=CHECK_IN), random.Random(2)
    for number in range(9):
        a_response(work, survey, some_answers(draw), key=f"r{number}")
    service.fold(work, survey.id, most=5)
    work.session.flush()
    with counted(work.platform.database) as statements:
        counts(work, survey)
    assert len(statements) == 2
