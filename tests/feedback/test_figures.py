"""What reports add up to, as plain values."""

from datetime import UTC, date, datetime, timedelta

import pytest

from betaops.feedback.figures import WEEKS, Figures, Flow, Move, Slice, Waits, flow_of, waits, weeks

TODAY = date(2026, 3, 4)  # a Wednesday
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("former", "state", "expected"),
    [
        (None, "new", Flow.CAME),
        ("new", "triaged", None),
        ("triaged", "fixed", Flow.SETTLED),
        ("new", "duplicate", Flow.SETTLED),
        ("fixed", "closed", None),
        ("fixed", "triaged", Flow.REOPENED),
        ("duplicate", "triaged", Flow.REOPENED),
    ],
)
def test_a_step_adds_to_the_pile_takes_from_it_or_neither(former, state, expected):
    assert flow_of(former, state) is expected


def test_weeks_begin_on_monday_and_quiet_ones_are_there_too():
    found = weeks([Move(NOW, None, "new", 8.0), Move(NOW - timedelta(days=3), "new", "fixed", 2.0)], TODAY)
    assert len(found) == WEEKS
    assert [week.starts_on for week in found[-2:]] == [date(2026, 2, 23), date(2026, 3, 2)]
    assert (found[-1].came, found[-1].came_weight, found[-1].settled) == (1, 8.0, 0)
    assert (found[-2].came, found[-2].settled, found[-2].settled_weight) == (0, 1, 2.0)
    assert not any(week.came or week.settled or week.reopened for week in found[:-2])


def test_what_lies_before_the_first_week_is_in_none():
    found = weeks([Move(NOW - timedelta(days=7 * WEEKS), None, "new", 1.0)], TODAY)
    assert sum(week.came for week in found) == 0


def test_waits_are_told_by_the_middle_one_and_the_one_in_ten():
    assert waits([float(hour) for hour in range(1, 11)], 3) == Waits(10, 3, 5.0, 9.0)
    assert waits([7.0], 0) == Waits(1, 0, 7.0, 7.0)
    assert waits([], 2) == Waits(0, 2, None, None)


def test_figures_are_the_same_after_they_were_kept():
    figures = Figures(
        kinds=[Slice("blocker", "bug", 3, 2, 2, 16.0)],
        cohorts=[Slice("coh_1", "iOS", 3, 2, 2, 16.0, people=6)],
        weeks=weeks([Move(NOW, None, "new", 8.0)], TODAY),
        waits=Waits(1, 0, 2.0, 2.0),
        outcomes=4,
        told=3,
        stale=1,
    )
    assert Figures.of_json(figures.to_json()) == figures
    assert figures.cohorts[0].per_hundred == 50
    assert figures.kinds[0].per_hundred is None
