"""Quotas, limits and screen-outs: who comes in is decided by the database, and given back when it is taken out."""

from typing import Any

import pytest
from sqlalchemy import insert

from betaops.kernel import clock
from betaops.kernel.db import Database
from betaops.kernel.errors import DomainError, Invalid, Refused
from betaops.kernel.ids import new_id
from betaops.kernel.work import SYSTEM, Platform, Work
from betaops.surveys import links, queries, respond, service
from betaops.surveys.engine.quotas import Ending, early_ending
from betaops.surveys.engine.scene import Scene
from betaops.surveys.models import Quota, Response, ResponseState, Survey, SurveyLink, SurveyState, WhenFull
from betaops.surveys.reading import read
from tests.factories.surveys import CHECK_IN, a_public_link, a_response, a_survey
from tests.support.at_once import at_once
from tests.support.browsers import Browser
from tests.support.running import RunJobs

YES = {"used_import": "yes", "import_easy": 4, "nps": 9}
NO = {"used_import": "no", "nps": 9}
SCREENING: dict[str, Any] = {
    **CHECK_IN,
    "x-betaops": {"screenOutIf": "{used_import} = 'no'", "screenedOutHtml": "<p>Only for importers.</p>"},
}


def a_quota(work: Work, survey: Survey, **values: Any) -> Quota:
    return service.add_quota(
        work,
        survey.id,
        **{"name": "Importers", "condition": "{used_import} = 'yes'", "most": 1, **values},
    )


def taken(work: Work, row: Quota | Survey | SurveyLink) -> int:
    work.session.flush()
    work.session.refresh(row)
    return row.taken


def test_a_full_quota_turns_away_its_kind_and_nobody_else(work: Work) -> None:
    survey = a_survey(work)
    quota = a_quota(work, survey)
    assert a_response(work, survey, YES).state is ResponseState.COMPLETE
    turned = a_response(work, survey, YES)
    assert (turned.state, turned.turned_away_by) == (ResponseState.OVER_QUOTA, quota.id)
    assert a_response(work, survey, NO).state is ResponseState.COMPLETE
    assert taken(work, quota) == 1
    assert queries.counts(work.session, [survey.id])[survey.id].complete == 2


def test_a_place_is_taken_in_all_quotas_or_in_none(work: Work) -> None:
    survey = a_survey(work)
    wide = a_quota(work, survey, name="Everybody", condition="{nps} >= 0", most=10)
    a_quota(work, survey)
    a_response(work, survey, YES)
    a_response(work, survey, YES)
    assert taken(work, wide) == 1


def test_withdrawing_gives_the_place_back(work: Work) -> None:
    survey = a_survey(work)
    quota = a_quota(work, survey)
    first = a_response(work, survey, YES)
    respond.withdraw(work, first.id)
    assert taken(work, quota) == 0
    second = a_response(work, survey, YES)
    assert second.state is ResponseState.COMPLETE
    respond.withdraw(work, a_response(work, survey, YES).id)
    assert taken(work, quota) == 1


def test_a_trial_takes_no_place(work: Work) -> None:
    survey = a_survey(work)
    quota = a_quota(work, survey)
    service.change_settings(
        work, survey.id, name=survey.name, origins=[], opens_at=None, closes_at=None, response_limit=1
    )
    link = links.public_link(work, survey.id, kind=links.LinkKind.TEST)
    assert link.token is not None
    door = queries.door(work.session, link.token, work.settings.secret_key)
    response = respond.begin(work, door, submission_key="trial").response
    respond.save(work, response, YES)
    respond.finish(work, response, queries.published(work.session, response.version_id))
    assert (response.state, taken(work, quota), taken(work, survey)) == (ResponseState.TEST, 0, 0)


def test_a_quota_may_close_the_survey(work: Work, run_jobs: RunJobs) -> None:
    survey = a_survey(work)
    a_quota(work, survey, most=2, when_full=WhenFull.CLOSE)
    a_response(work, survey, YES)
    run_jobs()
    work.session.refresh(survey)
    assert survey.state is SurveyState.OPEN
    a_response(work, survey, YES)
    run_jobs()
    work.session.refresh(survey)
    assert survey.state is SurveyState.CLOSED


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("", "no_condition"),
        ("{used_import} =", "bad_expression"),
        ("{nobody} = 1", "unknown_name"),
        ("fetch({nps}) = 1", "unknown_function"),
    ],
)
def test_a_quota_that_could_count_nobody_is_refused(work: Work, condition: str, code: str) -> None:
    survey = a_survey(work)
    with pytest.raises(Invalid) as refused:
        a_quota(work, survey, condition=condition)
    assert (refused.value.code, refused.value.values["field"]) == (code, "condition")


def test_what_a_quota_counts_stays_once_it_has_counted(work: Work) -> None:
    survey = a_survey(work)
    quota = a_quota(work, survey)
    a_response(work, survey, YES)
    work.session.refresh(quota)
    with pytest.raises(Refused):
        service.change_quota(work, survey.id, quota.id, condition="{nps} > 1")
    assert service.change_quota(work, survey.id, quota.id, most=2).most == 2
    assert a_response(work, survey, YES).state is ResponseState.COMPLETE


def test_a_limit_counts_those_who_came_before_it(work: Work) -> None:
    survey = a_survey(work)
    a_response(work, survey, YES)
    service.change_settings(
        work, survey.id, name=survey.name, origins=[], opens_at=None, closes_at=None, response_limit=2
    )
    assert a_response(work, survey, YES).state is ResponseState.COMPLETE
    assert taken(work, survey) == 2
    assert survey.is_full
    with pytest.raises(DomainError):
        a_response(work, survey, YES)


