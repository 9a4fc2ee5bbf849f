"""Responses as files: what stands in them, who gets them, large ones by a job."""

import csv
import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyreadstat
import pytest
import python_calamine
from click.testing import CliRunner

from betaops.accounts.permissions import Permission
from betaops.accounts.service import keys
from betaops.enrollment.models import Enrollment
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.surveys import exports, respond, service
from betaops.surveys.commands import surveys as command
from betaops.surveys.exports import FileFormat, Wanted
from betaops.surveys.models import ResponseState, Survey
from betaops.surveys.queries import exporting
from tests.factories.enrollment import an_enrollment
from tests.factories.programs import a_program
from tests.factories.surveys import a_door, a_response, a_survey

EVERY_KIND: dict[str, Any] = {
    "title": "Every kind",
    "pages": [{"name": "one", "elements": [
        {"type": "rating", "name": "nps", "title": {"default": "Recommend?", "de": "Empfehlen?"},
         "rateMin": 0, "rateMax": 10, "minRateDescription": "Never", "maxRateDescription": "At once"},
        {"type": "radiogroup", "name": "plan", "title": "Plan",
         "choices": [{"value": "t", "text": {"default": "Team", "de": "Mannschaft"}}, "pro"],
         "showOtherItem": True, "showDontKnowItem": True},
        {"type": "dropdown", "name": "seats", "choices": [5, 10, 50]},
        {"type": "checkbox", "name": "on", "title": "Where?", "choices": ["iOS", "Web"]},
        {"type": "boolean", "name": "pay", "title": "Would you pay?"},
        {"type": "matrix", "name": "fit", "title": "Fits", "rows": ["speed", "looks"], "columns": [1, 2, 3]},
        {"type": "text", "name": "price", "inputType": "number"},
        {"type": "comment", "name": "why", "title": "Why?"},
    ]}],
}  # fmt: skip
ALL: dict[str, Any] = {
    "nps": 9, "plan": "other", "plan-Comment": "=Free", "seats": 10, "on": ["Web"], "pay": True,
    "fit": {"speed": 3}, "price": 9.5, "why": "=1+1 Grüße " + "long " * 100 + "end",
}  # fmt: skip


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work)


@pytest.fixture
def ana(work: Work, program: Program) -> Enrollment:
    return an_enrollment(work, program=program, name="=cmd()", mail="ana@example.com")


@pytest.fixture
def survey(work: Work, program: Program, ana: Enrollment) -> Survey:
    """One whole response by Ana, one that says nothing, one begun, one on trial."""
    survey = a_survey(work, program=program, definition=EVERY_KIND)
    a_response(work, survey, ALL, enrollment=ana)
    a_response(work, survey, {"plan": "dontknow", "nps": 0})
    begun = respond.begin(work, a_door(survey), submission_key="begun").response
    respond.save(work, begun, {"nps": 4})
    trial = respond.begin(work, a_door(survey), submission_key="trial").response
    trial.state = ResponseState.TEST
    work.session.commit()
    return survey


def written(work: Work, survey: Survey, wanted: Wanted) -> bytes:
    return b"".join(exports.streamed(work.platform, survey, wanted))


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_csv_has_a_line_for_each_response_of_the_states_asked_for(work: Work, survey: Survey) -> None:
    first, second = table(written(work, survey, Wanted()))
    assert (first["state"], first["door"], first["mail"]) == ("complete", "portal", "ana@example.com")
    assert (first["Recommend?"], first["Plan"], first["Plan (text)"]) == ("9", "Other (describe)", "'=Free")
    assert (first["Where?"], first["Would you pay?"], first["Fits: speed"]) == ("Web", "Yes", "3")
    assert first["tester"] == "'=cmd()"
    assert (second["door"], second["mail"]) == ("api", "")
    everything = Wanted(states=tuple(ResponseState))
    assert {row["state"] for row in table(written(work, survey, everything))} == {
        "complete",
        "started",
        "test",
    }


def test_labels_come_in_the_language_asked_for(work: Work, survey: Survey) -> None:
    assert exporting.export_languages(work.session, survey.id) == ["default", "de"]
    a_response(work, survey, {"plan": "t"})
    work.session.commit()
    rows = table(written(work, survey, Wanted(language="de")))
    assert "Empfehlen?" in rows[0]
    assert rows[2]["Plan"] == "Mannschaft"


