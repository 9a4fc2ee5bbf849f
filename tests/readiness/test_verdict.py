import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.readiness.verdict import Mode, Verdict, counted, reconciled, verdict
from tests.support.examples import examples

YES_NO = (0.0, 1.0)
FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)


def test_twenty_four_of_thirty_against_75_percent_is_not_settled() -> None:
    outcome = verdict(YES_NO, (6, 24), 0.75)
    assert outcome["verdict"] == Verdict.INCONCLUSIVE
    assert outcome["estimate"] == 0.8
    assert outcome["low"] < 0.75 < outcome["high"]
    assert outcome["more_likely"] is not None


@pytest.mark.parametrize(("threshold", "close", "early"), [(0.7, 10, 18), (0.8, 15, 29), (0.9, 31, 62)])
def test_it_takes_so_many_who_all_agree_at_the_close_and_more_before(
    threshold: float, close: int, early: int
) -> None:
    for mode, people in (("close", close), ("live", early)):
        few = verdict(YES_NO, (0, people - 1), threshold, mode=mode)
        assert few["verdict"] == Verdict.INCONCLUSIVE
        assert (few["smallest_sample"], few["smallest_early"]) == (close, early)
        assert verdict(YES_NO, (0, people), threshold, mode=mode)["verdict"] == Verdict.MET


def test_far_below_the_threshold_is_not_met() -> None:
    assert verdict(YES_NO, (12, 24), 0.9)["verdict"] == Verdict.NOT_MET


def test_no_answers_settle_nothing_and_promise_nothing() -> None:
    outcome = verdict(YES_NO, (0, 0), 0.7)
    assert outcome["verdict"] == Verdict.INCONCLUSIVE
    assert outcome["estimate"] is None
    assert (outcome["low"], outcome["high"]) == (0.0, 1.0)
    assert outcome["more_likely"] is None


def test_more_expectations_judged_together_ask_for_more_evidence() -> None:
    assert verdict(YES_NO, (0, 10), 0.7, n_expectations=1, mode="close")["verdict"] == Verdict.MET
    shared = verdict(YES_NO, (0, 10), 0.7, n_expectations=5, mode="close")
    assert shared["verdict"] == Verdict.INCONCLUSIVE
    assert shared["smallest_sample"] == 14


def test_several_levels_are_judged_by_their_mean() -> None:
    good = verdict(FIVE, (0, 0, 2, 20, 40), 0.75, mode="close")
    assert good["method"] == "dirichlet"
    assert good["verdict"] == Verdict.MET
    assert verdict(FIVE, (10, 10, 10, 5, 2), 0.75, mode="close")["verdict"] == Verdict.NOT_MET
    early = verdict(FIVE, (0, 0, 2, 20, 140), 0.75)
    assert (early["method"], early["verdict"]) == ("betting", Verdict.MET)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=5), st.floats(0.05, 0.95), st.sampled_from(Mode))
def test_the_range_lies_on_the_side_that_the_verdict_says(
    counts: list[int], threshold: float, mode: Mode
) -> None:
    outcome = verdict(FIVE, counts, threshold, mode=mode, n_expectations=3)
    sides = (outcome["low"] > threshold + 1e-6, outcome["high"] < threshold - 1e-6)
    if any(sides):
        assert outcome["verdict"] == (Verdict.MET if sides[0] else Verdict.NOT_MET)
    if outcome["verdict"] == Verdict.MET:
        assert outcome["low"] >= threshold - 1e-6
    if outcome["verdict"] == Verdict.NOT_MET:
        assert outcome["high"] <= threshold + 1e-6


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=5), st.floats(0.05, 0.95))
def test_what_is_called_early_is_called_at_the_close(counts: list[int], threshold: float) -> None:
    early = verdict(FIVE, counts, threshold)["verdict"]
    if early != Verdict.INCONCLUSIVE:
        assert verdict(FIVE, counts, threshold, mode="close")["verdict"] == early


