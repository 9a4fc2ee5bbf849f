"""Surveys inside the product: what SDKs are told, and who is asked on which device."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from betaops.cohorts import uses
from betaops.enrollment.models import Enrollment, State
from betaops.enrollment.service import enrolling, testers
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Product, Program
from betaops.surveys import queries, service
from betaops.surveys.models import Audience, Repeat, Response, Shape, Survey, SurveyState
from tests.factories.cohorts import a_cohort
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import SHORT, a_placement, a_response, a_survey
from tests.support.clock import Clock
from tests.support.running import RunJobs
from tests.support.survey_sdk import LAPTOP, PHONE, Sdk


def responses(work: Work) -> list[Response]:
    return list(work.session.scalars(select(Response).order_by(Response.started_at, Response.id)))


def test_an_sdk_is_told_the_survey_with_where_and_how(work: Work, survey: Survey, sdk: Sdk) -> None:
    placement = a_placement(
        work,
        survey,
        url="/notes",
        events=["note exported"],
        delay_seconds=5,
        devices=["Desktop"],
        color="#AA0000",
    )
    [told] = sdk.surveys()
    names = {row.name: str(row.id) for row in queries.survey_questions(work.session, survey.id)}
    assert [question["id"] for question in told["questions"]] == [
        names["nps"],
        names["trouble"],
        names["plan"],
    ]
    assert [question["type"] for question in told["questions"]] == ["rating", "open", "single_choice"]
    assert told["questions"][0]["branching"] == {
        "type": "response_based",
        "responseValues": {"detractors": 1, "passives": 2, "promoters": 2},
    }
    assert (told["id"], told["type"], told["schedule"]) == (ids.encode("svy", survey.id), "popover", "once")
    assert told["internal_targeting_flag_key"] == f"survey-targeting-{placement.number}"
    assert (told["targeting_flag_key"], told["end_date"]) == (None, None)
    assert told["conditions"] == {
        "actions": None,
        "cancelEvents": None,
        "url": "/notes",
        "urlMatchType": "icontains",
        "events": {"repeatedActivation": False, "values": [{"name": "note exported"}]},
        "deviceTypes": ["Desktop"],
        "deviceTypesMatchType": "exact",
        "seenSurveyWaitPeriodInDays": 7,
    }
    assert (told["appearance"]["submitButtonColor"], told["appearance"]["surveyPopupDelaySeconds"]) == (
        "#aa0000",
        5,
    )
    assert told["appearance"]["whiteLabel"] is True
    assert told["questions"][2]["translations"]["de"]["choices"] == [
        "Mannschaft",
        "Profi",
        "Other (describe)",
    ]
    assert [told["questions"][index]["buttonText"] for index in range(3)] == ["Next", "Next", "Send answers"]


def test_both_slash_forms_every_origin_and_what_is_refused(work: Work, survey: Survey, sdk: Sdk) -> None:
    a_placement(work, survey)
    key, origin = sdk.product.project_key, {"Origin": "https://app.example.com"}
    for path in ("/api/surveys", "/api/surveys/"):
        answer = sdk.client.get(f"{path}?token={key}", headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
        assert "Set-Cookie" not in answer.headers
        same = sdk.client.get(f"{path}?token={key}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (same.status_code, same.data) == (304, b"")
        assert sdk.client.open(path, method="OPTIONS", headers=origin).status_code == 204
        for token in ("", "bo_unknown"):
            refused = sdk.client.get(f"{path}?token={token}", headers=origin)
            assert (refused.status_code, refused.json["type"]) == (401, "authentication_error")
    sdk.product.origins = ["https://other.example.com"]
    work.session.commit()
    assert sdk.client.get(f"/api/surveys/?token={key}", headers=origin).status_code == 403


def test_only_what_is_on_and_open_is_told(work: Work, program: Program, survey: Survey, sdk: Sdk) -> None:
    assert sdk.surveys() == []
    placement = a_placement(work, survey)
    assert len(sdk.surveys()) == 1
    service.change_state(work, survey.id, SurveyState.CLOSED)
    assert sdk.surveys() == []
    assert sdk.flag(f"survey-targeting-{placement.number}", "anybody") is None
    service.change_state(work, survey.id, SurveyState.OPEN)
    assert len(sdk.surveys()) == 1
    service.change_placement(work, survey.id, version=None, is_on=False)
    assert sdk.surveys() == []


def test_a_survey_opens_and_closes_there_by_itself(
    work: Work, clock: Clock, survey: Survey, sdk: Sdk, run_jobs: RunJobs
) -> None:
    placement = a_placement(work, survey)
    key = f"survey-targeting-{placement.number}"
    service.change_settings(
        work,
        survey.id,
        name="In short",
        origins=[],
        opens_at=clock.now + timedelta(hours=1),
        closes_at=clock.now + timedelta(hours=3),
    )
    told = [(len(sdk.surveys()), sdk.flag(key, "x"))]
    for _turn in range(2):
        clock.shift(hours=2)
        run_jobs()
        told.append((len(sdk.surveys()), sdk.flag(key, "x")))
    assert told == [(0, None), (1, False), (0, None)]


def test_everybody_with_a_seat_is_asked_and_nobody_else(
    work: Work, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk, run_jobs: RunJobs
) -> None:
    waiting = an_enrollment(work, program=program, state=State.APPLIED)
    elsewhere = an_enrollment(work, program=a_program(work))
    a_placement(work, survey)
    asked = [sdk.asks(each) for each in (LAPTOP, "ana@example.com", "a stranger")]
    assert asked == [True, True, False]
    assert not any(sdk.asks(ids.encode("tst", each.tester_id)) for each in (waiting, elsewhere))
    enrolling.change(work, ana.id, State.REMOVED)
    run_jobs()
    assert not sdk.asks(LAPTOP)


def test_a_cohorts_survey_is_for_its_people_and_keeps_the_cohort(
    work: Work, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    ben = an_enrollment(work, program=program, mail="ben@example.com")
    cohort = a_cohort(work, program=program, members=[ben])
    a_placement(work, survey, audience=Audience.COHORTS, cohorts=[cohort.number])
    assert [sdk.asks(each) for each in ("ben@example.com", LAPTOP)] == [True, False]
    assert uses.of(work.session, cohort) == ["In short"]


def test_a_share_asks_the_same_people_on_every_device(
    work: Work, program: Program, survey: Survey, sdk: Sdk
) -> None:
    for number in range(16):
        place = an_enrollment(work, program=program, mail=f"p{number}@example.com")
        testers.link_identity(work, place.tester_id, f"phone-{number}")
    key = f"survey-targeting-{a_placement(work, survey, share=50).number}"
    by_mail = [sdk.flag(key, f"p{number}@example.com") for number in range(16)]
    assert by_mail == [sdk.flag(key, f"phone-{number}") for number in range(16)]
    assert 0 < sum(by_mail) < 16


@pytest.mark.parametrize("what", ["shown", "dismissed", "sent"])
def test_what_happened_on_one_device_holds_on_the_other(
    work: Work, ana: Enrollment, survey: Survey, sdk: Sdk, what: str
) -> None:
    a_placement(work, survey)
    assert sdk.asks(LAPTOP)
    assert sdk.asks(PHONE)
    if what == "sent":
        sdk.answer(LAPTOP, survey, nps=9)
    else:
        sdk.send(what, LAPTOP, survey)
    assert not sdk.asks(PHONE)
    assert not sdk.asks(LAPTOP)


def test_who_answered_by_a_personal_link_is_not_asked_there(
    work: Work, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk, run_jobs: RunJobs
) -> None:
    ben = an_enrollment(work, program=program, mail="ben@example.com")
    a_response(work, survey, {"nps": 9}, enrollment=ana)
    service.change_placement(work, survey.id, version=None, is_on=True)
    assert sdk.surveys() == []  # until everybody who has answered is known
    run_jobs()
    assert [sdk.asks(each) for each in (PHONE, "ben@example.com")] == [False, True]
    a_response(work, survey, {"nps": 9}, enrollment=ben)
    assert not sdk.asks("ben@example.com")


def test_two_asks_of_one_person_lie_days_apart(
    work: Work, clock: Clock, program: Program, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    other = a_survey(work, program=program, definition=SHORT, name="Another")
    a_placement(work, survey)
    key = f"survey-targeting-{a_placement(work, other).number}"
    assert sdk.flag(key, PHONE) is True
    sdk.send("shown", LAPTOP, survey)
    assert sdk.flag(key, PHONE) is False
    clock.shift(days=6)
    assert sdk.flag(key, PHONE) is False
    clock.shift(days=2)
    assert sdk.flag(key, PHONE) is True


def test_a_survey_that_repeats_comes_again_and_keeps_every_answer(
    work: Work, clock: Clock, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey, repeat=Repeat.EVERY, every_days=30)
    [first] = sdk.surveys()
    for device in (LAPTOP, PHONE):
        sdk.answer(device, survey, nps=9)
    assert len(responses(work)) == 1
    assert not sdk.asks(PHONE)
    clock.shift(days=31)
    assert sdk.asks(PHONE)
    [second] = sdk.surveys()
    assert (first["schedule"], first["current_iteration"] < second["current_iteration"]) == (
        "recurring",
        True,
    )
    sdk.answer(PHONE, survey, nps=4, trouble="Sync")
    assert [each.answers["nps"] for each in responses(work)] == [9, 4]
    assert {each.tester_id for each in responses(work)} == {ana.tester_id}


def test_a_tab_that_is_always_there_asks_for_no_attention(
    work: Work, ana: Enrollment, survey: Survey, sdk: Sdk
) -> None:
    a_placement(work, survey, repeat=Repeat.ALWAYS, shape=Shape.TAB, label="Feedback")
    [told] = sdk.surveys()
    assert (told["type"], told["appearance"]["widgetType"], told["schedule"]) == ("widget", "tab", "always")
    # The SDK passes over the internal flag of such a survey, but never over this one.
    assert (told["internal_targeting_flag_key"], bool(told["targeting_flag_key"])) == (None, True)
    for nps in (9, 3):
        sdk.send("shown", LAPTOP, survey)
        sdk.answer(LAPTOP, survey, nps=nps)
    assert sdk.asks(PHONE)
    assert [each.answers["nps"] for each in responses(work)] == [9, 3]


def test_targeting_flags_are_evaluated_and_shown_nowhere(
    work: Work,
    product: Product,
    ana: Enrollment,
    survey: Survey,
    sdk: Sdk,
    member_client: Any,
    program: Program,
) -> None:
    config = f"/array/{product.project_key}/config"
    assert sdk.client.get(config).json["surveys"] is False
    key = f"survey-targeting-{a_placement(work, survey).number}"
    sdk.soon()
    assert (sdk.client.get(config).json["surveys"], sdk.client.get(config).json["hasFeatureFlags"]) == (
        True,
        True,
    )
    assert sdk.flag(key, LAPTOP) is True
    ofrep = sdk.client.post(
        "/ofrep/v1/evaluate/flags",
        json={"context": {"targetingKey": LAPTOP}},
        headers={"X-API-Key": product.project_key},
        csrf=False,
    )
    assert key not in ofrep.text
    assert key not in member_client("owner").get(f"/console/programs/{program.slug}/flags").text
    from betaops.flags import queries as flag_queries
    from betaops.flags import service as flag_service
    from betaops.kernel.errors import Invalid

    assert flag_queries.exported(work.session, product.id)["flags"] == []
    with pytest.raises(Invalid, match="belong to surveys"):
        flag_service.create_flag(work, product.id, key="survey-targeting-7", filters={"groups": []})
