"""How adoption and retention go day by day: what is counted, what is drawn, and that it decides nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from betaops.kernel import ids
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import course, measures, queries, service
from betaops.readiness.board import Row
from betaops.readiness.measures import Sample
from tests.factories.programs import a_program
from tests.factories.readiness import an_expectation, some_testers, some_use
from tests.readiness.test_pages import address

Client = Callable[..., Any]

DOING: dict[str, Any] = {"event": "exported", "times": 2, "days": 7}


@pytest.fixture
def program(work: Work) -> Program:
    return a_program(work, capacity=300)


def waits(
    work: Work, program: Program, kind: str, parameters: dict[str, object]
) -> tuple[tuple[int, int, int], ...]:
    measure = measures.named(kind)
    found = queries.scope(work.session, program, today=work.now.date())
    return measure.sample(work.session, found, measure.read(parameters)).waits


def test_adoption_happens_on_the_day_of_the_last_time_that_is_asked_for(work: Work, program: Program) -> None:
    early, slow, late, _never = some_testers(work, program, 4)
    began = work.now.date()
    some_use(work, program, early, "exported", 5, began)
    some_use(work, program, slow, "exported", 1, began + timedelta(days=1))
    some_use(work, program, slow, "exported", 1, began + timedelta(days=4))
    some_use(work, program, late, "exported", 2, began + timedelta(days=8))
    work.now += timedelta(days=20)
    assert waits(work, program, "adoption", DOING) == ((1, 1, 0), (5, 1, 0), (7, 0, 2))


def test_whose_days_are_not_over_is_watched_until_yesterday(work: Work, program: Program) -> None:
    _waiting, today, new = some_testers(work, program, 3)
    began = work.now.date()
    some_use(work, program, today, "exported", 2, began + timedelta(days=3))
    work.now += timedelta(days=3)
    new.activated_at = work.now
    work.session.flush()
    assert waits(work, program, "adoption", DOING) == ((3, 0, 2),)


def test_what_somebody_did_before_they_came_is_no_adoption(work: Work, program: Program) -> None:
    (person,) = some_testers(work, program, 1)
    some_use(work, program, person, "exported", 2, work.now.date() - timedelta(days=2))
    work.now += timedelta(days=8)
    assert waits(work, program, "adoption", DOING) == ((7, 0, 1),)


def test_who_stays_away_for_a_week_is_gone_from_the_day_after(work: Work, program: Program) -> None:
    stays, back, almost, _never = some_testers(work, program, 4)
    began = work.now.date()
    for day in range(0, 28, 7):
        some_use(work, program, stays, "opened", 1, began + timedelta(days=day))
    for day in (2, 10):
        some_use(work, program, back, "opened", 1, began + timedelta(days=day))
    for day in (2, 9):
        some_use(work, program, almost, "opened", 1, began + timedelta(days=day))
    work.now += timedelta(days=28)
    assert waits(work, program, "retention", {"days": 14}) == ((0, 1, 0), (3, 1, 0), (10, 1, 0), (14, 0, 1))


def test_nobody_is_gone_before_a_whole_week_could_be_seen(work: Work, program: Program) -> None:
    some_testers(work, program, 2)
    work.now += timedelta(days=6)
    assert waits(work, program, "retention", {"days": 14}) == ()
    work.now += timedelta(days=1)
    assert waits(work, program, "retention", {"days": 14}) == ((0, 2, 0),)


def test_a_reading_keeps_the_counts_and_gives_them_back() -> None:
    found = Sample((0.0, 1.0), (1, 2), 3, waits=((1, 2, 0), (7, 0, 1)))
    assert Sample.of_json(found.to_json()) == found
    assert "waits" not in Sample((0.0, 1.0), (1, 2), 3).to_json()


def test_an_adoption_rises_from_nobody_and_a_retention_falls_from_everybody() -> None:
    told = {"waits": [[1, 2, 0], [5, 1, 1], [7, 0, 6]], "excluded": {"not_elapsed": 1}}
    risen = course.of_reading(measures.named("adoption"), told, 0.95)
    fallen = course.of_reading(measures.named("retention"), told, 0.95)
    assert risen is not None
    assert fallen is not None
    assert [(each.x, round(each.y, 3), each.people) for each in risen.points] == [
        (1, 0.2, 10),
        (5, 0.3, 8),
        (7, 0.3, 6),
    ]
    assert [(each.x, each.y) for each in risen.corners][:4] == [
        (0, 0.0), (1, 0.0), (1, pytest.approx(0.2)), (5, pytest.approx(0.2)),
    ]  # fmt: skip
    assert [(up.y, up.low, up.high) for up in risen.points] == [
        pytest.approx((1 - down.y, 1 - down.high, 1 - down.low)) for down in fallen.points
    ]
    assert any("not in the verdict" in line for line in risen.lines)


def test_a_long_course_is_drawn_with_few_points_and_its_last_day() -> None:
    told = {"waits": [[day, 1, 0] for day in range(1, 366)]}
    found = course.of_reading(measures.named("adoption"), told, 0.95)
    assert found is not None
    assert len(found.points) <= course.MOST_POINTS
    assert found.points[-1].x == 365


def test_what_is_no_matter_of_days_has_no_course() -> None:
    assert course.of_reading(measures.named("csat"), {}, 0.95) is None
    assert course.of_reading(measures.named("adoption"), {}, 0.95) is None


def test_the_course_stands_under_its_expectation_with_its_numbers(
    work: Work, program: Program, member_client: Client
) -> None:
    people = some_testers(work, program, 4)
    for person, day in zip(people, (0, 0, 3), strict=False):
        some_use(work, program, person, "exported", 2, work.now.date() - timedelta(days=20 - day))
    for person in people:
        person.activated_at = work.now - timedelta(days=20)
    work.session.flush()
    row = an_expectation(work, program, "adoption", parameters=DOING, threshold=0.5)
    client = member_client()
    for page in ("/readiness", f"/readiness/expectations/{ids.encode('exp', row.id)}"):
        text = client.get(address(program, page)).text
        assert "Share who had done it by the end of each day" in text
        assert "It decides nothing." in text


def test_the_curve_moves_no_verdict(work: Work, program: Program) -> None:
    """The verdict goes by those whose days are over, also where the curve has others."""
    done, _waiting = some_testers(work, program, 2)
    some_use(work, program, done, "exported", 2, work.now.date())
    work.now += timedelta(days=3)
    row = an_expectation(work, program, "adoption", parameters=DOING, threshold=0.5)
    service.take_readings(work, program)
    found = Row(row, queries.latest_readings(work.session, program.id)[row.id])
    assert found.course is not None
    assert (found.reading.n if found.reading else None, found.course.points[-1].people) == (0, 1)
