"""Surveys that act by themselves, answered through the pages without a line of JavaScript."""

from typing import Any

from sqlalchemy import select

from betaops.kernel.work import Work
from betaops.surveys import respond
from betaops.surveys.models import Response, ResponseState
from tests.factories.surveys import a_public_link, a_survey
from tests.support.browsers import Browser

ACTING: dict[str, Any] = {
    "pages": [
        {
            "name": "one",
            "elements": [
                {"type": "text", "name": "price", "inputType": "number"},
                {"type": "text", "name": "double", "setValueExpression": "{price} * 2"},
                {"type": "boolean", "name": "enough"},
            ],
        },
        {
            "name": "two",
            "elements": [
                {
                    "type": "comment",
                    "name": "why",
                    "title": "Why {double}, and not {sum}?",
                    "isRequired": True,
                },
                {"type": "html", "name": "told", "html": "<p>You said {price}.</p>"},
            ],
        },
    ],
    "calculatedValues": [{"name": "sum", "expression": "{price} + {double}", "includeIntoResult": True}],
    "triggers": [{"type": "complete", "expression": "{enough} = true"}],
    "completedHtml": "<p>Thank you for {sum}</p>",
    "navigateToUrl": "https://example.com/next?p={price}",
}


def only_response(work: Work) -> Response:
    return work.session.scalars(select(Response)).one()


def go(client: Browser, address: str, answers: dict[str, Any], press: str = "next") -> Any:
    return client.submit(address, {**answers, "__action": press})


def test_what_follows_from_an_answer_is_kept_and_shown(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work, definition=ACTING))
    second = go(client, f"/s/{token}", {"price": "4", "enough": "false"})
    page = client.get(second.location).text
    assert "Why 8, and not 12?" in page
    assert "You said 4." in page
    last = go(client, second.location, {"why": "so"})
    response = only_response(work)
    assert response.state is ResponseState.COMPLETE
    assert response.answers == {"price": 4, "double": 8, "enough": False, "why": "so", "sum": 12}
    assert "Thank you for 12" in client.get(last.location).text


def test_what_was_set_meanwhile_is_not_overwritten_by_a_page_that_shows_it_as_it_was(
    work: Work, client: Browser
) -> None:
    token = a_public_link(work, a_survey(work, definition=ACTING))
    shown = client.get(f"/s/{token}").text
    drawn = shown.split('name="__drawn" value="')[1].split('"')[0].replace("&#34;", '"')
    sent = {
        "__page": "0",
        "__submission": "abc",
        "__drawn": drawn,
        "__on": ["price", "double", "enough"],
        "price": "4",
        "double": "",
    }
    saved = client.post(f"/s/{token}/draft", data=sent).json
    assert saved["filled"]["double"] == ["8"]
    client.post(saved["address"], data={**sent, "__action": "next"})
    assert only_response(work).answers["double"] == 8
    client.post(saved["address"], data={**sent, "double": "mine", "__action": "next"})
    assert only_response(work).answers["double"] == "mine"


def test_a_survey_that_is_enough_leads_on_only_to_its_own_sites(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition=ACTING)
    token = a_public_link(work, survey)
    end = client.get(go(client, f"/s/{token}", {"price": "4", "enough": "true"}).location)
    assert (end.status_code, "Thank you for 12" in end.text, "example.com" in end.text) == (200, True, False)
    survey.origins = ["https://example.com"]
    work.session.commit()
    page = client.get(f"/s/{token}")
    assert "form-action 'self' https://example.com" in page.headers["Content-Security-Policy"]
    sent = go(client, f"/s/{token}", {"price": "5", "enough": "true"})
    assert client.get(sent.location).location == "https://example.com/next?p=5"
    framed = client.get(sent.location + "&embed=1").text
    assert 'href="https://example.com/next?p=5" target="_top"' in framed, "a frame stays what it is"


def test_one_answer_at_once_has_the_same_outcome(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition=ACTING)
    told = {"price": 4, "enough": True, "__logic": {"variables": {"sum": 1}}}
    begun = respond.submit(work, survey, told, submission_key="once")
    assert begun.response.answers == {"price": 4, "double": 8, "enough": True, "sum": 12}


def test_what_an_address_brings_along_counts_once_it_is_sent_and_what_follows_from_it_is_seen_before(
    work: Work, client: Browser
) -> None:
    token = a_public_link(work, a_survey(work, definition=ACTING))
    shown = client.get(f"/s/{token}?fill.price=4").text
    assert 'value="8"' in shown
    drawn = shown.split('name="__drawn" value="')[1].split('"')[0].replace("&#34;", '"')
    answers = {"price": "4", "double": "8", "__drawn": drawn, "__action": "next"}
    client.submit(f"/s/{token}", answers)
    kept = only_response(work).answers
    assert (kept["price"], kept["double"]) == (4, 8)


def test_who_is_screened_out_is_led_nowhere(work: Work, client: Browser) -> None:
    out = {"x-betaops": {"screenOutIf": "{sum} > 100", "screenedOutHtml": "<p>Not you</p>"}}
    survey = a_survey(work, definition={**ACTING, **out})
    survey.origins = ["https://example.com"]
    work.session.commit()
    token = a_public_link(work, survey)
    end = client.get(go(client, f"/s/{token}", {"price": "400", "enough": "false"}).location)
    assert only_response(work).state is ResponseState.SCREENED_OUT
    assert (end.status_code, "Not you" in end.text, "example.com/next" in end.text) == (200, True, False)


REVIEWED: dict[str, Any] = {
    **ACTING,
    "showPreviewBeforeComplete": "showAllQuestions",
    "pages": [
        {
            "name": "one",
            "elements": [
                *ACTING["pages"][0]["elements"],
                {
                    "type": "matrixdynamic",
                    "name": "costs",
                    "columns": [{"name": "amount", "cellType": "text", "inputType": "number"}],
                },
            ],
        },
        ACTING["pages"][1],
    ],
}


def test_all_answers_are_looked_at_but_those_of_pages_that_were_led_past(work: Work, client: Browser) -> None:
    survey = a_survey(work, definition=REVIEWED)
    survey.origins = ["https://example.com"]
    work.session.commit()
    token = a_public_link(work, survey)
    added = go(client, f"/s/{token}", {"price": "4", "costs[0].amount": "7"}, press="add:costs")
    assert 'name="costs[2].amount"' in client.get(added.location).text
    review = client.get(go(client, added.location, {"price": "4", "enough": "true"}).location)
    assert "form-action 'self' https://example.com" in review.headers["Content-Security-Policy"]
    assert "amount: 7" in review.text
    assert "Why 8" not in review.text
    end = client.post(review.request.path, data={"__action": "complete", "__page": "1"})
    assert only_response(work).state is ResponseState.COMPLETE
    assert client.get(end.location).location == "https://example.com/next?p=4"
