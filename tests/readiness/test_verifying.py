"""A dossier can be recomputed by a stranger, and whatever is changed in it is found."""

import json
import subprocess
import sys
from itertools import combinations
from typing import Any

import pytest
from click.testing import CliRunner

from betaops.kernel.db import Database
from betaops.readiness import commands, dossier, evidence, verifying
from betaops.readiness.judging import criteria
from betaops.readiness.verifying import Unreadable, disagreements
from tests.factories.dossiers import a_decided_program, told_of
from tests.support.tree import ROOT

#: A dossier is text: it is made once, and each test changes a copy.
_made: list[str] = []


@pytest.fixture
def told(request: pytest.FixtureRequest, database: Database) -> Any:
    if not _made:
        work = request.getfixturevalue("work")
        decided = a_decided_program(work, request.getfixturevalue("run_jobs"))
        _made.append(json.dumps(told_of(work, decided)))
    return json.loads(_made[0])


def changed(told: Any, *path: str | int, to: Any) -> None:
    """Change one value, and mend the hashes that anybody can mend."""
    here = told
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    mended(told)


def mended(told: Any) -> None:
    """With the hashes that anybody can mend; a hostile number has none."""
    for decision in told["decisions"]:
        decision["digest"] = evidence.digest(decision["snapshot"])
    told["seal"]["digest"] = criteria.digest_of(told["seal"]["criteria"], told["seal"]["ground_rules"])
    told["hashes"] = dossier.section_hashes(told)
    told["digest"] = evidence.digest({name: value for name, value in told.items() if name != "digest"})


@pytest.mark.parametrize(
    ("path", "to", "place"),
    [
        (("expectations", 0, "reading", "sample", "counts", 0), 20, "/expectations/0/reading/outcome/"),
        (("expectations", 2, "reading", "sample", "counts", 1), 20, "/evidence/2/scores"),
        (("expectations", 3, "threshold"), 5, "/expectations/3/reading/outcome/threshold"),
        (("expectations", 0, "threshold"), 0.5, "/expectations/0/threshold"),
        (("expectations", 0, "closes_at"), None, "/expectations/0/closes_at"),
        (("expectations", 0, "scope"), "coh_1", "/expectations/0/scope"),
        (("amendments",), [], "/expectations"),
        (("ground_rules", "is_strict"), True, "/ground_rules"),
        (("evidence", 2, "scores", 0, 1), 0.123, "/evidence/2/scores"),
        (("evidence", 2, "withheld"), "so few", "/evidence/2/scores"),
        (("evidence", 2, "expectation"), "exp_1", "/evidence"),
        (("consents", "agreements", 0, "accepted"), 7, "/consents/agreements/0/accepted"),
        (("consents", "given"), [{"person": "per_1", "agreement": 9, "on": "2026-03-02"}], "/consents/given"),
        (("tally", "not_met"), 4, "/tally"),
        (("decisions", 0, "signatures"), [], "/decisions/0/state"),
        (("decisions", 0, "fulfilments"), [{"condition": 1}], "/decisions/0/fulfilments"),
        (
            ("decisions", 0, "waivers"),
            [{"expectation": "exp_1", "need": "It is safe", "reason": "Later", "ends_on": "2026-04-01"}],
            "/decisions/0/waivers",
        ),
        (("decisions", 0, "signatures_needed"), 0, "/decisions/0/signatures_needed"),
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
    told: Any, path: tuple[str | int, ...], to: Any, place: str
) -> None:
    changed(told, *path, to=to)
    first = next(disagreements(told))
    assert first.place.startswith(place)


def test_a_person_who_stands_twice_is_found(told: Any) -> None:
    scores = [list(each) for each in told["evidence"][2]["scores"]]
    one, twin = next(pair for pair in combinations(scores, 2) if pair[0][1] == pair[1][1])
    twin[0] = one[0]
    changed(told, "evidence", 2, "scores", to=scores)
    assert next(disagreements(told)).place == "/evidence/2/scores"


@pytest.mark.parametrize(
    ("path", "to", "section"),
    [
        (("decisions", 0, "signatures", 1, "reason"), "All is well", "decisions"),
        (("evidence", 2, "scores", 0, 0), "per_somebody_else", "evidence"),
        (("program", "charter"), {}, "program"),
        (("audit",), {"number": 9}, "audit"),
    ],
)
def test_words_that_were_changed_are_found_by_the_hash_of_their_section(
    told: Any, path: tuple[str | int, ...], to: Any, section: str
) -> None:
    here = told
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    assert next(disagreements(told)).place == f"/hashes/{section}"


@pytest.mark.parametrize("section", [*dossier.SECTIONS, "hashes", "digest"])
def test_a_section_that_was_taken_out_is_missed(told: Any, section: str) -> None:
    del told[section]
    with pytest.raises(Unreadable, match=section):
        list(disagreements(told))


@pytest.mark.parametrize(
    "odd",
    [
        [],
        {},
        {"form": 99},
        {"form": dossier.FORM},
        {"form": dossier.FORM, **dict.fromkeys((*dossier.SECTIONS, "hashes", "digest"))},
        {"form": dossier.FORM, **{key: [{}] for key in (*dossier.SECTIONS, "hashes", "digest")}},
        "x",
        None,
    ],
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
        (("reading", "sample", "levels"), [step / 10**5 for step in range(10**5)]),
    ],
)
def test_figures_that_nobody_can_judge_end_at_once_and_in_a_sentence(
    told: Any, path: tuple[str, ...], to: Any
) -> None:
    here = told["expectations"][2]
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    if path[-1] == "levels":
        here["counts"] = [1] * len(to)
    told["evidence"][2] |= {"withheld": "x", "scores": []}
    mended(told)
    with pytest.raises(Unreadable):
        list(disagreements(told))


