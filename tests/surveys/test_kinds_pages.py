"""Question types beyond the usual ones on real pages, without a line of JavaScript: answered, built, exported."""

import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.work import Work
from betaops.surveys import queries, respond
from betaops.surveys.models import Response, ResponseState, Survey, SurveyUpload
from betaops.surveys.service import filing
from betaops.surveys.uploads import address
from tests.factories.programs import a_program
from tests.factories.surveys import EVERY_KIND, a_public_link, a_survey
from tests.support.browsers import Browser, forms_of

ANSWERS = {
    "rank[a]": "2", "rank[b]": "1", "lines[x]": "one", "tags": ["t2"], "button": "b2", "slide": "4", "stars": "5",
    "plate": "ab-12", "people[0].who": "Ana", "people[0].does": ["dev"], "order[0].n": "3", "plans[now].fit": "2",
    "look": "l1",
}  # fmt: skip


def only_response(work: Work) -> Response:
    return work.session.scalars(select(Response)).one()


def go(client: Browser, page: str, answers: dict[str, Any], press: str = "next") -> Any:
    return client.submit(page, {**answers, "__action": press})


def test_every_kind_is_answered_on_a_page(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work, definition=EVERY_KIND))
    shown = client.get(f"/s/{token}")
    assert "img-src 'self' data: blob: https://img.example.com;" in shown.headers["Content-Security-Policy"]
    assert go(client, f"/s/{token}", ANSWERS).status_code == 303
    response = only_response(work)
    assert (response.state, response.answers) == (
        ResponseState.COMPLETE,
        {
            "rank": ["b", "a"], "lines": {"x": "one"}, "tags": ["t2"], "button": "b2", "slide": 4, "stars": 5,
            "plate": "ab12", "double": 8, "people": [{"who": "Ana", "does": ["dev"]}], "order": [{"n": 3}],
            "order-total": {"n": 3}, "plans": {"now": {"fit": 2}}, "look": "l1",
        },
    )  # fmt: skip


def test_what_is_wrong_inside_is_said_at_its_field_and_keeps_what_was_typed(
    work: Work, client: Browser
) -> None:
    token = a_public_link(work, a_survey(work, definition=EVERY_KIND))
    wrong = {**ANSWERS, "people[0].who": "", "order[0].n": "many", "rank[a]": "1", "lines[y]": "kept"}
    refused = go(client, f"/s/{token}", wrong)
    assert refused.status_code == 422
    for sentence in ("Write an answer.", "Write a number.", "Give every answer a place of its own."):
        assert sentence in refused.text
    fields = forms_of(refused.text)[-1].fields
    assert (fields["order[0].n"], fields["lines[y]"], fields["rank[a]"]) == ("many", "kept", "1")


def test_panels_come_and_go_by_buttons_and_nothing_typed_is_lost(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work, definition=EVERY_KIND))
    page = go(client, f"/s/{token}", ANSWERS, "add:people").location
    assert 'name="people[1].who"' in client.get(page).text
    page = go(
        client, page, {"people[1].who": "Bo", "people[1].does": ["other", "ops"]}, "add:people"
    ).location
    assert only_response(work).answers["people"][1] == {"who": "Bo", "does": ["other", "ops"]}
    assert 'data-element="people[1].since">' in client.get(page).text, (
        "it follows from the answer, so it is shown"
    )
    page = go(client, page, {"people[2].who": "Cy"}, "remove:0:people").location
    assert [each["who"] for each in only_response(work).answers["people"]] == ["Bo", "Cy"]
    refused = go(client, page, {})
    assert "Describe your answer" in refused.text
    assert go(client, page, {"people[0].does-Comment": "Design"}).status_code == 303
    assert only_response(work).answers["people"][0] == {
        "who": "Bo",
        "does": ["ops", "other"],
        "does-Comment": "Design",
    }


