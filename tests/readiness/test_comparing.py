from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from betaops.enrollment.models import Enrollment, Identity
from betaops.enrollment.service import testers
from betaops.kernel import ids
from betaops.kernel.errors import Invalid
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.figures import Unit
from betaops.readiness.judging.comparing import Finding, compare, sentence
from betaops.readiness.judging.market import Weighed
from betaops.readiness.verdict import Direction
from betaops.surveys.models import Survey
from betaops.tasks import service as tasks
from betaops.usage import service as usage
from betaops.usage.capture import Captured
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey, an_expectation, some_testers, top_box

Client = Callable[..., Any]
UP = Direction.AT_LEAST


def people(*scores: float) -> dict[UUID, float]:
    return {uuid4(): score for score in scores}


def test_two_shares_of_different_people_differ_and_nobody_says_why() -> None:
    """Newcombe 1998, table II (a): 56 of 70 and 48 of 80."""
    found = compare(people(*[1.0] * 48, *[0.0] * 32), people(*[1.0] * 56, *[0.0] * 14), UP)
    assert (found.finding, found.is_matched, found.shared) == (Finding.HIGHER, False, 0)
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.2)
    assert sentence(found, Unit.SHARE, (0, 1)) == (
        "60%, then 80%: +20 points (+8 points to +31 points). The mix of people is not matched, so it may be them. "
        "80 people before and 70 after, 0 of them in both."
    )


@pytest.mark.parametrize(
    ("direction", "finding"), [(Direction.AT_LEAST, Finding.BETTER), (Direction.AT_MOST, Finding.WORSE)]
)
def test_the_same_people_can_get_better_or_worse(direction: Direction, finding: Finding) -> None:
    before = people(*[0.25] * 6, *[0.5] * 6)
    after = {tester: score + (0.5 if at % 3 else 0.25) for at, (tester, score) in enumerate(before.items())}
    found = compare(before, after, direction)
    assert (found.finding, found.is_matched, found.shared) == (finding, True, 12)


def test_weights_match_the_mix_and_can_take_a_difference_away() -> None:
    before, after = people(*[1.0] * 20, *[0.0] * 20), people(*[1.0] * 36, *[0.0] * 4)
    levels = ((0.0, 1.0), (0.0, 1.0))
    alike = Weighed(counts=(10, 20)), Weighed(counts=(9, 21))
    better = Weighed(counts=(20, 10)), Weighed(counts=(4, 26))
    same = compare(before, after, UP, alike, levels)
    assert same.finding is Finding.SAME
    assert sentence(same, Unit.SHARE, (0, 1)).startswith(
        "No difference shown with the mix of people matched: 50%"
    )
    assert compare(before, after, UP, better, levels).finding is Finding.BETTER
    refused = Weighed(counts=(20, 10)), Weighed(refused="few")
    assert compare(before, after, UP, refused, levels).finding is Finding.HIGHER


def test_one_answer_is_too_few_to_compare() -> None:
    found = compare(people(1.0), people(0.75, 0.5), UP)
    assert found.finding is Finding.TOO_FEW
    assert sentence(found, Unit.SHARE, (0, 1)).startswith("Too few answered to compare")


def test_a_small_difference_is_none_that_is_shown() -> None:
    found = compare(people(*[0.5, 0.75] * 8), people(*[0.5, 0.75, 0.75] * 5), UP)
    assert found.finding is Finding.SAME
    assert sentence(found, Unit.MEAN, (1, 5)).startswith(
        "No difference shown: 3.5, then 3.7; it may be −0.1 to +0.5."
    )


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, capacity=300)


def in_wave(work: Work, survey: Survey, whom: list[Enrollment], wave: int, rating: int) -> None:
    for each in whom:
        a_response(work, survey, each, **{"import": rating}).wave = wave  # type: ignore[arg-type]  # answers by name
    work.session.flush()


def uses(work: Work, program: Program, whom: Enrollment, build: str) -> None:
    distinct_id = str(whom.tester_id)
    if work.session.scalar(select(Identity.id).where(Identity.distinct_id == distinct_id)) is None:
        testers.link_identity(work, whom.tester_id, distinct_id)
    event = Captured(uuid4(), distinct_id, "opened", work.now, {"$app_version": build})
    usage.take(work, program.product_id, [event])
    work.session.flush()


