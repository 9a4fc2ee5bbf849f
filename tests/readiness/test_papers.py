from typing import Any

import pytest

from betaops.feedback.models import Kind, State
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.papers import PAPERS
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_survey, a_top_box, an_expectation, some_testers


@pytest.fixture
def tried(work: Work) -> Program:
    """Two needs with three measures, an idea, a fixed bug and a private one."""
    program = a_program(work, capacity=300)
    survey = a_survey(work, program)
    a_top_box(work, program, good=30, bad=0, survey=survey, need="Import is easy | fast", source="Ana Ruiz")
    an_expectation(
        work, program, "participation", need="Import is easy | fast", threshold=0.99, source="Contract"
    )
    an_expectation(work, program, need="Nothing stops me")
    some_testers(work, program, 10)
    a_report(work, program=program, kind=Kind.IDEA, severity=None, title="A dark mode")
    for title, is_private in (("Sync <lost> a note", False), ("The admin's password leaked", True)):
        a_report(work, program=program, title=title, state=State.FIXED, is_private=is_private)
    work.session.flush()
    return program


def written(work: Work, program: Program, name: str) -> str:
    return PAPERS[name].write(queries.material(work.session, program, at="2026-03-02T09:00:00Z"))


def test_market_needs_put_the_measures_of_a_need_together_and_name_what_else_is_asked_for(
    work: Work, tried: Program
) -> None:
    text = written(work, tried, "market-needs")
    assert text.count("## Import is easy \\| fast") == 1
    assert "- Heard: Ana Ruiz\n- Heard: Contract" in text
    assert "**Met.** 100% from 30 people" in text
    assert "- A dark mode (1 person, impact" in text


def test_the_roadmap_goes_from_what_stands_in_the_way_to_what_is_kept(work: Work, tried: Program) -> None:
    lines = written(work, tried, "roadmap").splitlines()
    assert lines[-2:] == [
        "| Import is easy \\| fast | Must | Not settled | Ask about 440 people more. |",
        "| Nothing stops me | Must | Met | Keep it: watch the same figure after release. |",
    ]


def test_the_business_case_has_every_figure_with_its_range(work: Work, tried: Program) -> None:
    text = written(work, tried, "business-case")
    assert "| 100% | 84–100% | 30 |" in text
    assert "## Risks" in text
    assert "- A dark mode (impact" in text


def test_release_notes_tell_what_changed_and_nothing_private(work: Work, tried: Program) -> None:
    text = written(work, tried, "release-notes")
    assert "- Sync \\<lost\\> a note" in text
    assert "password" not in text


def test_the_name_of_a_cohort_is_no_markup(work: Work, tried: Program) -> None:
    reading = queries.board(work.session, tried.id)[0].reading
    assert reading is not None
    flip = {"kind": "cohort", "name": "<img src=x> [a](javascript:b)", "left_out": 6, "verdict": "not_met"}
    reading.sample = reading.sample | {"flips": [flip]}
    report = written(work, tried, "report")
    assert "\\<img src=x\\> \\[a\\](javascript:b)" in report


def test_a_program_without_anything_has_papers_as_well(work: Work) -> None:
    program = a_program(work)
    for name in PAPERS:
        assert written(work, program, name).startswith("# ")


def test_papers_are_read_in_the_console_and_taken_along(
    work: Work, tried: Program, member_client: Any
) -> None:
    client = member_client("viewer")
    where = f"/console/programs/{tried.slug}/readiness/papers"
    assert "Inputs to the business case" in client.get(where).text
    for name in PAPERS:
        page = client.get(f"{where}/{name}")
        assert page.status_code == 200
        assert "&lt;lost&gt;" in page.text or "<lost>" not in page.text
        taken = client.get(f"{where}/{name}.md")
        assert taken.headers["Content-Type"] == "text/markdown; charset=utf-8"
        assert taken.text.startswith("# ")
    assert client.get(f"{where}/nonsense").status_code == 404
    assert client.get(f"{where}/nonsense.md").status_code == 404