def test_what_is_hidden_inside_keeps_its_answer_until_the_end(work: Work, client: Browser) -> None:
    definition = {"pages": [EVERY_KIND, {"elements": [{"type": "text", "name": "last"}]}]}
    token = a_public_link(work, a_survey(work, definition=definition))
    page = go(client, f"/s/{token}", {**ANSWERS, "people[0].does": ["ops"]}, "add:order").location
    page = go(client, page, {"people[0].since": "May"}, "add:order").location
    page = go(client, page, {"people[0].does": ["dev"]}).location
    assert only_response(work).answers["people"][0] == {"who": "Ana", "does": ["dev"], "since": "May"}
    go(client, page, {"last": "x"})
    assert only_response(work).answers["people"] == [{"who": "Ana", "does": ["dev"]}]


def test_what_an_answer_brings_up_inside_is_shown_before_it_is_asked_for(work: Work, client: Browser) -> None:
    inside = [
        {"type": "checkbox", "name": "does", "choices": ["dev", "ops"]},
        {"type": "text", "name": "since", "visibleIf": "{panel.does} contains 'ops'", "isRequired": True},
    ]
    people = {"type": "paneldynamic", "name": "people", "panelCount": 1, "templateElements": inside}
    token = a_public_link(work, a_survey(work, definition={"elements": [people]}))
    again = go(client, f"/s/{token}", {"people[0].does": ["ops"]})
    assert again.status_code == 303
    assert "Something more follows from your answers" in client.get(again.location).text
    assert go(client, again.location, {}).status_code == 422
    go(client, again.location, {"people[0].since": "May"})
    assert only_response(work).state is ResponseState.COMPLETE


def test_a_draft_tells_what_is_shown_inside_and_calculated(work: Work, client: Browser) -> None:
    token = a_public_link(work, a_survey(work, definition=EVERY_KIND))
    form = forms_of(client.get(f"/s/{token}").text)[-1]
    sent = {**form.fields, **ANSWERS, "people[0].does": ["ops"]}
    told = client.post(f"/s/{token}/draft", data=sent, csrf=False).json
    assert told is not None
    assert {"people[0].who", "people[0].since"} <= set(told["shown"])
    assert told["calculated"] == {"double": "8"}


def test_a_preview_adds_panels_and_pretends_to_take_files(work: Work, member_client: Any) -> None:
    program = a_program(work)
    definition = {
        "elements": [EVERY_KIND["elements"][8], {"type": "file", "name": "proof", "isRequired": True}]
    }
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    address = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/preview"
    added = go(browser, address, {"people[0].who": "Ana"}, "add:people")
    assert 'name="people[1].who"' in added.text
    fields = forms_of(browser.get(address).text)[-1].fields
    sent = {**fields, "people[0].who": "Ana", "__action": "next", "proof": (io.BytesIO(b"x"), "a.txt")}
    assert "Start again" in browser.post(address, data=sent).text, "the end"
    assert work.session.scalars(select(SurveyUpload)).all() == []


def test_a_draft_with_one_name_twice_can_be_looked_at(work: Work, member_client: Any) -> None:
    program = a_program(work)
    twice = [{"type": "matrixdynamic", "name": "a"}, {"type": "tagbox", "name": "a", "choices": [1]}]
    survey = a_survey(work, program=program, definition={"elements": twice}, is_published=False)
    address = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}/preview"
    assert member_client("manager").get(address).status_code == 200


def test_everything_is_counted_exported_and_read(work: Work, client: Browser, member_client: Any) -> None:
    program = a_program(work)
    survey = a_survey(work, program=program, definition=EVERY_KIND)
    go(client, f"/s/{a_public_link(work, survey)}", ANSWERS)
    browser = member_client("manager")
    start = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    page = browser.get(f"{start}/results").text
    for words in ("rank", "Your team", "Twice", "who", "plans"):
        assert words in page
    assert browser.get(f"{start}/results?table=1").status_code == 200
    sheet = browser.get(f"{start}/answers.csv").text
    assert "rank: a,rank: b" in sheet
    assert "Your team: who" in sheet
    one = browser.get(f"{start}/responses/{ids.encode('rsp', only_response(work).id)}").text
    assert "1. b, 2. a" in one


