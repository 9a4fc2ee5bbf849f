"""What rooms above and programs read of surveys."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.surveys import links, provided, queries, respond
from betaops.surveys.commands import surveys as command
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.survey_files import lss
from tests.factories.surveys import CHECK_IN, a_door, a_response, a_survey
from tests.support.queries import counted


def question_id(work: Work, survey: Any, name: str) -> Any:
    return next(row.id for row in queries.survey_questions(work.session, survey.id) if row.name == name)


def test_each_tester_counts_once_with_their_latest_complete_response(work: Work) -> None:
    program = a_program(work)
    ana, ben, cleo = (an_enrollment(work, program=program) for _ in range(3))
    survey = a_survey(work, program=program)
    a_response(work, survey, {"used_import": "no", "nps": 9}, enrollment=ana)
    first = a_response(work, survey, {"used_import": "no", "nps": 2}, enrollment=ben)
    respond.withdraw(work, first.id)
    work.now += timedelta(hours=1)
    a_response(work, survey, {"used_import": "yes", "import_easy": 3, "nps": 7}, enrollment=ben)
    a_response(work, survey, {"used_import": "no", "nps": 10})
    begun = respond.begin(work, a_door(survey, enrollment=cleo), submission_key="open").response
    respond.save(work, begun, {"nps": 1})
    answers = queries.item_answers(work.session, survey_question_id=question_id(work, survey, "nps"))
    assert dict(answers) == {ana.tester_id: 9, ben.tester_id: 7}
    chosen = queries.item_answers(work.session, survey_question_id=question_id(work, survey, "used_import"))
    assert dict(chosen) == {ana.tester_id: "no", ben.tester_id: "yes"}


def test_items_are_the_countable_questions_of_live_versions(work: Work) -> None:
    program = a_program(work)
    survey = a_survey(work, program=program)
    a_survey(work, program=program, name="Draft", is_published=False)
    items = {item.name: item for item in queries.items(work.session, program.id)}
    assert list(items) == ["used_import", "import_easy", "platforms", "nps"]
    assert (items["nps"].low, items["nps"].high, items["nps"].instrument) == (0, 10, "nps")
    assert items["used_import"].codes == (("yes", "Yes"), ("no", "No"))
    assert items["used_import"].survey_id == survey.id


def test_reading_results_takes_few_queries_whatever_the_number_of_answers(work: Work) -> None:
    survey = a_survey(work)
    for _ in range(5):
        a_response(work, survey)
    work.session.commit()
    with counted(work.platform.database) as statements:
        queries.tallies(work.session, survey.id)
        queries.people_per_question(work.session, survey.id)
        queries.funnel(work.session, survey.id)
    assert len(statements) <= 4


def test_the_portal_lists_surveys_that_were_sent_and_wait(work: Work, app: Any) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program)
    survey = a_survey(work, program=program)
    a_survey(work, program=program, name="Never sent")
    with app.test_request_context():
        assert provided.asks(work.session, place) == []
        links.personal_link(work, survey.id, place.id)
        asks = provided.asks(work.session, place)
        assert [(ask.title, ask.verb) for ask in asks] == [("Week 2 check-in", "Answer")]
        a_response(work, survey, enrollment=place)
        assert provided.asks(work.session, place) == []


@pytest.fixture
def terminal(settings: Any, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    import config

    monkeypatch.setattr(config, "load", lambda: settings)
    return CliRunner()


def test_importing_and_exporting_gives_the_same_definition(
    work: Work, terminal: CliRunner, tmp_path: Path
) -> None:
    program = a_program(work)
    work.session.commit()
    source = {
        **CHECK_IN,
        "unknown": {"kept": [1, {"a": None}]},
        "triggers": [
            {"type": "complete", "expression": "{nps} = 0"},
            {"type": "visible", "expression": "{nps} = 1", "questions": ["doubled"]},
            {"type": "webhook", "expression": "{nps} = 1"},
        ],
        "calculatedValues": [{"name": "twice", "expression": "{nps} * 2"}],
    }
    source["pages"] = [
        *CHECK_IN["pages"],
        {
            "name": "p3",
            "elements": [
                {"type": "signaturepad", "name": "sign"},
                {"type": "text", "name": "doubled", "setValueExpression": "{nps} * 2"},
                {
                    "type": "paneldynamic",
                    "name": "more",
                    "templateElements": [
                        {"type": "text", "name": "entered", "defaultValueExpression": "{nps}"},
                        {
                            "type": "multipletext",
                            "name": "deeper",
                            "items": [{"name": "deep", "defaultValueExpression": "{nps}"}],
                        },
                    ],
                },
            ],
        },
    ]
    file = tmp_path / "survey.json"
    file.write_bytes(orjson.dumps(source))
    first = terminal.invoke(command, ["import", str(file), "--program", program.slug, "--publish", "--json"])
    assert first.exit_code == 0, first.output
    told = orjson.loads(first.stdout)
    assert (told["created"], told["published"], told["problems"]) == (True, 1, [])
    assert "used_import (radiogroup)" in told["taken"]
    # What is acted on is not called dropped.
    assert set(told["dropped"]) == {
        "sign (signaturepad)",
        "a trigger of type “webhook”",
    }
    again = orjson.loads(
        terminal.invoke(
            command, ["import", str(file), "--program", program.slug, "--publish", "--json"]
        ).stdout
    )
    assert (again["created"], again["published"], again["survey"]) == (False, 1, told["survey"])
    assert orjson.loads(terminal.invoke(command, ["export", told["survey"]]).stdout) == source


def test_files_of_other_tools_are_taken_in_and_said_what_became_of_them(
    work: Work, terminal: CliRunner, tmp_path: Path
) -> None:
    program = a_program(work)
    work.session.commit()
    file = tmp_path / "limesurvey"
    file.write_bytes(lss())
    done = terminal.invoke(command, ["import", str(file), "--program", program.slug, "--publish", "--json"])
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert (told["format"], told["name"], told["published"]) == ("LimeSurvey", "Week one", 1)
    assert any(line.startswith("lang:") for line in told["dropped"])
    words = terminal.invoke(command, ["import", str(file), "--program", program.slug]).stdout
    assert "Read as LimeSurvey." in words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "line 1"),
        (b"[]", "not a survey"),
        (b'{"a": 1}', "not a survey"),
        (b"\xff\xfe\x00", "JSON"),
        (b"", "empty"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_a_file_that_is_no_survey_is_refused_and_changes_nothing(
    work: Work, terminal: CliRunner, tmp_path: Path, data: bytes, words: str
) -> None:
    program = a_program(work)
    work.session.commit()
    file = tmp_path / "survey.json"
    file.write_bytes(data)
    refused = terminal.invoke(command, ["import", str(file), "--program", program.slug])
    assert (refused.exit_code, words in refused.output) == (1, True), refused.output
    assert queries.surveys(work.session, program.id) == []


def test_a_file_in_an_old_encoding_is_read_and_says_so(
    work: Work, terminal: CliRunner, tmp_path: Path
) -> None:
    program = a_program(work)
    work.session.commit()
    file = tmp_path / "survey.json"
    file.write_bytes('{"title": "Für dich", "elements": [{"type": "text", "name": "a"}]}'.encode("cp1252"))
    told = orjson.loads(
        terminal.invoke(command, ["import", str(file), "--program", program.slug, "--json"]).stdout
    )
    assert told["name"] == "Für dich"
    assert told["approximated"] == ["The file was read as cp1252."]


@pytest.fixture
def api(work: Work) -> Callable[..., dict[str, str]]:
    """Headers with a key of these scopes."""

    def headers(*scopes: Permission) -> dict[str, str]:
        _row, key = keys.create_key(work, "test", set(scopes))
        return {"Authorization": f"Bearer {key}"}

    return headers


def test_the_api_takes_a_response_exactly_once(work: Work, client: Any, api: Any) -> None:
    program = a_program(work)
    place = an_enrollment(work, program=program)
    survey = a_survey(work, program=program)
    headers = api(Permission.SURVEYS_READ, Permission.RESPONSES_WRITE)
    address = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/responses"
    body = {
        "submission_key": "k1",
        "answers": {"used_import": "no", "nps": "8"},
        "enrollment": ids.encode("enr", place.id),
    }
    answers = [client.post(address, json=body, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert answers[0].json["answers"] == {"used_import": "no", "nps": 8}
    listed = client.get(address, headers=headers).json
    assert [item["tester"] for item in listed["items"]] == [ids.encode("tst", place.tester_id)]
    wrong = client.post(
        address,
        json={**body, "submission_key": "k2", "enrollment": None, "answers": {"nps": 99}},
        headers=headers,
    )
    assert wrong.status_code == 422
    assert {error["in"] for error in wrong.json["errors"]} == {"answers.used_import", "answers.nps"}
    assert client.post(address, json=body, headers=api(Permission.SURVEYS_READ)).status_code == 403


def test_the_api_makes_publishes_and_closes(work: Work, client: Any, api: Any) -> None:
    program = a_program(work)
    work.session.commit()
    headers = api(Permission.SURVEYS_READ, Permission.SURVEYS_WRITE)
    made = client.post(
        f"/api/v1/programs/{ids.encode('prg', program.id)}/surveys",
        json={"name": "By API", "definition": {"elements": []}},
        headers=headers,
    )
    assert made.status_code == 201
    own = f"/api/v1/surveys/{made.json['id']}"
    refused = client.post(f"{own}/versions", json={}, headers=headers)
    assert (refused.status_code, refused.json["errors"][0]["detail"]) == (
        422,
        "The survey asks nothing yet. Add a question.",
    )
    client.patch(own, json={"definition": CHECK_IN, "version": made.json["version"]}, headers=headers)
    assert (
        client.patch(
            own, json={"name": "Stale", "version": made.json["version"]}, headers=headers
        ).status_code
        == 409
    )
    assert client.post(f"{own}/versions", json={"note": "one"}, headers=headers).json["number"] == 1
    assert client.patch(own, json={"state": "closed"}, headers=headers).json["state"] == "closed"
    assert [item["number"] for item in client.get(f"{own}/versions", headers=headers).json["items"]] == [1]
