"""A dossier can be recomputed by a stranger, and whatever is changed in it is found."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner

from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Phase, Program
from betaops.readiness import commands, dossier, evidence, queries, service
from betaops.readiness.models import Stance
from betaops.readiness.recommendation import Choice, Weight
from betaops.readiness.verifying import Unreadable, disagreements
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_draft,
    a_survey,
    a_top_box,
    about,
    an_expectation,
    answer_rating,
    decided_by,
    some_testers,
)
from tests.support.signed_in import a_member


@pytest.fixture
def decided(work: Work, run_jobs: Any) -> Program:
    """A program with expectations of every kind, one of them amended and one closed, decided with a dissent."""
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    a_top_box(work, program, good=28, bad=2, survey=survey, closes_at=20)
    an_expectation(work, program, need="Nothing stops me")
    an_expectation(
        work,
        program,
        "survey_mean",
        need="It is pleasant",
        parameters=about(survey, "import") | {"lowest": 1, "highest": 5},
        threshold=3.0,
        weight=Weight.SHOULD,
        least_answered=0.2,
    )
    program_service.change_phase(work, program.id, Phase.RUNNING)
    run_jobs()
    service.add(work, program, a_draft(need="It is safe", threshold=1), reason="Heard in a review")
    answer_rating(work, survey, some_testers(work, program, 3), [2, 2, 3])
    service.take_readings(work, program)
    owner, other = a_member(work, "owner"), a_member(work, "manager")
    decision = service.propose(
        decided_by(work, owner.id, owner.name), program, Choice.GO, role="PM", seen=None, reason="Now."
    )
    service.sign(
        decided_by(work, other.id, other.name),
        program,
        decision.id,
        Stance.DISSENT,
        role="Support",
        reason="Too early",
    )
    return program


def told_of(work: Work, program: Program) -> Any:
    contents = queries.dossier_contents(work.session, program)
    return json.loads(json.dumps(dossier.dossier(contents, at="2026-03-02T09:00:00Z")))


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
    assert told["consents"][0]["number"] == 1
    assert "@" not in json.dumps(told)


def changed(told: Any, *path: str | int, to: Any) -> None:
    """Change one value, and mend the hashes that anybody can mend."""
    here = told
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    for decision in told["decisions"]:
        decision["digest"] = evidence.digest(decision["snapshot"])
    told["seal"]["digest"] = evidence.digest({"criteria": told["seal"]["criteria"]})
    told["digest"] = evidence.digest({name: value for name, value in told.items() if name != "digest"})


@pytest.mark.parametrize(
    ("path", "to", "place"),
    [
        (("expectations", 0, "reading", "sample", "counts", 0), 20, "/expectations/0/reading/outcome/"),
        (("expectations", 0, "threshold"), 0.5, "/expectations/0/reading/outcome/"),
        (("expectations", 0, "closes_at"), None, "/expectations/0/reading/outcome/"),
        (("expectations", 1, "reading", "sample", "value"), 4, "/expectations/1/reading/outcome/verdict"),
        (("expectations", 2, "reading", "verdict"), "not_met", "/expectations/2/reading/verdict"),
        (("expectations", 2, "reading", "low"), 4.9, "/expectations/2/reading/low"),
        (("recommended",), "no_go", "/recommended"),
        (
            ("decisions", 0, "snapshot", "expectations", 0, "reading", "outcome", "p_met"),
            0.0,
            "/decisions/0/snapshot/expectations/0/reading/outcome/p_met",
        ),
    ],
)
def test_a_changed_figure_is_found_though_hashes_were_mended(
    work: Work, decided: Program, path: tuple[str | int, ...], to: Any, place: str
) -> None:
    told = told_of(work, decided)
    changed(told, *path, to=to)
    first = next(disagreements(told))
    assert first.place.startswith(place)


def test_words_that_were_changed_are_found_by_the_hash(work: Work, decided: Program) -> None:
    told = told_of(work, decided)
    told["decisions"][0]["signatures"][1]["reason"] = "All is well"
    assert next(disagreements(told)).place == "/digest"


@pytest.mark.parametrize(
    "odd", [[], {}, {"form": 99}, {"form": 1}, {"form": 1, "digest": "", "seal": 3}, "x", None]
)
def test_what_is_no_dossier_is_said_to_be_none(odd: Any) -> None:
    with pytest.raises(Unreadable):
        list(disagreements(odd))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("threshold",), 10**300 * 10**300),
        (("confidence",), True),
        (("reading", "low"), 10**400),
        (("reading", "sample", "counts"), [10**300, 1]),
        (("reading", "sample", "asked"), 10**400),
        (("reading", "sample", "levels"), [step / 10**6 for step in range(10**6)]),
    ],
)
def test_figures_that_nobody_can_judge_end_at_once_and_in_a_sentence(
    work: Work, decided: Program, path: tuple[str, ...], to: Any
) -> None:
    told = told_of(work, decided)
    here = told["expectations"][2]
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    if path[-1] == "levels":
        here["counts"] = [1] * len(to)
    with pytest.raises(Unreadable):
        list(disagreements(told))


def test_the_command_needs_no_database(
    work: Work, decided: Program, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_of(work, decided)
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))

    def nothing(_settings: Any) -> None:
        raise AssertionError("it opened the database")

    monkeypatch.setattr(commands.Platform, "open", nothing)
    run = CliRunner().invoke
    held = run(commands.readiness, ["verify", str(file)])
    assert (held.exit_code, held.output) == (0, "Holds: 4 expectations and 1 decision, recomputed.\n")
    changed(told, "expectations", 0, "reading", "verdict", to="not_met")
    file.write_text(json.dumps(told))
    broken = run(commands.readiness, ["verify", str(file)])
    assert broken.exit_code == 1
    assert broken.output == '/expectations/0/reading/verdict says "not_met", recomputed: "met"\n'
    file.write_text("{]")
    assert run(commands.readiness, ["verify", str(file)]).exit_code == 2


def test_the_page_gives_the_file(work: Work, decided: Program, member_client: Any) -> None:
    answer = member_client("viewer").get(f"/console/programs/{decided.slug}/readiness/dossier.json")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert list(disagreements(json.loads(answer.text))) == []


def test_the_report_is_the_paper_or_the_dossier(
    work: Work, decided: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_now", lambda: "2026-09-15T08:00:00Z")
    monkeypatch.setattr(commands, "_reading", lambda _slug: nullcontext((work.session, decided)))

    def printed(*words: str) -> str:
        done = CliRunner().invoke(commands.readiness, [*words, "--program", decided.slug])
        assert done.exit_code == 0, done.output
        return done.output

    assert printed("report") == printed("paper", "report")
    told = json.loads(printed("report", "--format", "json"))
    assert told["program"]["slug"] == decided.slug
    assert list(disagreements(told)) == []


def test_of_a_decision_on_readings_of_a_former_method_the_hash_is_recomputed(
    work: Work, decided: Program, tmp_path: Any
) -> None:
    told = told_of(work, decided)
    snapshot = told["decisions"][0]["snapshot"]
    snapshot["form"] = 1
    snapshot["expectations"][0]["reading"]["outcome"] = {"verdict": "met", "method": "clopper_pearson"}
    changed(told, "at", to=told["at"])
    assert list(disagreements(told)) == []
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))
    held = CliRunner().invoke(commands.readiness, ["verify", str(file)])
    assert held.exit_code == 0
    assert held.output.endswith("Of 1 decision only the hash: signed on readings of a former method.\n")
