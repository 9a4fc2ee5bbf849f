"""A dossier says the whole decision, and nothing by which anybody could be known."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from betaops.accounts.models import AuditSeal
from betaops.enrollment.models import Consent, Enrollment, Tester
from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Agreement, Program
from betaops.readiness import commands, tracing
from betaops.readiness.verifying import disagreements
from tests.factories.dossiers import a_decided_program, told_of
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey, a_top_box, about, an_expectation


@pytest.fixture
def decided(work: Work, run_jobs: Any) -> Program:
    return a_decided_program(work, run_jobs)


def test_a_dossier_holds_and_says_all(work: Work, decided: Program) -> None:
    told = told_of(work, decided)
    assert list(disagreements(told)) == []
    assert [each["reading"]["outcome"]["mode"] for each in told["expectations"]] == [
        "close",
        "live",
        "anytime",
        "live",
    ]
    assert told["seal"]["digest"]
    assert told["amendments"][0]["reason"] == "Heard in a review"
    assert told["decisions"][0]["signatures"][1]["stance"] == "dissent"
    assert told["consents"]["agreements"][0]["number"] == 1
    assert told["program"]["product"]
    assert [each["phase"] for each in told["program"]["phases"]][-1] == "running"
    assert "@" not in json.dumps(told)


def test_people_stand_in_it_under_ids_of_that_file_alone(work: Work, decided: Program) -> None:
    first, second = told_of(work, decided), told_of(work, decided)
    people = {person for each in first["evidence"] for person, _level in each["scores"]}
    assert len(people) == 33
    assert not people & {person for each in second["evidence"] for person, _level in each["scores"]}
    testers = work.session.scalars(select(Tester)).all()
    text = json.dumps(first)
    assert not any(str(each.id) in text or ids.encode("tst", each.id) in text for each in testers)
    # The second expectation counts, the third rests on the very people of the first and on three more.
    assert [len(each["scores"]) for each in first["evidence"]] == [0, 0, 33, 0]
    assert [each["withheld"] for each in first["evidence"]] == [
        "the reading is of another moment",
        "nothing is scored",
        None,
        "nothing is scored",
    ]


def test_who_is_linked_inside_the_file_by_one_id(work: Work) -> None:
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    a_top_box(work, program, good=6, bad=2, survey=survey)
    an_expectation(
        work,
        program,
        "survey_mean",
        need="It is pleasant",
        parameters=about(survey, "import") | {"lowest": 1, "highest": 5},
        threshold=3.0,
    )
    first, second = (
        {person for person, _level in each["scores"]} for each in told_of(work, program)["evidence"]
    )
    assert len(first) == 8
    assert first == second


def test_of_few_people_only_counts_are_told(work: Work) -> None:
    program = a_program(work, capacity=300)
    a_top_box(work, program, good=3, bad=1)
    told = told_of(work, program)
    assert told["evidence"][0]["scores"] == []
    assert told["evidence"][0]["withheld"].startswith("so few people")
    assert list(disagreements(told)) == []


def test_consents_are_told_by_agreement_and_day(work: Work, decided: Program) -> None:
    agreement = work.session.scalars(select(Agreement).where(Agreement.program_id == decided.id)).one()
    places = work.session.scalars(select(Enrollment).where(Enrollment.program_id == decided.id)).all()
    for place in places[:4]:
        work.add(
            Consent(
                enrollment_id=place.id,
                agreement_id=agreement.id,
                number=1,
                name="Kim",
                mail="kim@example.com",
                text="t",
                digest=b"0" * 32,
                signed_at=work.now,
            )
        )
    work.session.flush()
    told = told_of(work, decided)
    assert told["consents"]["agreements"][0]["accepted"] == 4
    assert {each["on"] for each in told["consents"]["given"]} == {work.now.date().isoformat()}
    scored = {person for person, _level in told["evidence"][2]["scores"]}
    assert {each["person"] for each in told["consents"]["given"]} <= scored
    assert tracing.without_consent(told) == 29
    assert "kim" not in json.dumps(told).casefold()
    assert list(disagreements(told)) == []


def test_the_audit_log_as_far_as_it_was_sealed_is_named(work: Work, decided: Program) -> None:
    assert told_of(work, decided)["audit"] is None
    work.add(
        AuditSeal(
            chain=work.workspace_id,
            number=1,
            previous=b"0" * 32,
            digest=b"\xab" * 32,
            events=1,
            sealed_at=work.now,
        )
    )
    work.session.flush()
    assert told_of(work, decided)["audit"]["digest"] == "ab" * 32


def test_the_page_gives_the_file(work: Work, decided: Program, member_client: Any) -> None:
    answer = member_client("viewer").get(f"/console/programs/{decided.slug}/readiness/dossier.json")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert list(disagreements(json.loads(answer.text))) == []


def test_the_report_is_the_paper_or_the_dossier(
    work: Work, decided: Program, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "moment", lambda _at: "then")
    monkeypatch.setattr(commands, "_reading", lambda _slug: nullcontext((work.session, decided)))

    def printed(*words: str) -> str:
        done = CliRunner().invoke(commands.readiness, [*words, "--program", decided.slug])
        assert done.exit_code == 0, done.output
        return done.output

    assert printed("report") == printed("paper", "report")
    file = tmp_path / "report.pdf"
    assert printed("report", "--format", "pdf", "--output", str(file)) == ""
    assert file.read_bytes().startswith(b"%PDF")
    nowhere = ["report", "--program", decided.slug, "--output", str(tmp_path / "no" / "x")]
    assert CliRunner().invoke(commands.readiness, nowhere).exit_code == 1
    told = json.loads(printed("report", "--format", "json"))
    assert told["program"]["slug"] == decided.slug
    assert list(disagreements(told)) == []