def test_a_workbook_keeps_formulas_as_text_and_explains_its_columns(
    work: Work, survey: Survey, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(written(work, survey, Wanted(FileFormat.XLSX)))
    book: Any = python_calamine.CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Answers", "Questions"]
    heads, first, _second = book.get_sheet_by_name("Answers").to_python()
    row = dict(zip(heads, first, strict=True))
    assert row["tester"] == "=cmd()"
    assert row["Why?"].startswith("=1+1 Grüße")
    assert (row["Recommend?"], row["price"]) == (9, 9.5)
    assert row["started"].year >= 2020
    explained = book.get_sheet_by_name("Questions").to_python()
    assert explained[0] == ["Column", "Question", "Type", "Label (default)", "Label (de)"]
    assert explained[1][1:] == ["nps", "rating", "Recommend?", "Empfehlen?"]
    assert heads[int(explained[1][0]) - 1] == "Recommend?"
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_json_is_a_document_a_line_with_answers_as_they_are_kept(work: Work, survey: Survey) -> None:
    lines = written(work, survey, Wanted(FileFormat.JSON)).splitlines()
    first, second = map(orjson.loads, lines)
    assert first["answers"] == {**ALL, "why": ALL["why"]}
    assert first["tester"]["mail"] == "ana@example.com"
    assert first["survey"] == ids.encode("svy", survey.id)
    assert second["tester"] is None
    assert second["answers"] == {"plan": "dontknow", "nps": 0}


def test_spss_has_numbers_labels_and_missing_values(work: Work, survey: Survey, tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    path.write_bytes(written(work, survey, Wanted(FileFormat.SAV)))
    frame, meta = pyreadstat.read_sav(path, output_format="dict", user_missing=True)
    assert meta.column_names[9:] == [
        "nps", "plan", "plan_comment", "seats", "on_iOS", "on_Web", "pay", "fit_speed", "fit_looks", "price", "why",
    ]  # fmt: skip
    labels = meta.variable_value_labels
    assert labels["nps"] == {0: "Never", 10: "At once"}
    assert labels["plan"] == {1: "Team", 2: "pro", 3: "Other (describe)", -99: "Don’t know"}
    assert labels["seats"] == {5: "5", 10: "10", 50: "50"}
    assert labels["on_Web"] == {0: "Not chosen", 1: "Chosen"}
    assert labels["pay"] == {0: "No", 1: "Yes"}
    assert meta.missing_ranges == {"plan": [{"lo": -99, "hi": -99}]}
    assert meta.column_names_to_labels["fit_speed"] == "Fits: speed"
    first = {name: values[0] for name, values in frame.items()}
    assert first["why"] == ALL["why"]
    assert (first["nps"], first["plan"], first["seats"], first["on_iOS"], first["on_Web"]) == (9, 3, 10, 0, 1)
    assert (first["pay"], first["fit_speed"], first["price"], first["mail"]) == (1, 3, 9.5, "ana@example.com")
    assert frame["plan"][1] == -99
    assert frame["on_Web"][1] is None or math.isnan(frame["on_Web"][1])


def test_what_former_versions_offered_keeps_its_label(work: Work, program: Program, tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        "pages": [{"elements": [{"type": "radiogroup", "name": "plan", "choices": ["old", "new"]}]}]
    }
    survey = a_survey(work, program=program, definition=asked)
    a_response(work, survey, {"plan": "old"})
    changed = {"pages": [{"elements": [{"type": "radiogroup", "name": "plan", "choices": ["new"]},
                                       {"type": "comment", "name": "more"}]}]}  # fmt: skip
    service.edit_draft(work, survey.id, lambda _draft: changed)
    service.publish(work, survey.id, counted_on=["plan"])
    work.session.commit()
    path = tmp_path / "a.sav"
    path.write_bytes(written(work, survey, Wanted(FileFormat.SAV)))
    frame, meta = pyreadstat.read_sav(path, output_format="dict")
    assert meta.variable_value_labels["plan"] == {1: "new", 2: "old"}
    assert list(frame["plan"]) == [2]
    assert [row["plan"] for row in table(written(work, survey, Wanted()))] == ["old"]


def test_batches_follow_one_another_without_gap(
    work: Work, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    for _number in range(4):
        a_response(work, survey, {"nps": 5})
    work.session.commit()
    told: list[int] = []
    with work.platform.database.reading(work.workspace_id) as session:
        states = (ResponseState.COMPLETE, ResponseState.TEST)
        found = list(exporting.exported(session, survey.id, states, told.append))
    assert len({row.id for row in found}) == len(found) == 7
    assert told[-1] == 7


def address(program: Program, survey: Survey) -> str:
    return f"/console/programs/{program.slug}/surveys/{ids.encode('svy', survey.id)}"


def test_the_languages_of_an_export_have_names(work: Work, program: Program, member_client: Any) -> None:
    title = {"default": "How was it?", "de": "Wie war es?"}
    survey = a_survey(
        work, program=program, definition={"elements": [{"type": "text", "name": "how", "title": title}]}
    )
    page = member_client("analyst").get(f"{address(program, survey)}/export").text
    assert '<option value="de">German</option>' in page


def test_small_files_come_at_once_large_ones_by_a_job(
    work: Work,
    program: Program,
    survey: Survey,
    member_client: Any,
    run_jobs: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = member_client("analyst")
    own = address(program, survey)
    assert 'name="format"' in browser.get(f"{own}/export").text
    form = {"format": "json", "states": ["complete", "test"], "language": "default"}
    at_once = browser.post(f"{own}/exports", data=form)
    assert (at_once.status_code, at_once.mimetype, len(at_once.data.splitlines())) == (
        200,
        "application/x-ndjson",
        3,
    )
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(exports, "STEP", 1)
    assert browser.get(f"{own}/answers.csv").headers["Location"].endswith("/export")
    progress = browser.post(f"{own}/exports", data=form).headers["Location"]
    assert "data-watch" in browser.get(progress).text
    assert browser.get(f"{progress}/file").status_code == 404
    run_jobs()
    page = browser.get(progress).text
    assert "The file is ready" in page
    file = browser.get(f"{progress}/file")
    assert file.data == at_once.data
    assert "ndjson" in file.headers["Content-Disposition"]
    assert member_client("viewer").get(progress).status_code == 403
    other = a_survey(work, program=program)
    work.session.commit()
    assert browser.get(progress.replace(own, address(program, other))).status_code == 404


def test_a_form_without_a_choice_says_so(program: Program, survey: Survey, member_client: Any) -> None:
    browser = member_client("analyst")
    refused = browser.post(
        f"{address(program, survey)}/exports", data={"format": "exe", "language": "default"}
    )
    assert refused.status_code == 422
    assert "Choose which responses." in refused.text


def test_a_program_asks_for_a_file_and_fetches_it(
    work: Work, survey: Survey, client: Any, run_jobs: Any
) -> None:
    def headers(*scopes: Permission) -> dict[str, str]:
        _row, key = keys.create_key(work, "test", set(scopes))
        work.session.commit()
        return {"Authorization": f"Bearer {key}"}

    own = f"/api/v1/surveys/{ids.encode('svy', survey.id)}/exports"
    reader = headers(Permission.SURVEYS_READ)
    assert client.post(own, json={}, headers=reader).status_code == 403
    analyst = headers(Permission.EXPORT_READ)
    asked = client.post(own, json={"format": "csv", "states": ["complete"]}, headers=analyst)
    assert (asked.status_code, asked.json["state"], asked.json["file"]) == (202, "waiting", None)
    assert client.post(own, json={"format": "exe"}, headers=analyst).status_code == 422
    run_jobs()
    state = client.get(f"{own}/{asked.json['id']}", headers=analyst).json
    assert state["state"] == "done"
    assert len(table(client.get(state["file"], headers=analyst).data)) == 2


def test_the_terminal_writes_a_file(
    work: Work, survey: Survey, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import config

    monkeypatch.setattr(config, "load", lambda: settings)
    own = ids.encode("svy", survey.id)
    run: Callable[..., Any] = CliRunner().invoke
    path = tmp_path / "answers.sav"
    done = run(command, ["export", own, "--responses", "--format", "sav", "--output", str(path)])
    assert done.exit_code == 0, done.output
    assert pyreadstat.read_sav(path, metadataonly=True, output_format="dict")[1].number_rows == 2
    shown = run(command, ["export", own, "--responses", "--format", "json", "--state", "test"])
    assert orjson.loads(shown.stdout.splitlines()[0])["state"] == "test"
    missing = run(command, ["export", "svy_00000000000000000000000000", "--responses"])
    assert missing.exit_code == 1