def test_a_late_response_counts_and_says_so(work: Work, client: Browser, member_client: Any) -> None:
    program = a_program(work)
    definition = {"elements": [{"type": "text", "name": "q"}], "timeLimit": 1}
    survey = a_survey(work, program=program, definition=definition)
    page = f"/s/{a_public_link(work, survey)}"
    assert "meant for this survey" in client.get(page).text
    go(client, page, {"q": "x"})
    response = only_response(work)
    response.started_at = response.started_at.replace(year=response.started_at.year - 1)
    work.session.flush()
    start = f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"
    one = member_client("manager").get(f"{start}/responses/{ids.encode('rsp', response.id)}").text
    assert "longer than the survey’s time limit" in one


@pytest.mark.parametrize("kind", ["ranking", "slider", "multipletext", "matrixdynamic", "matrixdropdown", "file",
                                  "imagepicker", "image", "expression", "tagbox", "buttongroup"])  # fmt: skip
def test_the_builder_adds_every_kind_and_keeps_it_as_it_is(work: Work, member_client: Any, kind: str) -> None:
    survey = a_survey(work, definition={"pages": [{"elements": []}]}, is_published=False)
    browser = member_client("manager")
    program = survey.program_id
    slug = queries.survey(work.session, survey.id).program.slug
    build = f"/console/programs/{slug}/surveys/{ids.encode('svy', survey.id)}/build"
    assert browser.submit(build, {"kind": kind, "title": "First"}, action="/elements").status_code == 303
    before = survey.draft["pages"][0]["elements"][0]
    assert browser.submit(f"{build}?at=0.0", {}, action="/element").status_code == 303
    after = survey.draft["pages"][0]["elements"][0]
    assert {name: value for name, value in after.items() if value} == {
        name: value for name, value in before.items() if value
    }, program


def test_the_builder_changes_what_kinds_of_their_own_have(work: Work, member_client: Any) -> None:
    elements = [
        {"type": "paneldynamic", "name": "p", "templateElements": []},
        {"type": "matrixdynamic", "name": "m", "columns": [{"name": "a", "title": "A", "totalType": "sum"}]},
        {"type": "imagepicker", "name": "i", "choices": ["x"]},
        {"type": "slider", "name": "s"},
    ]
    survey = a_survey(work, definition={"pages": [{"elements": elements}]}, is_published=False)
    browser = member_client("manager")
    slug = queries.survey(work.session, survey.id).program.slug
    build = f"/console/programs/{slug}/surveys/{ids.encode('svy', survey.id)}/build"

    def change(at: str, values: dict[str, Any], action: str = "/element") -> None:
        assert browser.submit(f"{build}?at={at}", values, action=action).status_code == 303

    change("0.0", {"kind": "text", "title": "Name"}, "/elements")
    change("0.0", {"fewest": "1", "most": "4"})
    change("0.1", {"cells": "a | Amount\nb", "cell_type": "text"})
    change("0.2", {"pictures": "x | Ex | https://img.example.com/x.png", "takes_several": "y"})
    change("0.3", {"minimum": "10", "maximum": "50", "step": "5"})
    panel, matrix, pictures, slider = survey.draft["pages"][0]["elements"]
    assert (panel["minPanelCount"], panel["maxPanelCount"]) == (1, 4)
    assert panel["templateElements"] == [{"type": "text", "name": "name", "title": "Name"}]
    assert matrix["columns"] == [{"name": "a", "title": "Amount", "totalType": "sum"}, {"name": "b"}]
    assert matrix["cellType"] == "text"
    assert pictures["choices"] == [{"value": "x", "text": "Ex", "imageLink": "https://img.example.com/x.png"}]
    assert pictures["multiSelect"] is True
    assert (slider["min"], slider["max"], slider["step"]) == (10, 50, 5)


# -- Files.


PROOF = {"elements": [{"type": "text", "name": "q"}, {"type": "file", "name": "proof", "allowMultiple": True,
                       "isRequired": True, "maxSize": 50_000}]}  # fmt: skip


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG")
    return out.getvalue()


def send_file(client: Browser, page: str, data: bytes, name: str, **more: Any) -> Any:
    return client.submit(page, {"proof": [(io.BytesIO(data), name)], "__action": "next", **more})


def uploads_of(work: Work) -> list[SurveyUpload]:
    return list(work.session.scalars(select(SurveyUpload).order_by(SurveyUpload.id)))


