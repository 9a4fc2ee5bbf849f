from typing import Any

import pytest

from betaops.kernel import i18n
from betaops.readiness.caveats import flips, limits, method
from betaops.readiness.figures import Unit, about, figure, span
from betaops.readiness.verdict import Verdict, counted, tipping_point, verdict
from betaops.readiness.wording import Found, sentence

YES_NO = (0.0, 1.0)


def said(
    outcome: Any,
    *,
    as_: Verdict | None = None,
    unit: Unit = Unit.SHARE,
    convert: Any = lambda score: score,
    told: str = "",
) -> str:
    return sentence(found(outcome, as_=as_, unit=unit, convert=convert, told=told))


def found(
    outcome: Any,
    *,
    as_: Verdict | None = None,
    unit: Unit = Unit.SHARE,
    convert: Any = lambda score: score,
    told: str = "",
) -> Found:
    return Found.of(outcome, as_ or Verdict(outcome["verdict"]), unit, convert, told)


def test_met_says_the_bound_it_rests_on() -> None:
    assert said(verdict(YES_NO, (4, 56), 0.7, mode="close")) == (
        "Met: 93% from 60 people, at least 85% allowing for chance (needed 70%)."
    )


def test_not_met_says_how_good_it_can_be_at_best() -> None:
    assert said(verdict(YES_NO, (6, 58), 0.97, mode="close")) == (
        "Not met: 91% from 64 people, at most 96% allowing for chance (needed 97%)."
    )


def test_not_settled_says_who_has_not_been_there_long_enough_rather_than_that_all_are_counted() -> None:
    outcome = verdict(YES_NO, (5, 19), 0.7, mode="close")
    whole = Found.of(outcome, Verdict.INCONCLUSIVE, Unit.SHARE, lambda score: score)
    early = Found.of(outcome, Verdict.INCONCLUSIVE, Unit.SHARE, lambda score: score, not_elapsed=163)
    assert sentence(whole).endswith("Everybody in scope is counted already: it takes more testers.")
    assert sentence(early).endswith("163 testers have not been there long enough to count yet.")


def test_not_settled_says_the_range_what_would_settle_it_and_who_is_silent() -> None:
    text = said(verdict(YES_NO, (5, 19), 0.7, mode="close", waiting=26))
    assert text.startswith(
        "Not settled: 79% from 24 people, could be 60–92% (needed 70%). About 50 more would"
    )
    assert text.endswith("26 testers are silent.")


def test_a_pool_too_small_is_called_too_small() -> None:
    text = said(verdict(YES_NO, (6, 24), 0.75, waiting=3))
    assert text.endswith("The 3 silent testers are unlikely to be enough.")


def test_six_of_six_is_told_that_it_cannot_prove_seventy_percent() -> None:
    assert said(verdict(YES_NO, (0, 6), 0.7)) == (
        "Not settled: even 6 of 6 cannot prove 70%: 10 people are needed at the close, 18 to call it early."
    )


def test_nobody_yet_is_told_how_many_it_takes() -> None:
    assert said(verdict(YES_NO, (0, 0), 0.7)) == (
        "Not settled: nothing measured yet. Even if all goes well, 10 people are needed to prove it."
    )


def test_at_most_turns_the_words_round() -> None:
    assert said(verdict(YES_NO, (58, 2), 0.15, "at_most", mode="close")) == (
        "Met: 3% from 60 people, at most 11% allowing for chance (allowed 15%)."
    )


def test_a_score_is_said_in_points() -> None:
    text = said(
        verdict((0.0, 0.5, 1.0), (8, 10, 22), 0.65),
        unit=Unit.POINTS,
        convert=lambda score: 200 * score - 100,
    )
    assert "+35 from 40 people" in text
    assert "needed +30" in text


def test_a_contradiction_says_what_this_measure_says_by_itself() -> None:
    text = said(verdict(YES_NO, (4, 56), 0.7, mode="close"), as_=Verdict.CONTRADICTED)
    assert text.startswith(
        "Contradicted: another measure of this need says otherwise. By this one it is met: 93%"
    )


def test_a_count_is_said_as_a_count() -> None:
    outcome = counted(2, 0, "at_most", 40)
    assert said(outcome, unit=Unit.COUNT, told="2 blockers are open") == (
        "Not met: 2 blockers are open (allowed 0)."
    )
    assert limits(found(outcome, unit=Unit.COUNT), {}) == [
        "Counted, not estimated: it says what was found, not what is there."
    ]


def test_figures_on_either_side_of_the_line_never_look_the_same() -> None:
    assert figure(0.696, Unit.SHARE, against=0.7) == "69.6%"
    assert figure(0.5, Unit.SHARE, against=0.7) == "50%"
    assert figure(0.7, Unit.SHARE, against=0.7) == "70%"
    assert figure(-12.0, Unit.POINTS) == "−12"
    assert figure(4.25, Unit.MEAN) == "4.2"
    assert span(0.571, 0.921, Unit.SHARE) == "57–92%"
    assert span(-3, 41, Unit.POINTS) == "−3 to +41"


@pytest.mark.parametrize(
    ("number", "words"), [(3, "3"), (19, "19"), (37, "35"), (114, "110"), (3364, "3,400")]
)
def test_forecasts_are_said_as_exactly_as_they_are_meant(number: int, words: str) -> None:
    assert about(number) == words


def test_the_silent_who_could_turn_the_verdict_are_named_with_their_turning_point() -> None:
    outcome = verdict(YES_NO, (4, 56), 0.7, mode="close", waiting=40)
    point = tipping_point(outcome)
    assert point is not None
    assert point == pytest.approx((0.7 - 0.6 * outcome["low"]) / 0.4, abs=1e-6)
    lines = limits(found(outcome), {"excluded": {"anonymous": 3, "outside": 0}})
    assert any(
        line.startswith("It would fall if the 40 silent testers came out below 4")
        for line in flips(found(outcome), {})
    )
    assert any(line.startswith("3 anonymous answers were left out") for line in lines)
    assert tipping_point(verdict(YES_NO, (0, 60), 0.7, mode="close", waiting=2)) is None
    assert tipping_point(verdict(YES_NO, (6, 24), 0.75, waiting=9)) is None


def test_the_method_says_how_sure_and_among_how_many_that_is_shared() -> None:
    for mode, name in (("close", "Clopper–Pearson"), ("live", "betting")):
        text = method(found(verdict(YES_NO, (4, 56), 0.7, n_expectations=3, mode=mode)))
        assert name in text
        assert "95% confidence" in text
        assert "Judged together with others, 3 in all" in text


def test_every_sentence_speaks_the_readers_language() -> None:
    outcome = verdict(YES_NO, (4, 56), 0.7, mode="close")
    for language in i18n.available():
        with i18n.speaking(language):
            assert "60" in said(outcome)
