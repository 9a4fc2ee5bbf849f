from typing import Any
from uuid import UUID, uuid4

import pytest

from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import Invalid, Stale
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import board, dossier, queries, service
from betaops.readiness.judging.drift import drift
from betaops.readiness.judging.market import Likeness, Margin, compositions, weigh
from betaops.readiness.models import Expectation, Reading
from betaops.readiness.verdict import Verdict
from betaops.readiness.verifying import disagreements
from tests.factories.programs import a_program
from tests.factories.readiness import (
    a_survey,
    an_expectation,
    answer_rating,
    some_testers,
    top_box,
)

PLAN = Margin("answer.plan", "Plan", is_behavioural=False, shares={"Free": 0.8, "Pro": 0.2})


def known(**groups: int) -> dict[UUID, tuple[str | None, ...]]:
    """`Free=3`: three who pay nothing."""
    return {uuid4(): (name,) for name, number in groups.items() for _each in range(number)}


def test_scores_are_weighted_to_the_market() -> None:
    cells = known(Free=20, Pro=30)
    scores = {tester: float(cell == ("Pro",)) for tester, cell in cells.items()}
    found = weigh((0.0, 1.0), scores, cells, [PLAN])
    assert (found.n, found.left_out, found.refused) == (50, 0, "")
    assert sum(found.counts) == pytest.approx(found.effective) != 50
    assert found.counts[1] / sum(found.counts) == pytest.approx(0.2)


def test_who_is_in_no_category_has_no_weight() -> None:
    cells = known(Free=20, Pro=10, Team=4) | {uuid4(): (None,)}
    found = weigh((0.0, 1.0), dict.fromkeys([*cells, uuid4()], 1.0), cells, [PLAN])
    assert (found.n, found.left_out) == (30, 6)


def test_categories_of_few_are_joined_and_said() -> None:
    margin = PLAN._replace(shares={"Free": 0.5, "Pro": 0.3, "Team": 0.2})
    cells = known(Free=20, Pro=9, Team=2)
    found = weigh((0.0, 1.0), dict.fromkeys(cells, 1.0), cells, [margin])
    assert (found.joined, found.refused) == (["Pro / Team"], "")


@pytest.mark.parametrize(
    ("groups", "reason", "margin"),
    [({"Free": 3, "Pro": 30}, "few", "Plan"), ({"Free": 6, "Pro": 194}, "worth_little", "")],
)
def test_weights_that_say_little_are_refused(groups: dict[str, int], reason: str, margin: str) -> None:
    cells = known(**groups)
    found = weigh((0.0, 1.0), dict.fromkeys(cells, 1.0), cells, [PLAN])
    assert (found.counts, found.refused, found.margin) == ((), reason, margin)


@pytest.mark.parametrize(
    ("groups", "likeness"),
    [
        ({"Free": 80, "Pro": 20}, Likeness.ALIKE),
        ({"Free": 70, "Pro": 30}, Likeness.UNLIKE),
        ({"Free": 40, "Pro": 60}, Likeness.FAR),
    ],
)
def test_testers_are_like_the_market_unlike_it_or_far_off(groups: dict[str, int], likeness: Likeness) -> None:
    (found,) = compositions(known(**groups) | known(Team=3), [PLAN])
    assert (found.likeness, found.unknown) == (likeness, 3)


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, capacity=300)


def of_plan(work: Work, program: Program, number: int, plan: str) -> list[Enrollment]:
    people = some_testers(work, program, number)
    for each in people:
        each.answers = {"plan": plan}
    work.session.flush()
    return people


def an_enthusiastic_pool(work: Work, program: Program) -> Expectation:
    """Of fifty who pay all are content, of thirty who do not a third."""
    survey = a_survey(work, program)
    answer_rating(work, survey, of_plan(work, program, 50, "Pro"), [5] * 50)
    answer_rating(work, survey, of_plan(work, program, 30, "Free"), [5] * 10 + [2] * 20)
    return an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.55)


def last(work: Work, row: Expectation) -> Reading:
    return queries.latest_readings(work.session, row.program_id)[row.id]


def test_a_verdict_is_read_weighted_beside_unweighted(work: Work, program: Program) -> None:
    row = an_enthusiastic_pool(work, program)
    assert (last(work, row).verdict, "weighted" in last(work, row).sample) == (Verdict.MET, False)
    service.declare(work, program, PLAN)
    reading = last(work, row)
    told = reading.sample["weighted"]
    assert (reading.verdict, reading.estimate) == (Verdict.MET, 0.75)
    assert told["estimate"] == pytest.approx(0.8 / 3 + 0.2)
    assert (told["verdict"], told["refused"]) == (Verdict.INCONCLUSIVE, "")
    (shown,) = queries.board(work.session, program.id)
    assert shown.by_weight is not None
    assert shown.by_weight.headline.startswith("Weighted to the market it is another: not settled, 47% (")
    assert shown.by_weight.lines[0] == f"80 people count as {round(told['effective'])}."


def test_a_dossier_with_weights_can_be_recomputed_and_a_forged_one_is_found_out(
    work: Work, program: Program
) -> None:
    an_enthusiastic_pool(work, program)
    service.declare(work, program, PLAN)
    told = dossier.dossier(queries.dossier_contents(work.session, program), at="2026-01-01T00:00:00Z")
    assert list(disagreements(told)) == []
    told["expectations"][0]["reading"]["sample"]["weighted"]["verdict"] = "met"
    assert [each.place for each in disagreements(told)] == [
        "/hashes/expectations",
        "/digest",
        "/expectations/0/reading/sample/weighted/verdict",
    ]


