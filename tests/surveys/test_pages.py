"""Answering through the pages, without a line of JavaScript."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from betaops.kernel.work import Work
from betaops.surveys import links, queries, service
from betaops.surveys.models import LinkKind, Response, ResponseState, SurveyLink, SurveyState
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, a_public_link, a_response, a_survey
from tests.support.browsers import Browser


def only_response(work: Work) -> Response:
    return work.session.scalars(select(Response)).one()


def personal(work: Work, **enrollment: Any) -> tuple[Any, Any, str]:
    program = a_program(work)
    place = an_enrollment(work, program=program, **enrollment)
    survey = a_survey(work, program=program)
    return survey, place, links.personal_link(work, survey.id, place.id)


def go(client: Browser, address: str, answers: dict[str, Any], press: str = "next") -> Any:
    return client.submit(address, {**answers, "__action": press})


def test_a_public_survey_is_answered_page_by_page(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    first = go(client, f"/s/{token}", {"used_import": "no"})
    assert first.status_code == 303
    assert "Would you recommend it?" in client.get(first.location).text
    last = go(client, first.location, {"nps": "9"})
    assert "Thank you" in client.get(last.location).text
    response = only_response(work)
    assert (response.state, response.answers) == (ResponseState.COMPLETE, {"used_import": "no", "nps": 9})


def test_no_page_of_a_survey_sets_a_cookie(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    shown = client.get(f"/s/{token}")
    sent = go(client, f"/s/{token}", {"used_import": "no"})
    assert "Set-Cookie" not in shown.headers
    assert "Set-Cookie" not in sent.headers


def test_a_question_that_an_answer_brings_up_is_shown_before_going_on(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    assert 'data-element="import_easy"' in client.get(f"/s/{token}").text
    again = go(client, f"/s/{token}", {"used_import": "yes"})
    page = client.get(again.location)
    assert "Something more follows from your answers" in page.text
    assert re.search(r'data-element="import_easy" data-if="[^"]*">', page.text), "shown now, not hidden"
    onward = go(client, again.location, {"import_easy": "5"})
    assert "Would you recommend it?" in client.get(onward.location).text


def test_what_is_missing_is_said_at_the_head_and_at_the_place(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    refused = go(client, f"/s/{token}", {"platforms": "Web"})
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    target = re.search(
        r'<li><a href="#([^"]+)">Did you import notes\? Choose an answer\.</a></li>', refused.text
    )
    assert target is not None
    assert f'id="{target[1]}"' in refused.text
    assert re.search(r'value="Web"[^>]*checked|checked[^>]*value="Web"', refused.text), (
        "what was chosen is kept"
    )


def test_going_back_loses_nothing_not_even_what_is_wrong(work: Work, client: Browser) -> None:
    definition = {
        "pages": [
            {"elements": [{"type": "text", "name": "a"}]},
            {"elements": [{"type": "text", "name": "age", "inputType": "number", "isRequired": True}]},
        ]
    }
    token = a_public_link(work, a_survey(work, definition=definition))
    second = go(client, f"/s/{token}", {"a": "kept"})
    back = go(client, second.location, {"age": "about forty"}, press="back")
    assert 'value="kept"' in client.get(back.location).text
    forth = go(client, back.location, {})
    assert 'value="about forty"' in client.get(forth.location).text
    assert "Write a number." in go(client, forth.location, {}).text


def test_a_personal_link_goes_on_on_another_device(work: Work, app: Any, client: Browser) -> None:
    _survey, _place, token = personal(work)
    go(client, f"/s/{token}", {"used_import": "no"})
    laptop = app.test_client()
    assert "Would you recommend it?" in laptop.get(f"/s/{token}").text
    go(client, f"/s/{token}", {"nps": "10"})
    assert "Thank you" in laptop.get(f"/s/{token}").text
    assert only_response(work).tester_id is not None


def test_a_public_response_goes_on_under_its_own_address(work: Work, app: Any, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    second = go(client, f"/s/{token}", {"used_import": "no"})
    assert token not in second.location
    assert "Would you recommend it?" in app.test_client().get(second.location).text
    assert "Did you import notes?" in client.get(f"/s/{token}").text, "the public link begins anew"


def test_sending_the_same_page_twice_makes_one_response(work: Work, client: Browser) -> None:
    definition = {"elements": [{"type": "comment", "name": "note"}]}
    token = a_public_link(work, a_survey(work, definition=definition))
    form = {"__page": "0", "__submission": "abc123", "__on": "note", "note": "Hello", "__action": "next"}
    answers = [client.post(f"/s/{token}", data=form, csrf=False) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.location for answer in answers}) == 1
    assert only_response(work).state is ResponseState.COMPLETE


def test_a_draft_is_kept_while_typing(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    form = {
        "__page": "0",
        "__submission": "abc123",
        "__on": ["used_import", "platforms"],
        "used_import": "yes",
    }
    answer = client.post(f"/s/{token}/draft", data=form, csrf=False)
    assert answer.json is not None
    assert answer.json["saved"] is True
    assert set(answer.json["shown"]) == {"used_import", "import_easy", "platforms"}
    response = only_response(work)
    assert (response.state, response.answers) == (ResponseState.STARTED, {"used_import": "yes"})
    assert re.search(
        r'value="yes"[^>]*checked|checked[^>]*value="yes"', client.get(answer.json["address"]).text
    )


def test_nobody_jumps_over_a_page(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work))
    assert "Did you import notes?" in client.get(f"/s/{token}?page=1").text
    form = {"__page": "1", "__submission": "x", "__on": "nps", "nps": "9", "__action": "next"}
    sent = client.post(f"/s/{token}", data=form, csrf=False)
    page = client.get(sent.location)
    assert "Did you import notes?" in page.text
    assert "Choose an answer." in page.text
    assert only_response(work).state is ResponseState.PARTIAL


@pytest.mark.parametrize(
    "address", ["/s/short", "/s/" + "x" * 43, "/s/a.b.c", "/s/" + "é" * 10, "/s/" + "y" * 500]
)
def test_a_cut_off_or_made_up_link_says_what_to_do(client: Browser, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Copy the whole link from the mail" in answer.text
    assert client.post(address, csrf=False).status_code == 404


def test_a_revoked_link_says_how_to_get_another(work: Work, client: Browser) -> None:
    survey, _place, token = personal(work)
    link = work.session.scalars(select(SurveyLink)).one()
    links.revoke_link(work, link.id, survey_id=survey.id)
    answer = client.get(f"/s/{token}")
    assert (answer.status_code, "This link was taken back" in answer.text) == (410, True)


def test_a_closed_survey_says_so_and_takes_nothing(work: Work, client: Browser) -> None:
    survey = a_survey(work)
    token = a_public_link(work, survey)
    service.change_state(work, survey.id, SurveyState.CLOSED)
    assert "This survey is closed" in client.get(f"/s/{token}").text
    form = {"__page": "0", "__on": "used_import", "used_import": "no", "__action": "next"}
    assert client.post(f"/s/{token}", data=form, csrf=False).status_code == 410
    assert work.session.scalar(select(func.count()).select_from(Response)) == 0


def test_who_left_the_program_is_asked_nothing(work: Work, client: Browser) -> None:
    _survey, _place, token = personal(work, state="withdrawn")
    assert client.get(f"/s/{token}").status_code == 410


def test_an_answered_link_thanks_and_shows_no_form(work: Work, client: Browser) -> None:
    survey, place, token = personal(work)
    a_response(work, survey, enrollment=place)
    answer = client.get(f"/s/{token}")
    assert "Thank you" in answer.text
    assert "<form" not in answer.text


def test_trial_answers_never_count(work: Work, client: Browser) -> None:
    survey = a_survey(work)
    token = links.public_link(work, survey.id, kind=LinkKind.TEST).token
    second = go(client, f"/s/{token}", {"used_import": "no"})
    go(client, second.location, {"nps": "9"})
    response = only_response(work)
    assert (response.state, response.is_finished) == (ResponseState.TEST, True)
    assert queries.counts(work.session, [survey.id]) == {}
    assert queries.tallies(work.session, survey.id) == []


def test_opening_a_link_is_counted(work: Work, client: Browser) -> None:
    survey, _place, token = personal(work)
    client.get(f"/s/{token}")
    client.get(f"/s/{token}")
    work.platform.tallies.flush()
    link = work.session.scalars(select(SurveyLink)).one()
    assert link.opens == 2
    assert queries.funnel(work.session, survey.id).opened == 1


def test_the_portal_leads_into_the_persons_own_response(work: Work, tester_client: Any) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program)
    survey = a_survey(work, program=program)
    browser = tester_client(place)
    from betaops.kernel import ids

    entered = browser.get(f"/portal/surveys/{ids.encode('svy', survey.id)}")
    assert entered.status_code == 303
    go(browser, entered.location, {"used_import": "no"})
    assert only_response(work).enrollment_id == place.id


def test_the_author_may_word_the_end_by_the_answers(work: Work, client: Browser) -> None:
    definition = {
        "elements": [{"type": "rating", "name": "mood"}],
        "completedHtml": "<p>Thanks.</p>",
        "completedHtmlOnCondition": [
            {"expression": "{mood} >= 4", "html": "<p>Glad that you gave {mood}.</p>"}
        ],
    }
    token = a_public_link(work, a_survey(work, definition=definition))
    done = go(client, f"/s/{token}", {"mood": "5"})
    assert "Glad that you gave 5." in client.get(done.location).text


def test_a_survey_page_weighs_little(work: Work, client: Browser) -> None:
    import gzip

    token = a_public_link(work, a_survey(work, definition=CHECK_IN))
    page = client.get(f"/s/{token}")
    parts = [page.data]
    loaded = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text)
    parts += [client.get(address).data for address in loaded]
    script = next(address for address in loaded if "portal.js" in address)
    parts.append(client.get(script.replace("portal.js", "forms.js")).data)
    assert len(loaded) + 2 <= 6, "requests: the page, what it names, and the module that portal.js imports"
    assert sum(len(gzip.compress(part)) for part in parts) <= 60_000