@pytest.fixture
def proof(work: Work) -> Survey:
    return a_survey(work, definition=PROOF)


def test_a_file_is_kept_and_only_the_team_may_open_it(
    work: Work, proof: Survey, client: Browser, member_client: Any
) -> None:
    sent = send_file(client, f"/s/{a_public_link(work, proof)}", picture() + b"hidden", "../me.png", q="x")
    assert sent.status_code == 303
    upload, answers = uploads_of(work)[0], only_response(work).answers
    slug = queries.survey(work.session, proof.id).program.slug
    link = address(slug, proof.id, upload.id)
    assert answers == {"q": "x", "proof": [{"name": "me.png", "type": "image/png", "content": link}]}
    handed = member_client("manager").get(link)
    assert handed.status_code == 200
    assert b"hidden" not in handed.data
    assert handed.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in handed.headers["Content-Security-Policy"]
    assert client.get(link).status_code in (302, 303, 401)


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"<html><script>alert(1)</script></html>", "page.html", "is of a type that is not taken here"),
        (b"MZ\x90\x00program", "photo.png", "is of a type that is not taken here"),
        (b"\x89PNG\r\n\x1a\nbroken", "photo.png", "damaged"),
        (b"x" * 50_001, "long.txt", "is larger than this question takes"),
        (b"", "empty.txt", "is empty"),
        (b"\0binary", "text.txt", "is of a type that is not taken here"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_with_a_sentence(
    work: Work, proof: Survey, client: Browser, data: bytes, name: str, sentence: str
) -> None:
    refused = send_file(client, f"/s/{a_public_link(work, proof)}", data, name, q="kept")
    assert refused.status_code == 422
    assert sentence in refused.text
    assert forms_of(refused.text)[-1].fields["q"] == "kept"
    assert uploads_of(work) == []


def test_files_can_be_taken_back_and_their_bytes_go(work: Work, proof: Survey, client: Browser) -> None:
    page = send_file(client, f"/s/{a_public_link(work, proof)}", b"\0", "odd.txt")
    assert page.status_code == 422
    definition = {"pages": [PROOF, {"elements": [{"type": "text", "name": "last"}]}]}
    token = a_public_link(work, a_survey(work, definition=definition))
    onward = send_file(client, f"/s/{token}", b"first", "first.txt").location
    back = go(client, onward, {}, "back").location
    response = next(each for each in work.session.scalars(select(Response)) if each.survey_id != proof.id)
    first = response.answers["proof"][0]["content"]
    files = {each.name: each.file for each in uploads_of(work)}
    assert "Take back first.txt" in client.get(back).text
    onward = send_file(client, back, b"second", "second.txt", **{"proof[gone]": first}).location
    assert [each["name"] for each in response.answers["proof"]] == ["second.txt"]
    files |= {each.name: each.file for each in uploads_of(work)}
    go(client, onward, {"last": "x"})
    assert [each.name for each in uploads_of(work)] == ["second.txt"]
    with pytest.raises(NotFound):
        work.platform.files.get(files["first.txt"])
    respond.withdraw(work, response.id)
    assert uploads_of(work) == []
    with pytest.raises(NotFound):
        work.platform.files.get(files["second.txt"])


def test_another_persons_file_cannot_be_claimed(work: Work, proof: Survey, client: Browser) -> None:
    send_file(client, f"/s/{a_public_link(work, proof)}", b"mine", "mine.txt")
    stolen = only_response(work).answers["proof"]
    with pytest.raises(Invalid):
        respond.submit(work, proof, {"proof": stolen}, submission_key="thief")


def test_files_of_responses_that_are_gone_are_taken_away(work: Work, proof: Survey, client: Browser) -> None:
    send_file(client, f"/s/{a_public_link(work, proof)}", b"mine", "mine.txt")
    file = uploads_of(work)[0].file
    assert filing.forget_left_behind(work) == 0
    work.delete(only_response(work))
    work.session.flush()
    assert filing.forget_left_behind(work) == 1
    with pytest.raises(NotFound):
        work.platform.files.get(file)
