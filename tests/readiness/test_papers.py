"""What papers say: one tree, told in three ways."""

from typing import Any

import pytest

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Kind, State
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Choice
from betaops.readiness.documents import Appendix, Bullets, Document, Finding, Signatures, Table, markdown
from betaops.readiness.documents.pdf import pdf
from betaops.readiness.models import Stance
from betaops.readiness.papers import PAPERS
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_survey,
    a_top_box,
    all_waived,
    an_expectation,
    decided_by,
    some_testers,
)
from tests.support.pdfs import unpacked
from tests.support.signed_in import a_member


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


def told(work: Work, program: Program, name: str) -> Document:
    return PAPERS[name].write(queries.material(work.session, program, at="2 Mar 2026, 09:00 UTC"))


def written(work: Work, program: Program, name: str) -> str:
    return markdown.text(told(work, program, name))


def test_market_needs_put_the_measures_of_a_need_together_and_name_what_else_is_asked_for(
    work: Work, tried: Program
) -> None:
    text = written(work, tried, "market-needs")
    assert text.count("## Import is easy \\| fast") == 1
    assert "- Heard: Ana Ruiz\n- Heard: Contract" in text
    assert "**Met.** 100% from 30 people" in text
    assert "- A dark mode (1 person, impact" in text


def test_market_needs_quote_nobody(work: Work, tried: Program) -> None:
    a_report(work, program=tried, kind=Kind.IDEA, severity=None, title="Share", body="My boss Kim hates it")
    assert "Kim" not in "".join(written(work, tried, name) for name in PAPERS)


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


def test_every_paper_is_a_pdf_for_reading_aloud(work: Work, tried: Program) -> None:
    for name in PAPERS:
        assert b"<pdfuaid:part>1</pdfuaid:part>" in unpacked(pdf(told(work, tried, name)))


def test_the_report_says_what_was_asked_who_tested_what_was_found_and_what_changed(
    work: Work, tried: Program
) -> None:
    tried.charter = {"hypothesis": "Import sells it", "decider": "Mara Klein"}
    tried.goals = "- Trust *the* import\n\n<b>now</b>"
    report = told(work, tried, "report")
    text = markdown.text(report)
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        f"## {name}"
        for name in (
            "What was asked",
            "Who tested",
            "What was found",
            "Risks",
            "What changed because of testers",
            "Decision",
            "How we know",
        )
    ]
    assert "- Trust the import" in text
    assert "<b>" not in text
    assert "Hypothesis: Import sells it" in text
    let_in = work.session.query(Enrollment).filter(Enrollment.accepted_at.is_not(None)).count()
    tables = [block for block in report.blocks if isinstance(block, Table)]
    assert tables[0].rows[0] == ("Let in", str(let_in), "100%")
    found = [block for block in report.blocks if isinstance(block, Finding)]
    assert [(each.need, each.word, each.drawing is not None) for each in found] == [
        ("Import is easy | fast", "Met", True),
        ("Import is easy | fast", "Not settled", True),
        ("Nothing stops me", "Met", False),
    ]
    assert "Sync \\<lost\\> a note" in text
    assert "password" not in text


def test_the_report_has_the_decision_with_its_dissent(work: Work, tried: Program) -> None:
    owner, other = a_member(work, "owner"), a_member(work, "manager")
    decision = service.propose(
        decided_by(work, owner.id, owner.name),
        tried,
        Choice.GO,
        role="PM",
        seen=None,
        reason="We **know**.",
        waivers=all_waived(work, tried),
    )
    service.sign(
        decided_by(work, other.id, other.name),
        tried,
        decision.id,
        Stance.DISSENT,
        role="Support",
        reason="Too early",
    )
    report = told(work, tried, "report")
    signed = next(block for block in report.blocks if isinstance(block, Signatures)).signed
    assert [(each.name, each.role, "".join(span.text for span in each.reason)) for each in signed] == [
        ("Owner", "good", ""),
        ("Manager", "danger", "Too early"),
    ]
    text = markdown.text(report)
    assert "Proposed, not in force yet: **GO**." in text
    assert "We **know**." in text
    assert decision.digest in text


def test_a_verdict_that_hangs_on_many_groups_names_two_and_leads_to_the_rest(
    work: Work, tried: Program
) -> None:
    reading = queries.board(work.session, tried.id)[0].reading
    assert reading is not None
    flips = [
        {"kind": "cohort", "name": f"Group {each}", "left_out": 6, "verdict": "not_met"} for each in range(5)
    ]
    reading.sample = reading.sample | {"flips": flips}
    report = told(work, tried, "report")
    first = next(block for block in report.blocks if isinstance(block, Finding))
    assert first.notes[2].endswith("more under “How we know”.")
    more = next(block for block in report.blocks if isinstance(block, Appendix))
    rest = [part for part in more.parts if isinstance(part, Bullets)]
    assert any("Group 4" in span.text for block in rest for item in block.items for span in item)


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
        assert "Write the file" in client.get(f"{where}/{name}.pdf").text
    for ending in ("", ".md", ".pdf", "/links/new"):
        assert client.get(f"{where}/nonsense{ending}").status_code in (403, 404)
    assert member_client("manager").get(f"{where}/nonsense/links/new").status_code == 404


def test_who_may_only_look_makes_no_links(tried: Program, member_client: Any) -> None:
    page = member_client("viewer").get(f"/console/programs/{tried.slug}/readiness/papers/report")
    assert "Make a link" not in page.text