def test_an_expectation_can_be_about_one_wave(work: Work, program: Program) -> None:
    survey, crowd = a_survey(work, program), some_testers(work, program, 20)
    in_wave(work, survey, crowd, 1, 2)
    in_wave(work, survey, crowd, 2, 5)
    row = an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.7, wave=2)
    reading = queries.latest_readings(work.session, program.id)[row.id]
    assert (reading.verdict, reading.n, reading.estimate) == ("met", 20, 1.0)
    with pytest.raises(Invalid, match="one wave"):
        an_expectation(work, program, "participation", threshold=0.5, wave=2)


def test_an_expectation_about_a_build_counts_what_came_while_testers_used_it(
    work: Work, program: Program
) -> None:
    survey, (ana, bob, cem) = a_survey(work, program), some_testers(work, program, 3)
    uses(work, program, ana, "2.0.9")
    uses(work, program, bob, "2.0.9")
    a_response(work, survey, ana, at=work.now + timedelta(hours=1), **{"import": 1})  # type: ignore[arg-type]  # by name
    work.now += timedelta(days=1)
    uses(work, program, bob, "2.0.10")
    a_response(work, survey, bob, at=work.now + timedelta(hours=1), **{"import": 5})  # type: ignore[arg-type]  # by name
    a_response(work, survey, cem, at=work.now, **{"import": 5})  # type: ignore[arg-type]  # answers by name
    work.now += timedelta(days=1)

    def read(build: str) -> tuple[int, float | None, int]:
        row = an_expectation(
            work, program, "survey_share", parameters=top_box(survey), threshold=0.7, build=build
        )
        reading = queries.latest_readings(work.session, program.id)[row.id]
        return reading.n, reading.estimate, reading.outcome["waiting"]

    assert read("2.0.9") == (1, 0.0, 1)
    assert read("2.0.10") == (1, 1.0, 0)
    assert [tuple(each) for each in queries.builds(work.session, program.product_id)] == [
        ("2.0.9", 2),
        ("2.0.10", 1),
    ]


def test_a_build_is_what_was_announced_however_the_product_spells_it(work: Work, program: Program) -> None:
    survey, (ana, bob) = a_survey(work, program), some_testers(work, program, 2)
    tasks.add_build(work, program.product_id, name="Autumn preview", app_version="2.1")
    tasks.add_build(work, program.product_id, name="2.2")
    uses(work, program, ana, "v2.1.0")
    uses(work, program, bob, "2.0")
    for each in (ana, bob):
        a_response(work, survey, each, at=work.now + timedelta(hours=1), **{"import": 5})  # type: ignore[arg-type]  # by name
    assert [tuple(each) for each in queries.builds(work.session, program.product_id)] == [
        ("2.0", 1),
        ("Autumn preview", 1),
        ("2.2", 0),
    ]
    assert {each.name for each in queries.moments(work.session, program)} == {"2.0", "Autumn preview"}
    work.now += timedelta(days=1)
    row = an_expectation(
        work, program, "survey_share", parameters=top_box(survey), threshold=0.7, build="Autumn preview"
    )
    assert queries.latest_readings(work.session, program.id)[row.id].n == 1


def test_two_waves_stand_side_by_side_on_a_page(work: Work, program: Program, member_client: Client) -> None:
    survey, crowd = a_survey(work, program), some_testers(work, program, 20)
    row = an_expectation(work, program, "survey_share", parameters=top_box(survey), threshold=0.7)
    client, place = member_client(), f"/console/programs/{program.slug}/readiness/compare"
    assert "There is only one time so far" in client.get(place).text
    in_wave(work, survey, crowd[:4], 1, 5)
    in_wave(work, survey, crowd[4:], 1, 2)
    in_wave(work, survey, crowd, 2, 5)
    page = client.get(place).text
    assert "20%, then 100%: with the mix of people matched +80 points" in page
    assert "20 people before and 20 after, 20 of them in both" in page
    assert f"/readiness#e-{row.id}" in page
    assert "Choose two different times" in client.get(f"{place}?before=wave:1&after=wave:1").text
    assert client.get(f"{place}?before=wave:99&after=build:x").status_code == 200
    form = f"/console/programs/{program.slug}/readiness/expectations/{ids.encode('exp', row.id)}"
    assert "Of which wave?" in client.get(form).text
