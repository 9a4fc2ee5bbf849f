"""All programs in one list: what each line says, in which order, and what it costs."""

from datetime import date, timedelta
from typing import Any

import pytest

from betaops.feedback.models import Severity
from betaops.kernel.work import Work
from betaops.programs.models import Phase, Program
from betaops.readiness import queries, service
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.health import Engagement
from betaops.readiness.models import ParticipationWeek
from betaops.readiness.portfolio import Line, ordered
from betaops.readiness.verdict import Verdict
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_top_box, an_expectation
from tests.support.queries import counted

TODAY = date(2026, 3, 2)
NONE_MET = dict.fromkeys(Verdict, 0)


def line(name: str, *, ends: int = 10, phase: Phase = Phase.RUNNING, **values: Any) -> Line:
    program = Program(name=name, slug=name, phase=phase, ends_on=TODAY + timedelta(days=ends))
    told: dict[str, Any] = {
        "participation": None,
        "engagement": None,
        "musts": NONE_MET,
        "failed": [],
        "decision": None,
        "blockers": 0,
    }
    return Line(program, TODAY, **{**told, **values})


def names(lines: list[Line], order: str) -> str:
    return "".join(each.program.name for each in ordered(lines, order))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", "abcz"),
        ("-name", "cbaz"),
        ("days", "cabz"),
        ("nonsense", "cabz"),
        ("participation", "bacz"),
        ("-participation", "abcz"),
        ("health", "cabz"),
        ("-musts", "bcaz"),
    ],
)
def test_lines_are_ordered_with_unknown_values_and_programs_that_are_over_last(
    order: str, expected: str
) -> None:
    lines = [
        line("b", ends=20, participation=0.2, musts=NONE_MET | {Verdict.NOT_MET: 2}),
        line("z", ends=-5, phase=Phase.CLOSED, participation=0.1),
        line("a", ends=10, participation=0.4, engagement=Engagement(0.9, "A", ())),
        line("c", ends=3, engagement=Engagement(0.1, "F", ()), musts=NONE_MET | {Verdict.MET: 1}),
    ]
    assert names(lines, order) == expected


def test_what_blocks_is_said_gravest_first() -> None:
    musts = NONE_MET | {Verdict.NOT_MET: 2, Verdict.INCONCLUSIVE: 1}
    blocked = line("a", musts=musts, failed=["Sync works", "Import works"], blockers=3)
    assert [block.text for block in blocked.blocks()] == [
        "“Sync works” and 1 more are not met",
        "3 open blockers",
        "1 must-have is not settled",
    ]
    assert not line("b", musts=NONE_MET | {Verdict.MET: 1}).blocks()
    assert [block.text for block in line("c").blocks()] == ["no must-have is written"]


def test_each_line_says_what_its_program_knows(work: Work) -> None:
    program = a_program(work, phase=Phase.RUNNING, capacity=300)
    a_top_box(work, program, good=40, bad=0, need="Import is easy")
    an_expectation(work, program, "open_blockers", weight=Weight.SHOULD)
    a_report(work, program=program, severity=Severity.BLOCKER)
    service.take_readings(work, program)
    monday = work.now.date() - timedelta(days=work.now.weekday())
    for weeks, took_part in ((0, 9), (1, 4), (2, 8)):
        work.add(
            ParticipationWeek(
                program_id=program.id,
                starts_on=monday - timedelta(days=7 * weeks),
                took_part=took_part,
                enrolled=10,
            )
        )
    a_program(work, name="Gone", phase=Phase.ARCHIVED)
    [found] = queries.portfolio(work.session, work.now)
    assert found.program.id == program.id
    assert found.musts == NONE_MET | {Verdict.MET: 1}
    assert (found.participation, found.blockers, found.failed) == (0.4, 1, [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_many_programs_take_as_many_statements_as_one(work: Work, member_client: Any) -> None:
    client = member_client("viewer")
    assert "No programs yet" in client.get("/console/portfolio").text
    service.count_people(work, a_program(work, name="First"))
    work.session.commit()
    client.get("/console/portfolio")
    with counted(work.platform.database) as few:
        client.get("/console/portfolio")
    for number in range(4):
        program = a_program(work, name=f"More {number}")
        an_expectation(work, program, need=f"Need {number}")
        service.count_people(work, program)
    work.session.commit()
    with counted(work.platform.database) as more:
        page = client.get("/console/portfolio?sort=-name").text
    assert len(more) == len(few) <= 14
    assert page.index("More 3") < page.index("More 0") < page.index("First")
