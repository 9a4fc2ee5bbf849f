import json
from typing import Any

import pytest
from click.testing import CliRunner

from betaops.kernel import ids
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.work import Work
from betaops.programs.models import Phase
from betaops.readiness import board, dossier, queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.documents import markdown
from betaops.readiness.models import Expectation
from betaops.readiness.papers import PAPERS
from betaops.readiness.verifying import disagreements
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_survey,
    a_top_box,
    all_waived,
    an_expectation,
    decided_by,
    top_box,
)
from tests.support.signed_in import a_member


def path(program: Any, rest: str = "") -> str:
    return f"/programs/{ids.encode('prg', program.id)}{rest}"


def test_ground_rules_are_read_and_said_anew(work: Work, key: Any) -> None:
    program = a_program(work)
    call = key("readiness:read", "readiness:write")
    place = path(program, "/ground-rules")
    usual = call("GET", place).json
    assert (usual["is_strict"], usual["margins"], usual["version"]) == (False, [], 0)
    margin = {"fact": "answer.plan", "shares": {"Free": 0.8, "Pro": 0.2}}
    made = call("PUT", place, json={"is_strict": True, "margins": [margin], "version": 0})
    assert (made.status_code, made.json["is_strict"]) == (200, True)
    assert made.json["margins"][0]["title"] == "plan"
    assert call("GET", place).json == made.json
    assert call("PUT", place, json={"version": 0}).status_code == 409
    twice = call("PUT", place, json={"margins": [margin, margin]})
    assert (twice.status_code, call("GET", place).json["is_strict"]) == (409, True)


