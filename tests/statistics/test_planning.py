import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.statistics.intervals import clopper_pearson
from betaops.statistics.planning import (
    answers_needed,
    chance_of_proof,
    chance_to_meet,
    largest_unseen,
    smallest_perfect_sample,
)


@pytest.mark.parametrize(
    ("threshold", "error", "people"), [(0.7, 0.05, 9), (0.7, 0.04, 10), (0.8, 0.04, 15), (0.9, 0.04, 31)]
)
def test_six_of_six_cannot_prove_seventy_percent(threshold: float, error: float, people: int) -> None:
    assert smallest_perfect_sample(threshold, error) == people


@given(st.floats(0.05, 0.99), st.floats(0.001, 0.3))
def test_the_smallest_sample_proves_it_and_one_fewer_does_not(threshold: float, error: float) -> None:
    people = smallest_perfect_sample(threshold, error)
    assert people is not None
    assert clopper_pearson(people, people, error).low >= threshold - 1e-9
    assert people == 1 or clopper_pearson(people - 1, people - 1, error).low < threshold + 1e-9


def test_no_sample_proves_that_all_do() -> None:
    assert smallest_perfect_sample(1.0, 0.05) is None
    assert smallest_perfect_sample(0.0, 0.05) == 1


@pytest.mark.parametrize(("threshold", "truth"), [(0.7, 0.8), (0.7, 0.9), (0.9, 0.97)])
def test_the_answers_needed_keep_their_power_from_there_on(threshold: float, truth: float) -> None:
    needed = answers_needed(threshold, truth, 0.05)
    assert needed is not None
    assert chance_of_proof(threshold, truth, 0.05, needed - 1) < 0.8
    assert all(chance_of_proof(threshold, truth, 0.05, n) >= 0.8 for n in range(needed, needed + 30))


def test_what_is_not_better_than_the_threshold_cannot_be_proven_better() -> None:
    assert answers_needed(0.7, 0.7, 0.05) is None
    assert answers_needed(0.7, 0.6, 0.05) is None
    assert answers_needed(0.7, 0.7001, 0.05) is None


def test_at_the_threshold_the_chance_of_a_false_proof_stays_within_the_error() -> None:
    for n in range(5, 120):
        assert chance_of_proof(0.7, 0.7, 0.05, n) <= 0.05


def test_thirty_testers_meet_a_five_percent_problem_in_79_of_100_programs() -> None:
    assert chance_to_meet(0.05, 30) == pytest.approx(0.785, abs=5e-4)
    assert chance_to_meet(0.05, 59) == pytest.approx(0.951, abs=1e-3)
    assert largest_unseen(30, 0.05) == pytest.approx(0.095, abs=5e-4)
    assert largest_unseen(0, 0.05) == 1.0


def test_five_people_meet_the_usual_problem_in_84_of_100_studies() -> None:
    """Nielsen and Landauer (1993): a problem strikes 31 % of users on average."""
    assert chance_to_meet(0.31, 5) == pytest.approx(0.8436, abs=5e-5)


@pytest.mark.parametrize("people", [30, 100, 300])
def test_what_nobody_met_strikes_at_most_three_in_their_number(people: int) -> None:
    """The rule of three (Hanley and Lippman-Hand 1983)."""
    assert largest_unseen(people, 0.05) == pytest.approx(3 / people, rel=0.06)
    assert largest_unseen(people, 0.05) < 3 / people
