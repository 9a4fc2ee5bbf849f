"""What answering does to the database, on both databases."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.cohorts.models import Trait
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Platform, Work
from betaops.surveys import queries, respond, service
from betaops.surveys.models import Answer, Response, ResponseState, SurveyState
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_door, a_response, a_survey


def typed(work: Work, response: Response) -> dict[str, list[Any]]:
    names = {row.id: row.name for row in queries.survey_questions(work.session, response.survey_id)}
    found: dict[str, list[Any]] = {}
    for answer in work.session.scalars(
        select(Answer).where(Answer.response_id == response.id).order_by(Answer.code)
    ):
        found.setdefault(names[answer.question_id], []).append((answer.code, answer.number, answer.text))
    return found


def test_a_response_is_stored_as_a_document_and_as_typed_rows(work: Work) -> None:
    survey = a_survey(work)
    response = a_response(
        work,
        survey,
        {
            "used_import": "yes",
            "import_easy": "4",
            "platforms": ["Web", "other"],
            "platforms-Comment": "Linux",
            "nps": 3,
            "why": "Slow",
        },
    )
    assert response.state is ResponseState.COMPLETE
    assert response.answers["import_easy"] == 4
    assert typed(work, response) == {
        "used_import": [("yes", None, None)],
        "import_easy": [("4", 4.0, None)],
        "platforms": [("#comment", None, "Linux"), ("Web", None, None), ("other", None, None)],
        "nps": [("3", 3.0, None)],
        "why": [("", None, "Slow")],
    }


def test_answers_of_hidden_questions_are_dropped_on_completion(work: Work) -> None:
    response = a_response(
        work, a_survey(work), {"used_import": "no", "import_easy": 5, "nps": 10, "why": "x"}
    )
    assert response.answers == {"used_import": "no", "nps": 10}
    assert set(typed(work, response)) == {"used_import", "nps"}


def test_hidden_answers_stay_while_going_back_and_forth(work: Work) -> None:
    survey = a_survey(work)
    response = respond.begin(work, a_door(survey), submission_key="one").response
    respond.save(work, response, {"used_import": "yes", "import_easy": 5})
    respond.save(work, response, {"used_import": "no", "import_easy": 5})
    respond.save(work, response, {"used_import": "yes", "import_easy": 5, "nps": 10})
    version = queries.published(work.session, response.version_id)
    assert respond.finish(work, response, version).problems == ()
    assert response.answers["import_easy"] == 5


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"used_import", "nps"}),
        ({"used_import": "yes", "nps": 1}, {"import_easy"}),
        ({"used_import": "maybe", "nps": 1}, {"used_import"}),
        ({"used_import": "no", "nps": 11}, {"nps"}),
        ({"used_import": "no", "nps": {"a": [1]}}, {"nps"}),
        ({"used_import": "no", "nps": 1, "platforms": ["BeOS"]}, {"platforms"}),
        ({"used_import": "no", "nps": 1, "platforms": ["other"]}, {"platforms-Comment"}),
        ({"used_import": "no", "nps": 1, "why": "x" * 10_001}, {"why"}),
    ],
)
def test_answers_are_judged_again_whatever_the_caller_says(
    work: Work, answers: dict[str, Any], wrong: set[str]
) -> None:
    survey = a_survey(work)
    with pytest.raises(Invalid) as refused:
        a_response(work, survey, answers)
    assert {problem.name for problem in refused.value.values["problems"]} == wrong
    assert queries.count_responses(work.session, survey.id) == 0


def test_the_same_submission_key_gives_the_same_response(work: Work) -> None:
    survey = a_survey(work)
    first = a_response(work, survey, key="retry")
    again = respond.submit(work, survey, {"used_import": "no", "nps": 1}, submission_key="retry")
    assert (again.response.id, again.is_new) == (first.id, False)
    assert again.response.answers["used_import"] == "yes"
    assert queries.count_responses(work.session, survey.id) == 1


def test_one_person_has_one_response(work: Work) -> None:
    program = a_program(work)
    enrollment = an_enrollment(work, program=program)
    survey = a_survey(work, program=program)
    door = a_door(survey, enrollment=enrollment)
    first = respond.begin(work, door, submission_key="phone").response
    second = respond.begin(work, door, submission_key="laptop").response
    assert first.id == second.id


def test_marked_answers_become_facts_about_the_person(work: Work) -> None:
    program = a_program(work)
    enrollment = an_enrollment(work, program=program)
    a_response(work, a_survey(work, program=program), enrollment=enrollment)
    trait = work.session.scalar(select(Trait).where(Trait.tester_id == enrollment.tester_id))
    assert trait is not None
    assert (trait.name, trait.value) == ("survey.import_easy", 4)


def test_completing_is_told_once(work: Work) -> None:
    survey = a_survey(work)
    response = a_response(work, survey)
    respond.finish(work, response, queries.published(work.session, response.version_id))
    told = select(func.count()).select_from(RecordedEvent).where(RecordedEvent.kind == "survey_answered")
    assert work.session.scalar(told) == 1


def test_a_withdrawn_response_leaves_no_answer_behind(work: Work) -> None:
    survey = a_survey(work)
    response = a_response(work, survey)
    respond.withdraw(work, response.id)
    assert response.answers == {}
    assert work.session.scalar(select(func.count()).select_from(Answer)) == 0
    assert queries.counts(work.session, [survey.id])[survey.id].complete == 0


def test_a_closed_survey_takes_no_new_response(work: Work) -> None:
    survey = a_survey(work)
    service.change_state(work, survey.id, SurveyState.CLOSED)
    with pytest.raises(Refused):
        a_response(work, survey)


def test_people_under_way_finish_their_own_version(work: Work) -> None:
    survey = a_survey(work)
    response = respond.begin(work, a_door(survey), submission_key="early").response
    changed = {**CHECK_IN, "pages": [CHECK_IN["pages"][0]]}
    service.edit_draft(work, survey.id, lambda _draft: changed)
    service.publish(work, survey.id)
    respond.save(work, response, {"used_import": "no", "nps": 7})
    version = queries.published(work.session, response.version_id)
    assert (version.number, respond.finish(work, response, version).problems) == (1, ())
    assert response.answers == {"used_import": "no", "nps": 7}


def at_once(platform: Platform, workspace_id: Any, times: int, act: Any) -> list[Any]:
    """`act(work)` in as many threads, each in a transaction of its own that begins when all are ready."""
    start, results = threading.Barrier(times), []

    def run() -> None:
        start.wait(timeout=20)
        with platform.database.writing(workspace_id) as session:
            results.append(act(Work(session, platform, platform_actor, moment)))

    from betaops.kernel import clock
    from betaops.kernel.work import SYSTEM

    platform_actor, moment = SYSTEM, clock.now()
    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_twenty_retries_at_once_make_one_response_and_one_event(work: Work, platform: Platform) -> None:
    survey = a_survey(work)
    work.session.commit()

    def send(own: Work) -> Any:
        found = queries.survey(own.session, survey.id)
        return respond.submit(own, found, {"used_import": "no", "nps": 9}, submission_key="same").response.id

    ids = at_once(platform, work.workspace_id, 20, send)
    assert (len(ids), len(set(ids))) == (20, 1)
    assert queries.count_responses(work.session, survey.id) == 1
    told = select(func.count()).select_from(RecordedEvent).where(RecordedEvent.kind == "survey_answered")
    assert work.session.scalar(told) == 1


def test_a_personal_link_used_twice_at_once_makes_one_response(work: Work, platform: Platform) -> None:
    program = a_program(work)
    enrollment = an_enrollment(work, program=program)
    survey = a_survey(work, program=program)
    work.session.commit()
    keys = iter(range(100))

    def open_it(own: Work) -> Any:
        found = queries.survey(own.session, survey.id)
        return respond.begin(
            own, a_door(found, enrollment=enrollment), submission_key=f"tab-{next(keys)}"
        ).response.id

    ids = at_once(platform, work.workspace_id, 8, open_it)
    assert (len(ids), len(set(ids))) == (8, 1)
    assert queries.count_responses(work.session, survey.id) == 1
