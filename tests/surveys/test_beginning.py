"""How a survey begins: from a file of another tool, ready made, or with questions of the bank."""

import base64
from io import BytesIO
from typing import Any

import orjson
import pytest

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import queries, ready
from betaops.surveys.checking import check
from betaops.surveys.models import Survey
from tests.factories.programs import a_program
from tests.factories.survey_files import all_samples, lss
from tests.factories.surveys import a_survey
from tests.support.browsers import forms_of


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


def base(program: Program, survey: Survey | None = None) -> str:
    start = f"/console/programs/{program.slug}/surveys"
    return f"{start}/{ids.encode('svy', survey.id)}" if survey else start


def upload(name: str, data: bytes) -> dict[str, Any]:
    return {"file": (BytesIO(data), name)}


def test_a_file_is_shown_before_it_becomes_a_survey(work: Work, program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    shown = browser.submit(f"{base(program)}/new/file", upload("from-there.xyz", lss()))
    assert shown.status_code == 200
    for words in ("Read as LimeSurvey", "lang: choosing the language", "dual: two scales", "uses (boolean)"):
        assert words in shown.text
    assert queries.surveys(work.session, program.id) == []
    made = browser.post(f"{base(program)}/new", data=_fields(shown.text))
    assert made.status_code == 303
    [survey] = queries.surveys(work.session, program.id)
    assert survey.name == "Week one"
    assert survey.draft["title"] == {"default": "Week one", "de": "Woche eins"}
    assert browser.get(made.location).status_code == 200


def _fields(page: str) -> dict[str, str]:
    [form] = [each for each in forms_of(page) if each.action.endswith("/new")]
    return form.fields


def test_what_is_no_survey_is_refused_at_the_field(program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    for name, data, words in (
        ("a.json", b"{", "not JSON"), ("a.xlsx", b"PK\x03\x04", "damaged"), ("a.json", b"", "empty"),
    ):  # fmt: skip
        refused = browser.submit(f"{base(program)}/new/file", upload(name, data))
        assert refused.status_code == 422
        assert words in refused.text
    assert "Choose a file." in browser.post(f"{base(program)}/new/file", data={}).text


def test_ours_comes_out_as_it_went_in(work: Work, program: Program, member_client: Any) -> None:
    source = {
        "title": "T",
        "elements": [{"type": "odd", "name": "q", "x": {"y": [1.0, None, "é<&>'\""]}}],
        "zzz": [True],
    }
    browser = member_client("manager")
    shown = browser.submit(f"{base(program)}/new/file", upload("t.json", orjson.dumps(source)))
    assert "odd" in shown.text
    assert browser.post(f"{base(program)}/new", data=_fields(shown.text)).status_code == 303
    [survey] = queries.surveys(work.session, program.id)
    assert survey.draft == source


def test_a_survey_begins_ready_made(work: Work, program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    for each in ready.surveys():
        assert str(each.label["default"]) in browser.get(f"{base(program)}/new").text
    made = browser.submit(f"{base(program)}/new", {"name": "Our SUS", "begin_with": "sus"})
    assert made.status_code == 303
    [survey] = queries.surveys(work.session, program.id)
    assert (survey.name, survey.draft["title"]) == ("Our SUS", "Our SUS")
    assert survey.draft["pages"][0]["elements"][0]["x-betaops"] == {"instrument": "sus"}
    both = browser.submit(f"{base(program)}/new", {"name": "X", "begin_with": "sus", "json": "{}"})
    assert both.status_code == 422
    assert "either a ready survey" in both.text


def test_questions_of_the_bank_are_added_under_free_names(
    work: Work, program: Program, member_client: Any
) -> None:
    survey = a_survey(work, program=program, is_published=False)
    browser = member_client("manager")
    added = browser.submit(f"{base(program, survey)}/build?at=1", {"question": "trouble"}, action="/bank")
    assert added.status_code == 303
    again = browser.submit(f"{base(program, survey)}/build?at=1", {"question": "trouble"}, action="/bank")
    assert again.status_code == 303
    element = survey.draft["pages"][1]["elements"][-1]
    assert element["name"] == "trouble_2"
    assert isinstance(element["title"], str)
    refused = browser.submit(f"{base(program, survey)}/build", {"question": ""}, action="/bank")
    assert refused.status_code == 422
    assert "Choose a question." in refused.text


def test_hints_stand_in_the_builder_and_before_publishing(
    work: Work, program: Program, member_client: Any
) -> None:
    definition = {"elements": [{"type": "rating", "name": "speed", "title": "How fast and reliable is it?"}]}
    survey = a_survey(work, program=program, definition=definition, is_published=False)
    browser = member_client("manager")
    for page in ("build", "publication"):
        shown = browser.get(f"{base(program, survey)}/{page}").text
        assert "2 hints for better answers" in shown
        assert "may ask two things at once" in shown
    assert browser.submit(f"{base(program, survey)}/publication", {"note": ""}).status_code == 303


def test_files_are_taken_in_over_the_api(work: Work, program: Program, client: Any) -> None:
    def may(permission: Permission) -> dict[str, str]:
        _row, key = keys.create_key(work, "test", {permission})
        work.session.commit()
        return {"Authorization": f"Bearer {key}"}

    address = f"/api/v1/programs/{ids.encode('prg', program.id)}/surveys/files"
    headers = may(Permission.SURVEYS_WRITE)
    made = client.post(address, json={"file": base64.b64encode(lss()).decode()}, headers=headers)
    assert (made.status_code, made.json["name"], made.json["format"]) == (201, "Week one", "LimeSurvey")
    assert "lang: choosing the language" in made.json["dropped"]
    [survey] = queries.surveys(work.session, program.id)
    assert ids.encode("svy", survey.id) == made.json["id"]
    for sent, words in (("e30=", "not a survey"), ("?", "base64")):
        refused = client.post(address, json={"file": sent}, headers=headers)
        assert refused.status_code == 409
        assert words in refused.json["detail"]
    assert (
        client.post(address, json={"file": "e30="}, headers=may(Permission.SURVEYS_READ)).status_code == 403
    )


def test_the_bank_speaks_the_languages_of_the_survey() -> None:
    german = ready.question("csat", {"pages": [], "locale": "de"}, "en")
    assert german["title"].startswith("Wie zufrieden")
    both = {"title": {"default": "A", "de": "B"}, "pages": []}
    assert set(ready.question("csat", both, "en")["title"]) == {"default", "de"}
    french = {"title": {"default": "A", "fr": "B"}, "pages": []}
    assert ready.question("csat", french, "de")["title"].startswith("How satisfied")
    assert ready.question("kano", {"elements": [{"type": "text", "name": "kano_with"}]}, "en")["elements"][0][
        "name"
    ] == ("kano_with_2")


@pytest.mark.parametrize("each", ready.surveys(), ids=lambda each: each.name)
def test_every_ready_survey_speaks_two_languages_and_can_be_published(each: ready.Ready) -> None:
    assert check(each.definition) == []
    waiting: list[Any] = [each.source, each.about]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict) and "default" in value:
            assert {"default", "de"} == set(value)
        elif isinstance(value, dict):
            assert not isinstance(value.get("title"), str)
            waiting += value.values()


def test_samples_of_every_tool_can_be_taken_in(program: Program, member_client: Any) -> None:
    browser = member_client("manager")
    for name, data in all_samples().items():
        shown = browser.submit(f"{base(program)}/new/file", upload("file", data))
        assert f"Read as {name}" in shown.text