@settings(max_examples=examples(60))
@given(st.integers(0, 80), st.integers(0, 80), st.floats(0.05, 0.95))
def test_at_most_is_at_least_seen_from_the_other_side(yes: int, no: int, threshold: float) -> None:
    at_most = verdict(YES_NO, (no, yes), threshold, "at_most")
    at_least = verdict(YES_NO, (yes, no), 1 - threshold, "at_least")
    assert at_most["verdict"] == at_least["verdict"]
    assert at_most["low"] == pytest.approx(1 - at_least["high"], abs=1e-6)


@settings(max_examples=examples(20))
@given(st.lists(st.sampled_from(FIVE), min_size=1, max_size=60), st.randoms())
def test_the_order_in_which_people_answered_changes_nothing(scores: list[float], random: object) -> None:
    random.shuffle(again := list(scores))  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert verdict(FIVE, _counts(scores), 0.7) == verdict(FIVE, _counts(again), 0.7)


@settings(max_examples=examples(40))
@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.1, 0.9))
def test_a_better_answer_never_makes_a_verdict_worse(no: int, yes: int, threshold: float) -> None:
    rank = {Verdict.NOT_MET: 0, Verdict.INCONCLUSIVE: 1, Verdict.MET: 2}
    before = verdict(YES_NO, (no, yes), threshold)
    after = verdict(YES_NO, (no - 1, yes + 1), threshold)
    assert rank[Verdict(after["verdict"])] >= rank[Verdict(before["verdict"])]


@pytest.mark.parametrize("n", [11, 25])
def test_one_look_at_a_truth_on_the_threshold_is_wrong_in_at_most_5_of_100(n: int) -> None:
    chance = [math.comb(n, yes) * 0.7**yes * 0.3 ** (n - yes) for yes in range(n + 1)]
    said = [verdict(YES_NO, (n - yes, yes), 0.7, mode="close")["verdict"] for yes in range(n + 1)]
    for wrong in (Verdict.MET, Verdict.NOT_MET):
        assert 0 < sum(each for each, word in zip(chance, said, strict=True) if word == wrong) <= 0.05


def test_silent_people_who_could_settle_it_are_reckoned_with() -> None:
    few = verdict(YES_NO, (5, 19), 0.7, waiting=5)
    many = verdict(YES_NO, (5, 19), 0.7, waiting=200)
    assert few["settles"] is not None
    assert many["settles"] is not None
    assert few["settles"] < many["settles"]


def test_a_count_is_met_or_not_unless_nobody_was_looking() -> None:
    assert counted(0, 0, "at_most", 40)["verdict"] == Verdict.MET
    assert counted(2, 0, "at_most", 40)["verdict"] == Verdict.NOT_MET
    assert counted(0, 0, "at_most", 0)["verdict"] == Verdict.INCONCLUSIVE
    assert counted(1, 0, "at_most", 0)["verdict"] == Verdict.NOT_MET


@pytest.mark.parametrize(
    ("said", "together"),
    [
        (["met", "not_met"], ["contradicted", "contradicted"]),
        (["met", "inconclusive", "not_met"], ["contradicted", "inconclusive", "contradicted"]),
        (["met", "met", "inconclusive"], ["met", "met", "inconclusive"]),
        (["not_met", "inconclusive"], ["not_met", "inconclusive"]),
        ([], []),
    ],
)
def test_measures_of_one_need_that_disagree_contradict_each_other(
    said: list[str], together: list[str]
) -> None:
    assert reconciled(said) == together


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 1.2},
        {"confidence": 0.4},
        {"confidence": 1.0},
        {"n_expectations": 0},
        {"levels": (0.0, 3.0)},
        {"levels": (0.0, 0.0)},
        {"counts": (3, 4, 5)},
        {"counts": (3, -1)},
        {"direction": "sideways"},
        {"mode": "sometimes"},
    ],
)
def test_what_cannot_be_judged_is_refused(wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {"levels": YES_NO, "counts": (3, 4), "threshold": 0.7} | wrong
    with pytest.raises(ValueError):  # noqa: PT011  # each says its own sentence
        verdict(**arguments)  # type: ignore[arg-type]


def _counts(scores: Sequence[float]) -> list[int]:
    return [scores.count(level) for level in FIVE]