def signed(*stances: tuple[str, str]) -> list[dict[str, str]]:
    """Signatures, one a minute: (the role that it fills or none, the stance)."""
    return [
        {
            "name": "A",
            "role": fills or "Lead",
            "fills": fills,
            "stance": stance,
            "reason": "",
            "signed_at": f"2026-03-02T09:0{minute}:00Z",
        }
        for minute, (fills, stance) in enumerate(stances)
    ]


@pytest.mark.parametrize(
    ("signatures", "state"),
    [
        (signed(("Product", "assent")), "proposed"),
        (signed(("Product", "assent"), ("", "assent")), "proposed"),
        (signed(("Product", "assent"), ("Support", "dissent")), "proposed"),
        (signed(("Product", "assent"), ("Support", "dissent"), ("", "assent")), "in_force"),
        (signed(("Product", "assent"), ("Support", "assent"), ("", "dissent"), ("", "dissent")), "in_force"),
    ],
)
def test_whether_a_decision_is_in_force_is_recomputed_from_roles_and_dissent(
    told: Any, signatures: list[dict[str, str]], state: str
) -> None:
    decision = told["decisions"][0]
    decision |= {"signatures": signatures, "state": state}
    roles = [{"name": name, "user": None, "holder": ""} for name in ("Product", "Support")]
    decision["snapshot"]["gate"]["roles"] = roles
    mended(told)
    assert list(disagreements(told)) == []
    changed(told, "decisions", 0, "state", to="in_force" if state == "proposed" else "proposed")
    assert [each.place for each in disagreements(told)] == ["/decisions/0/state"]


def test_signatures_without_end_are_refused_before_they_are_counted(told: Any) -> None:
    changed(told, "decisions", 0, "signatures", to=signed(("", "dissent")) * 100_000)
    with pytest.raises(Unreadable, match="signatures"):
        list(disagreements(told))


@pytest.mark.parametrize("why", ["\x1b[2J\nHolds: 9 expectations", ["x"], {"a": 1}])
def test_a_reason_that_others_wrote_is_one_line_that_no_terminal_obeys(
    told: Any, tmp_path: Any, why: Any
) -> None:
    told["evidence"][2] |= {"withheld": why, "scores": []}
    mended(told)
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))
    held = CliRunner().invoke(commands.readiness, ["verify", str(file)])
    assert (held.exit_code, held.exception) == (0, None)
    assert "\x1b" not in held.output
    assert "\nHolds: 9" not in held.output


def test_the_command_needs_no_database(told: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))

    def nothing(_settings: Any) -> None:
        raise AssertionError("it opened the database")

    monkeypatch.setattr(commands.Platform, "open", nothing)
    run = CliRunner().invoke
    held = run(commands.readiness, ["verify", str(file)])
    assert held.exit_code == 0
    assert held.output.startswith("Holds: 4 expectations and 1 decision, recomputed.\n")
    assert f"SHA-256 {told['digest']}\n" in held.output
    assert "In the evidence without a consent in the file: 33." in held.output
    assert run(commands.readiness, ["verify", str(file), "--digest", told["digest"]]).exit_code == 0
    other = run(commands.readiness, ["verify", str(file), "--digest", "0" * 64])
    assert other.exit_code == 1
    assert "it is another one" in other.output
    changed(told, "expectations", 0, "reading", "verdict", to="not_met")
    file.write_text(json.dumps(told))
    broken = run(commands.readiness, ["verify", str(file)])
    assert broken.exit_code == 1
    assert broken.output == '/expectations/0/reading/verdict says "not_met", recomputed: "met"\n'


@pytest.mark.parametrize(
    "data",
    [
        b"{]",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"form": 2, "form": 2}',
        b'{"form": NaN}',
        b'{"form": -Infinity}',
        b'{"form": ' + b"9" * 10_000 + b"}",
        b'{"form": "\\u001b[31m"}',
    ],
)
def test_hostile_files_are_refused_in_a_sentence(tmp_path: Any, data: bytes) -> None:
    file = tmp_path / "dossier.json"
    file.write_bytes(data)
    done = CliRunner().invoke(commands.readiness, ["verify", str(file)])
    assert done.exit_code == 1
    assert done.output.startswith("This cannot be read as a dossier: ")
    assert done.output.count("\n") == 1


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "MOST_BYTES", 10)
    file = tmp_path / "dossier.json"
    file.write_bytes(b" " * 11)
    done = CliRunner().invoke(commands.readiness, ["verify", str(file)])
    assert (done.exit_code, "more than" in done.output) == (1, True)


def test_a_stranger_verifies_without_database_and_settings(told: Any, tmp_path: Any) -> None:
    """In a process of its own that knows of nothing but the code and the file."""
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))
    done = subprocess.run(
        [sys.executable, "-m", "betaops", "readiness", "verify", str(file)],
        env={
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": "nonsense://",
            "BETAOPS_INSTANCE": str(tmp_path / "no"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Holds: 4 expectations and 1 decision")
    assert not (tmp_path / "no").exists()


def test_of_a_decision_on_readings_of_a_former_method_the_hash_is_recomputed(
    told: Any, tmp_path: Any
) -> None:
    snapshot = told["decisions"][0]["snapshot"]
    snapshot["form"] = 1
    snapshot["expectations"][0]["reading"]["outcome"] = {"verdict": "met", "method": "clopper_pearson"}
    changed(told, "at", to=told["at"])
    assert list(disagreements(told)) == []
    file = tmp_path / "dossier.json"
    file.write_text(json.dumps(told))
    held = CliRunner().invoke(commands.readiness, ["verify", str(file)])
    assert held.exit_code == 0
    assert ("Of 1 decision only the hash: signed on readings of a former method.\n") in held.output