def test_strictly_judged_all_has_to_be_proven_harder(work: Work, program: Program) -> None:
    survey = a_survey(work, program)
    answer_rating(work, survey, some_testers(work, program, 14), [5] * 14)
    rows = [
        an_expectation(
            work, program, "survey_share", need=f"{need}", parameters=top_box(survey), threshold=0.7
        )
        for need in range(3)
    ]
    assert {last(work, row).verdict for row in rows} == {Verdict.MET}
    service.judge_strictly(work, program, True, version=0)
    assert {last(work, row).verdict for row in rows} == {Verdict.INCONCLUSIVE}
    told = dossier.dossier(queries.dossier_contents(work.session, program), at="2026-01-01T00:00:00Z")
    assert (told["methods"]["family"], list(disagreements(told))) == ("Holm, by weight", [])
    assert drift(told["expectations"], {}).shifts == []
    service.judge_strictly(work, program, False, version=1)
    assert {last(work, row).verdict for row in rows} == {Verdict.MET}


def test_after_the_seal_another_way_to_judge_says_why_and_is_an_amendment(
    work: Work, program: Program
) -> None:
    an_enthusiastic_pool(work, program)
    service.declare(work, program, PLAN)
    seal = service.seal(work, program)
    assert seal is not None
    assert seal.ground_rules == {"is_strict": False, "margins": [PLAN.to_json()]}
    service.declare(work, program, PLAN)
    assert queries.amendments(work.session, program.id) == []
    other = PLAN._replace(shares={"Free": 0.5, "Pro": 0.5})
    for change in (
        lambda reason: service.judge_strictly(work, program, True, version=None, reason=reason),
        lambda reason: service.declare(work, program, other, reason=reason),
        lambda reason: service.forget(work, program, PLAN.fact, reason=reason),
    ):
        with pytest.raises(Invalid, match="Say why"), work.session.begin_nested():
            change(" ")
        change("Heard in a review")
    amendments = queries.amendments(work.session, program.id)
    assert [[each["what"] for each in row.changes] for row in amendments] == [
        ["is_strict"],
        ["margins"],
        ["margins"],
    ]
    told = dossier.dossier(queries.dossier_contents(work.session, program), at="2026-01-01T00:00:00Z")
    assert list(disagreements(told)) == []
    told["amendments"].pop(1)
    assert "/amendments/1/changes/0/before" in [each.place for each in disagreements(told)]
    told["amendments"].pop(1)
    assert "/ground_rules" in [each.place for each in disagreements(told)]


def test_ground_rules_are_not_saved_over_what_nobody_saw(work: Work, program: Program) -> None:
    service.declare(work, program, PLAN, version=0)
    with pytest.raises(Stale):
        service.judge_strictly(work, program, True, version=0)


@pytest.mark.parametrize(
    "shares",
    [
        {"Free": 1.0},
        {"Free": 0.6, "Pro": 0.2},
        {"Free": 1.2, "Pro": -0.2},
        {str(each): 0.05 for each in range(20)},
    ],
)
def test_shares_that_are_no_market_are_refused(
    work: Work, program: Program, shares: dict[str, float]
) -> None:
    with pytest.raises(Invalid):
        service.declare(work, program, PLAN._replace(shares=shares))
    assert queries.ground_rules(work.session, program.id) is None


def test_a_market_has_at_most_four_facts(work: Work, program: Program) -> None:
    for number in range(4):
        service.declare(work, program, PLAN._replace(fact=f"answer.{number}"))
    service.declare(work, program, PLAN._replace(fact="answer.2", shares={"Free": 0.5, "Pro": 0.5}))
    with pytest.raises(Invalid, match="At most 4"):
        service.declare(work, program, PLAN)
    rules = service.forget(work, program, "answer.0")
    assert [each["fact"] for each in rules.margins] == ["answer.1", "answer.2", "answer.3"]
    assert rules.margins[1]["shares"] == {"Free": 0.5, "Pro": 0.5}


@pytest.mark.parametrize(("free", "recommended", "far"), [(0.8, "conditional", ["Plan"]), (0.5, "go", [])])
def test_a_go_is_not_recommended_on_people_far_from_the_market(
    work: Work, program: Program, free: float, recommended: str, far: list[str], member_client: Any
) -> None:
    """The verdicts are those of what was answered; weights stand beside."""
    an_enthusiastic_pool(work, program)
    service.declare(work, program, PLAN._replace(shares={"Free": free, "Pro": 1 - free}))
    rows = queries.board(work.session, program.id)
    assert (rows[0].verdict, board.recommended(rows), board.far(rows)) == (Verdict.MET, recommended, far)
    told = dossier.dossier(queries.dossier_contents(work.session, program), at="2026-01-01T00:00:00Z")
    assert (told["recommended"], list(disagreements(told))) == (recommended, [])
    assert drift(told["expectations"], {}).recommended == recommended
    page = member_client("viewer").get(f"/console/programs/{program.slug}/readiness").text
    assert ("those who answered are far from the market: Plan." in page) is bool(far)


def test_of_whom_nothing_is_known_nobody_is_far_from_the_market() -> None:
    found = weigh((0.0, 1.0), {uuid4(): 1.0}, {}, [PLAN])
    assert (found.n, found.left_out, found.far) == (0, 1, [])
