"""Answers that an address brings along, going on elsewhere, and looking at everything before it is sent."""

import re
from typing import Any

import pytest

from betaops.kernel import clock
from betaops.kernel.work import Work
from betaops.surveys import links, queries
from betaops.surveys.engine.filling import filled, first_question
from betaops.surveys.engine.scene import Scene
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.reading import read
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import CHECK_IN, SHORT, a_public_link, a_survey
from tests.support.browsers import Browser
from tests.support.outbox import Outbox
from tests.support.running import RunJobs


def test_what_an_address_brings_along_is_only_what_can_be_an_answer() -> None:
    scene = Scene(read(CHECK_IN), {}, now=clock.now())
    sent = {
        "fill.nps": ["9"],
        "fill.used_import": ["perhaps"],
        "fill.platforms": ["Web", "iOS"],
        "fill.nobody": ["1"],
        "nps": ["3"],
    }
    assert filled(scene, sent) == {"nps": 9, "platforms": ["Web", "iOS"]}


def test_a_scale_is_asked_as_links_and_a_free_text_is_not() -> None:
    first = first_question(read(SHORT), "en")
    assert first is not None
    assert (first.name, len(first.choices), first.choices[9]) == ("fill.nps", 11, ("9", "9"))
    assert (first.low, first.high) == ("Never", "At once")
    text = {"pages": [{"elements": [{"type": "comment", "name": "why"}]}]}
    assert first_question(read(text), "en") is None
    long = {"pages": [{"elements": [{"type": "radiogroup", "name": "q", "choices": list(range(40))}]}]}
    assert first_question(read(long), "en") is None


def test_a_mail_scanner_that_opens_every_link_answers_nothing(
    work: Work, client: Browser, run_jobs: RunJobs, outbox: Outbox
) -> None:
    program = a_program(work)
    an_enrollment(work, program=program, mail="ana@example.com", name="Ana")
    survey = a_survey(work, program=program, definition=SHORT)
    links.send(work, survey.id)
    run_jobs()
    letter = next(each for each in outbox.letters() if each.kind == "surveys.invitation")
    addresses = re.findall(r"http://localhost(/s/\S+fill\.nps=\d+)", letter.text)
    assert len(addresses) == 11
    for address in addresses:
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert queries.count_responses(work.session, survey.id) == 0
    nine = client.get(addresses[9]).text
    assert re.search(r'<input[^>]*checked[^>]*name="nps"[^>]*value="9"', nine)
    client.submit(addresses[9], {"__action": "next"})
    response = queries.responses(work.session, survey.id).items[0]
    assert (response.state, response.answers) == (ResponseState.COMPLETE, {"nps": 9})


@pytest.fixture
def survey(work: Work) -> Survey:
    return a_survey(work)


def begun(client: Browser, token: str) -> str:
    return client.submit(f"/s/{token}", {"used_import": "no", "__action": "next"}).location


def test_the_address_of_answers_is_shown_and_sent(
    work: Work, client: Browser, survey: Survey, run_jobs: RunJobs, outbox: Outbox
) -> None:
    onward = begun(client, a_public_link(work, survey))
    page = client.get(onward).text
    there = re.search(r'href="([^"]+/elsewhere)"', page)
    assert there is not None
    shown = client.get(there[1])
    assert "<svg" in shown.text
    assert f"http://localhost{onward.split('?')[0]}" in shown.text
    assert client.submit(there[1], {"mail": "nowhere"}).status_code == 422
    assert "on its way" in client.submit(there[1], {"mail": "Ana@example.com"}).text
    run_jobs()
    letter = outbox.letters()[-1]
    assert letter.to == "Ana@example.com"
    address = re.search(r"http://localhost(/s/\S+)", letter.text)
    assert address is not None
    assert "Would you recommend it?" in client.get(address[1]).text


def test_who_is_known_is_only_written_to_where_they_are_known(
    work: Work, client: Browser, run_jobs: RunJobs, outbox: Outbox
) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program, mail="ana@example.com")
    survey = a_survey(work, program=program)
    token = links.personal_link(work, survey.id, place.id)
    begun(client, token)
    assert 'name="mail"' not in client.get(f"/s/{token}/elsewhere").text
    client.post(f"/s/{token}/elsewhere", data={"mail": "eve@example.com"})
    run_jobs()
    assert [each.to for each in outbox.letters() if each.kind == "surveys.elsewhere"] == ["ana@example.com"]


def test_without_answers_there_is_nothing_to_go_on_with(work: Work, client: Browser, survey: Survey) -> None:
    assert client.get(f"/s/{a_public_link(work, survey)}/elsewhere").status_code == 404


def test_answers_are_looked_at_before_they_are_sent_where_the_author_wants_it(
    work: Work, client: Browser
) -> None:
    definition: dict[str, Any] = {**CHECK_IN, "showPreviewBeforeComplete": True}
    survey = a_survey(work, definition=definition)
    second = begun(client, a_public_link(work, survey))
    assert "Check your answers" in client.get(second).text
    sent = client.submit(second, {"nps": "9", "__action": "next"})
    assert "review=1" in sent.location
    response = queries.responses(work.session, survey.id).items[0]
    assert response.state is not ResponseState.COMPLETE
    looked_at = client.get(sent.location).text
    assert "Did you import notes?" in looked_at
    assert "Why?" not in looked_at
    first = re.search(r'href="([^"]+page=0[^"]*)"', looked_at)
    assert first is not None
    assert "Did you import notes?" in client.get(first[1].replace("&amp;", "&")).text
    done = client.submit(sent.location, {"__action": "complete"})
    assert "Thank you" in client.get(done.location).text
    work.session.refresh(response)
    assert response.state is ResponseState.COMPLETE