def test_an_answer_that_screens_out_ends_a_response_without_counting(work: Work) -> None:
    survey = a_survey(work, definition=SCREENING)
    response = a_response(work, survey, NO)
    assert (response.state, response.finished_at is not None) == (ResponseState.SCREENED_OUT, True)
    assert response.answers["used_import"] == "no"
    assert survey.id not in queries.counts(work.session, [survey.id]) or (
        queries.counts(work.session, [survey.id])[survey.id].complete == 0
    )


def test_what_is_not_answered_yet_ends_nothing() -> None:
    definition = read({**SCREENING, "x-betaops": {"screenOutIf": "{nps} <> 10"}})
    now = clock.now()
    assert early_ending(Scene(definition, {"used_import": "yes"}, now=now), []) is None
    assert early_ending(Scene(definition, {"nps": 3}, now=now), []) == Ending()
    assert early_ending(Scene(definition, {"nps": 10}, now=now), []) is None


def test_a_calculated_value_ends_nothing_before_what_it_comes_from_is_answered() -> None:
    values = [
        {"name": "twice", "expression": "{nps} * 2"},
        {"name": "far", "expression": "{twice} <> 20"},
        {"name": "round", "expression": "{round} + 1"},
    ]
    screened = {"x-betaops": {"screenOutIf": "{far} = true"}}
    definition, now = read({**SCREENING, **screened, "calculatedValues": values}), clock.now()
    assert early_ending(Scene(definition, {"used_import": "yes"}, now=now), []) is None
    assert early_ending(Scene(definition, {"nps": 3}, now=now), []) == Ending()
    assert early_ending(Scene(definition, {"nps": 10}, now=now), []) is None
    circular = read({**SCREENING, "x-betaops": {"screenOutIf": "{round} > 0"}, "calculatedValues": values})
    assert early_ending(Scene(circular, {"nps": 3}, now=now), []) == Ending(), (
        "one that needs itself sees nothing"
    )


def test_a_screen_out_that_cannot_be_read_is_not_published(work: Work) -> None:
    definition = {**CHECK_IN, "x-betaops": {"screenOutIf": "{nobody} = 1"}}
    with pytest.raises(Invalid) as refused:
        a_survey(work, definition=definition)
    assert [each.code for each in refused.value.values["findings"]] == ["unknown_name"]


def test_screening_out_happens_on_the_page_that_decides(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition=SCREENING)
    token = a_public_link(work, survey)
    sent = client.submit(f"/s/{token}", {"used_import": "no", "__action": "next"}, action=token)
    done = client.get(sent.location)
    assert "Only for importers." in done.text
    assert queries.count_responses(work.session, survey.id) == 1
    assert queries.responses(work.session, survey.id).items[0].state is ResponseState.SCREENED_OUT


def test_a_full_quota_says_so_in_the_authors_words(work: Work, client: Browser) -> None:
    survey = a_survey(work)
    a_quota(work, survey, words="Enough <b>importers</b><script>alert(1)</script>.")
    a_response(work, survey, YES)
    token = a_public_link(work, survey)
    sent = client.submit(
        f"/s/{token}", {"used_import": "yes", "import_easy": "4", "__action": "next"}, action=token
    )
    shown = client.get(sent.location).text
    # The page that decides ends it; nobody is asked more in vain.
    assert "Enough <b>importers</b>" in shown
    assert "alert(1)" not in shown


SHORTEST = {
    "pages": [{"elements": [{"type": "radiogroup", "name": "used_import", "choices": ["yes", "no"]}]}]
}
AT_ONCE, PLACES = 200, 50


def test_two_hundred_that_finish_at_once_get_exactly_the_fifty_places(
    work: Work, platform: Platform, database: Database
) -> None:
    survey = a_survey(work, definition=SHORTEST)
    link = links.public_link(work, survey.id)
    links.change_link(
        work, link.id, survey_id=survey.id, starts_at=None, ends_at=None, response_limit=AT_ONCE
    )
    quota = a_quota(work, survey, most=PLACES)
    ids = _begin_all(work, survey, link)
    work.session.commit()
    assert at_once(ids, lambda response_id: _finish(platform, survey, response_id)) == []
    states = [row.state for row in queries.responses(work.session, survey.id, size=AT_ONCE).items]
    # Half are importers, of whom fifty fit; who was turned away has given the place of the link back.
    assert taken(work, quota) == PLACES
    assert states.count(ResponseState.OVER_QUOTA) == AT_ONCE // 2 - PLACES
    assert states.count(ResponseState.COMPLETE) == taken(work, link) == AT_ONCE // 2 + PLACES


def _begin_all(work: Work, survey: Survey, link: SurveyLink) -> list[Any]:
    """Half of them importers, all with everything answered."""
    version_id = queries.live_version_id(work.session, survey)
    rows = [
        {
            "id": new_id(),
            "workspace_id": survey.workspace_id,
            "survey_id": survey.id,
            "version_id": version_id,
            "link_id": link.id,
            "submission_key": f"begun{number}",
            "answers": {"used_import": "yes" if number % 2 else "no"},
            "started_at": work.now,
            "saved_at": work.now,
        }
        for number in range(AT_ONCE)
    ]
    work.session.execute(insert(Response), rows)
    return [row["id"] for row in rows]


def _finish(platform: Platform, survey: Survey, response_id: Any) -> None:
    with platform.database.writing(survey.workspace_id) as session:
        work = Work(session, platform, SYSTEM, clock.now(), is_quiet=True)
        response = work.lock(Response, response_id)
        respond.finish(work, response, queries.published(session, response.version_id))