def test_expectations_are_written_read_changed_and_removed(work: Work, key: Any) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    call = key("readiness:read", "readiness:write")
    made = call(
        "POST",
        path(program, "/expectations"),
        json={
            "need": "Import is easy",
            "measure": "survey_share",
            "threshold": 0.7,
            "parameters": top_box(survey),
        },
    )
    assert made.status_code == 201
    assert made.json["verdict"] == "inconclusive"
    assert made.json["sentence"].startswith("Not settled: nothing measured yet")
    one = path(program, f"/expectations/{made.json['id']}")
    assert call("GET", one).json == made.json
    assert [each["id"] for each in call("GET", path(program, "/expectations")).json["items"]] == [
        made.json["id"]
    ]
    body = {
        "need": "Import is easy",
        "measure": "survey_share",
        "threshold": 0.6,
        "parameters": top_box(survey),
        "version": 1,
    }
    assert call("PUT", one, json=body).json["threshold"] == 0.6
    assert call("PUT", one, json=body | {"threshold": 0.5}).status_code == 409
    readings = call("GET", one + "/readings").json["items"]
    assert readings[0]["outcome"]["threshold"] == 0.6
    assert call("DELETE", one).status_code == 204
    assert call("GET", one).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"threshold": 1.0}, 409),
        ({"threshold": "0.7"}, 422),
        ({"measure": "hope"}, 409),
        ({"need": "  "}, 422),
        ({"parameters": {"survey": "svy_1"}}, 409),
        ({"cohort": "coh_00000000000000000000000000"}, 409),
        ({"cohort": "nonsense"}, 409),
        ({"confidence": 0.2}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_what_cannot_be_an_expectation_is_a_problem_and_changes_nothing(
    work: Work, key: Any, wrong: dict[str, Any], status: int
) -> None:
    program = a_program(work)
    survey = a_survey(work, program)
    body = {
        "need": "Import is easy",
        "measure": "survey_share",
        "threshold": 0.7,
        "parameters": top_box(survey),
    }
    answer = key("readiness:write")("POST", path(program, "/expectations"), json=body | wrong)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert queries.expectations(work.session, program.id) == []


def test_a_key_does_only_what_it_was_given(work: Work, key: Any) -> None:
    program = a_program(work)
    row = an_expectation(work, program)
    reader = key("readiness:read")
    one = path(program, f"/expectations/{ids.encode('exp', row.id)}")
    assert reader("GET", one).status_code == 200
    assert reader("DELETE", one).status_code == 403
    assert key("programs:read")("GET", one).status_code == 403


def test_decisions_are_read_with_their_signatures_and_evidence(work: Work, key: Any) -> None:
    program = a_program(work)
    a_top_box(work, program, good=20, bad=0)
    owner = a_member(work, "owner")
    service.propose(decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None)
    shown = key("readiness:read")("GET", path(program, "/decisions")).json["items"][0]
    assert shown["choice"] == "go"
    assert shown["signatures"][0]["name"] == "Owner"
    assert shown["snapshot"]["expectations"][0]["reading"]["verdict"] == "met"


def test_another_programs_expectation_is_not_there(work: Work, key: Any) -> None:
    program, other = a_program(work), a_program(work, name="Another")
    row = an_expectation(work, program)
    call = key("readiness:read", "readiness:write")
    where = path(other, f"/expectations/{ids.encode('exp', row.id)}")
    for method in ("GET", "DELETE"):
        assert call(method, where).status_code == 404
    assert work.session.get(Expectation, row.id) is not None


def test_the_report_says_the_same_to_programs_and_to_people(work: Work) -> None:
    program = a_program(work)
    a_top_box(work, program, good=20, bad=0, need="Import is *easy* | <b>fast</b>")
    rows = queries.board(work.session, program.id)
    owner = a_member(work, "owner")
    decision = service.propose(
        decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None, reason="Ready."
    )
    at = "2026-03-02T09:00:00Z"
    contents = queries.dossier_contents(work.session, program)
    told = json.loads(json.dumps(dossier.dossier(contents, at=at)))
    text = markdown.text(PAPERS["report"].write(queries.material(work.session, program, at=at)))
    assert told["recommended"] == "go"
    assert told["tally"]["met"] == 1
    assert told["expectations"][0]["sentence"] == rows[0].sentence
    assert "### Import is \\*easy\\* \\| \\<b\\>fast\\</b\\>" in text
    assert "**Met.** 100% from 20 people" in text
    assert "- Owner (PM, " in text
    assert decision.digest in text
    assert told["decisions"][0]["digest"] == decision.digest
    assert board.recommended(rows) is Choice.GO


def test_the_command_prints_the_report(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    from betaops.readiness import commands

    program = a_program(work)
    a_top_box(work, program, good=20, bad=0)
    work.session.commit()
    monkeypatch.setattr(commands.Platform, "open", lambda _settings: work.platform)
    monkeypatch.setattr(commands.config, "load", lambda: work.settings)
    run = CliRunner().invoke
    printed = run(commands.readiness, ["report", "--program", program.slug, "--format", "json"])
    assert printed.exit_code == 0
    assert json.loads(printed.output)["program"]["slug"] == program.slug
    printed = run(commands.readiness, ["paper", "report", "--program", program.slug])
    assert "# Readiness of" in printed.output
    missing = run(commands.readiness, ["paper", "report", "--program", "nowhere"])
    assert missing.exit_code == 1
    assert "no program" in missing.output


def test_papers_and_the_dossier_are_read(work: Work, key: Any) -> None:
    program = a_program(work)
    an_expectation(work, program, need="Nothing stops me")
    call = key("readiness:read")
    told = call("GET", path(program, "/papers/report")).json
    assert told["markdown"].startswith(f"# {told['title']}")
    assert told["blocks"][0]["kind"] == "banner"
    assert call("GET", path(program, "/papers/nonsense")).status_code == 404
    whole = json.loads(call("GET", path(program, "/dossier")).text)["dossier"]
    assert list(disagreements(whole)) == []


def test_links_to_papers_are_made_listed_and_revoked(work: Work, key: Any, client: Any) -> None:
    program = a_program(work)
    call = key("readiness:read", "readiness:write")
    assert key("readiness:read")("POST", path(program, "/paper-links"), json={}).status_code == 403
    made = call("POST", path(program, "/paper-links"), json={"paper": "roadmap", "note": "Board"})
    assert made.status_code == 201
    opened = "/" + made.json["url"].split("/", 3)[3]
    assert client.get(opened).status_code == 200
    listed = call("GET", path(program, "/paper-links")).json["items"]
    assert [(each["note"], "url" in each) for each in listed] == [("Board", False)]
    one = path(program, f"/paper-links/{made.json['id']}")
    assert call("DELETE", path(a_program(work), f"/paper-links/{made.json['id']}")).status_code == 404
    assert call("DELETE", one).status_code == 204
    assert client.get(opened).status_code == 404
    for wrong, status in (
        ({"paper": "nonsense"}, 404),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 409),
        ({"expires_at": "2020-01-01T00:00:00"}, 422),
    ):
        assert call("POST", path(program, "/paper-links"), json=wrong).status_code == status


def test_conditions_are_marked_as_met_by_programs_and_waivers_and_roles_are_read(
    work: Work, key: Any
) -> None:
    program = a_program(work, phase=Phase.RUNNING)
    a_top_box(work, program, good=1, bad=20)
    service.add_role(work, program, "Product", None)
    owner = a_member(work, "owner")
    decision = service.propose(
        decided_by(work, owner.id, owner.name),
        program,
        Choice.CONDITIONAL,
        fills="Product",
        seen=None,
        reason="The fair",
        conditions=[service.Condition("Train support", "Ana", work.now.date())],
        waivers=all_waived(work, program),
    )
    call = key("readiness:read", "readiness:write")
    here = path(program, f"/decisions/{ids.encode('dec', decision.id)}")
    told = call("GET", here).json
    assert (told["roles"], told["waits_for"], told["state"]) == (["Product"], [], "proposed")
    assert told["waivers"][0]["need"] == "Import is easy"
    assert told["evidence"]["people"] == 21
    assert told["conditions"][0]["met_at"] is None
    met = call("PUT", f"{here}/conditions/1/fulfilment", json={"note": "Two sessions"})
    assert met.status_code == 200
    assert met.json["conditions"][0]["note"] == "Two sessions"
    assert call("PUT", f"{here}/conditions/2/fulfilment", json={}).status_code == 404
    reopened = call("DELETE", f"{here}/conditions/1/fulfilment").json
    assert reopened["conditions"][0]["met_at"] is None
    assert key("readiness:read")("PUT", f"{here}/conditions/1/fulfilment", json={}).status_code == 403
    gate = call("GET", path(program, "/gate")).json
    assert [(each["name"], each["holder"]) for each in gate["roles"]] == [("Product", "")]
    assert gate["in_the_way"] == [f"{program.name}: the GO waits for signatures."]


def test_a_program_picks_quotes_and_reads_no_words_without_consent(work: Work, key: Any) -> None:
    from betaops.enrollment.quoting import Quoting
    from betaops.enrollment.service import quoting as consent
    from tests.factories.enrollment import an_enrollment
    from tests.factories.feedback import a_report

    program = a_program(work)
    need = an_expectation(work, program, need="It works offline")
    place = an_enrollment(work, program=program, name="Ana Ruiz")
    report = a_report(work, enrollment=place, body="I need it offline.")
    call = key("readiness:read", "readiness:write", "feedback:read")
    body = {
        "expectation": ids.encode("exp", need.id),
        "report": ids.encode("rpt", report.id),
        "passage": "need it offline",
    }
    refused = call("POST", path(program, "/quotes"), json=body)
    assert refused.status_code == 409
    consent.choose(work, place, Quoting.NAMED)
    assert key("readiness:write")("POST", path(program, "/quotes"), json=body).status_code == 403
    made = call("POST", path(program, "/quotes"), json=body)
    assert made.status_code == 201
    assert (made.get_json()["text"], made.get_json()["name"]) == ("need it offline", "Ana Ruiz")
    wrong = call("POST", path(program, "/quotes"), json={**body, "passage": "love it"})
    assert wrong.get_json()["type"] == "urn:betaops:not_their_words"
    consent.choose(work, place, Quoting.NEVER)
    (listed,) = call("GET", path(program, "/quotes")).get_json()["items"]
    assert (listed["stands"], listed["text"], listed["name"]) == (False, "", None)
    assert call("DELETE", path(program, f"/quotes/{listed['id']}")).status_code == 204
    assert call("GET", path(program, "/quotes")).get_json()["items"] == []


def test_a_paper_is_asked_for_as_pdf_and_fetched_from_where_it_will_be(
    work: Work, key: Any, run_jobs: Any
) -> None:
    program = a_program(work)
    an_expectation(work, program, need="Nothing stops me")
    call = key("readiness:read")
    first = call("POST", path(program, "/papers/report/file"))
    assert (first.status_code, first.json["state"], first.json["kind"]) == (202, "waiting", "pdf")
    assert first.headers["Retry-After"] == "1"
    place = first.headers["Location"].removeprefix("/api/v1")
    assert first.json["url"].endswith(place)
    assert call("POST", path(program, "/papers/report/file")).headers["Location"].endswith(place)
    assert call("GET", place).status_code == 202
    run_jobs()
    found = call("GET", place)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "application/pdf")
    assert found.data.startswith(b"%PDF")
    at_once = call("POST", path(program, "/papers/report/file"))
    assert (at_once.status_code, at_once.data) == (200, found.data)
    assert call("POST", path(program, "/papers/nonsense/file")).status_code == 404
    assert call("GET", place.replace(path(program), path(a_program(work)))).status_code == 404
    assert key("programs:read")("POST", path(program, "/papers/report/file")).status_code == 403


def test_a_file_that_was_given_up_is_said_and_asked_for_again(work: Work, key: Any, run_jobs: Any) -> None:
    program = a_program(work)
    call = key("readiness:read")
    place = call("POST", path(program, "/dossier/file")).headers["Location"].removeprefix("/api/v1")
    work.session.query(Job).filter_by(name="readiness.write_file").update({"state": JobState.DEAD})
    work.session.commit()
    away = call("GET", place)
    assert (away.status_code, away.headers["Content-Type"]) == (503, "application/problem+json")
    assert call("POST", path(program, "/dossier/file")).headers["Location"].endswith(place)
    run_jobs()
    assert list(disagreements(json.loads(call("GET", place).text))) == []
