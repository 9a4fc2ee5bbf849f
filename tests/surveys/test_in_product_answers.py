"""What comes back from inside the product: whose it is, how its steps become one, and what is refused."""

import copy

from sqlalchemy import select

from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service import enrolling, testers
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, service
from betaops.surveys.models import Response, ResponseState, Survey, SurveyState
from betaops.usage.models import UsageEvent
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import SHORT, a_placement, a_survey
from tests.support.survey_sdk import LAPTOP, PHONE, Sdk


def responses(work: Work) -> list[Response]:
    return list(work.session.scalars(select(Response).order_by(Response.started_at, Response.id)))


def events(work: Work) -> list[str]:
    return list(work.session.scalars(select(UsageEvent.name)))


def test_a_response_belongs_to_its_person_and_says_where_it_came_from(
    work: Work, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey)
    sent = sdk.answer(LAPTOP, survey, nps=3, trouble="Sync is slow", plan="Enterprise", language="de")
    sdk.again(sent)
    sdk.answer(PHONE, survey, nps=10)
    [response] = responses(work)
    assert (response.state, response.is_in_product) == (ResponseState.COMPLETE, True)
    assert (response.enrollment_id, response.language) == (ana.id, "de")
    assert response.answers == {
        "nps": 3, "trouble": "Sync is slow", "plan": "other", "plan-Comment": "Enterprise",
    }  # fmt: skip
    assert queries.reach(work.session, survey.id).complete == 1


def test_steps_of_one_way_become_one_response(work: Work, ana: Enrollment, survey: Survey, sdk: Sdk) -> None:
    a_placement(work, survey)
    sdk.answer(LAPTOP, survey, nps=2, submission="way-1", done=False)
    [response] = responses(work)
    assert (response.state, response.answers) == (ResponseState.PARTIAL, {"nps": 2})
    sdk.answer(LAPTOP, survey, nps=2, trouble="Sync", submission="way-1", done=False)
    sdk.answer(LAPTOP, survey, nps=2, trouble="Sync", plan="Mannschaft", submission="way-1")
    sdk.answer(LAPTOP, survey, nps=2, submission="way-1", done=False)  # late
    [response] = responses(work)
    assert response.state is ResponseState.COMPLETE
    assert response.answers == {"nps": 2, "trouble": "Sync", "plan": "t"}


def test_strangers_answer_as_by_a_public_link_and_become_known_on_the_way(
    work: Work, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey)
    for distinct_id in ("stranger-1", "stranger-2"):
        sdk.answer(distinct_id, survey, nps=7)
    sdk.answer("new-phone", survey, nps=9, submission="way-2", done=False)
    testers.link_identity(work, ana.tester_id, "new-phone")
    sdk.answer("new-phone", survey, nps=9, submission="way-2")
    assert [each.tester_id for each in responses(work)] == [None, None, ana.tester_id]


def test_older_sdks_name_questions_by_their_place(
    work: Work, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey)
    properties = {"$survey_response": "8", "$survey_response_2": "Pro"}
    sdk.send("sent", LAPTOP, survey, **properties)
    assert responses(work)[0].answers == {"nps": 8, "plan": "p"}


def test_answers_to_a_form_from_before_a_new_series_stand_with_the_one_that_was_shown(
    work: Work, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey)
    [shown] = sdk.surveys()
    old_id = shown["questions"][0]["id"]
    changed = copy.deepcopy(SHORT)
    changed["pages"][0]["elements"][0] |= {"rateMin": 1, "rateMax": 5, "x-betaops": {}}
    changed["pages"][0]["elements"][1]["visibleIf"] = ""
    service.edit_draft(work, survey.id, lambda _draft: changed)
    service.publish(work, survey.id, new_series=["nps"])
    work.session.commit()
    sdk.soon()
    [now] = sdk.surveys()
    assert now["questions"][0]["id"] != old_id
    for at, question_id in enumerate((old_id, now["questions"][0]["id"])):
        answer = {f"$survey_response_{question_id}": 9 if at == 0 else 5, "$survey_completed": True}
        sdk.send("sent", f"stranger{at}", survey, **answer)
    rows = {str(row.id): row for row in queries.survey_questions(work.session, survey.id)}
    told = {
        (rows[str(part.question_id)].series, part.code) for part in queries.tallies(work.session, survey.id)
    }
    assert told == {(1, "9"), (2, "5")}


def test_what_cannot_be_is_refused_and_no_event_is_lost(
    work: Work, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey)
    for wrong in (
        {"nps": 11},
        {"nps": True},
        {"nps": {"a": 1}},
        {"plan": ["Team", "Pro"], "nps": 3},
        {"plan": "Team"},
    ):
        sdk.answer(LAPTOP, survey, **wrong)
    stranger = a_survey(work, program=a_program(work), definition=SHORT)
    for survey_id in (ids.encode("svy", stranger.id), "svy_nonsense", 17, None, "no id"):
        sdk.send("sent", LAPTOP, survey, **{"$survey_id": survey_id, "$survey_response": 9})
        sdk.send("shown", LAPTOP, survey, **{"$survey_id": survey_id})
    assert responses(work) == []
    assert sdk.asks(PHONE)
    service.change_state(work, survey.id, SurveyState.CLOSED)
    sdk.send("sent", LAPTOP, survey, **{"$survey_response": 9})
    service.change_state(work, survey.id, SurveyState.OPEN)
    enrolling.change(work, ana.id, State.REMOVED)
    sdk.answer(LAPTOP, survey, nps=9)
    assert responses(work) == []
    assert len(events(work)) == 17


def test_nobody_goes_on_with_anothers_answers(
    work: Work, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    an_enrollment(work, program=program, mail="ben@example.com")
    a_placement(work, survey)
    sdk.answer(LAPTOP, survey, nps=2, submission="way-1", done=False)
    for other in ("ben@example.com", "stranger"):
        sdk.answer(other, survey, nps=10, submission="way-1")
    [response] = responses(work)
    assert (response.answers, response.tester_id) == ({"nps": 2}, ana.tester_id)
