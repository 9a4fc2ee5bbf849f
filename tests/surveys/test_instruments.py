"""Published measures: their own worked examples, their shapes, and what people leave out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys.checking import check, problems
from betaops.surveys.instruments import (
    INSTRUMENTS,
    Reading,
    kano,
    maxdiff,
    placed,
    prices,
    usability,
    workload,
)
from betaops.surveys.instruments.base import Item
from betaops.surveys.reading import read

OWN = "x-betaops"


def survey(element: dict[str, Any]) -> dict[str, Any]:
    return {"elements": [element]}


def marked(name: str, **element: Any) -> dict[str, Any]:
    return {"name": "m", OWN: {"instrument": name}, **element}


def matrix(name: str, rows: int, columns: int) -> dict[str, Any]:
    return marked(
        name, type="matrix", rows=[f"r{at}" for at in range(rows)], columns=list(range(1, columns + 1))
    )


def scored(element: dict[str, Any], *answers: tuple[Any, int]) -> Reading:
    [where] = placed(read(survey(element)))
    return where.instrument.read(where.items, answers)


def rating(name: str, low: int, high: int) -> dict[str, Any]:
    return marked(name, type="rating", rateMin=low, rateMax=high)


def choice(name: str, count: int) -> dict[str, Any]:
    return marked(name, type="radiogroup", choices=[f"c{at}" for at in range(count)])


def question(name: str, **options: Any) -> dict[str, Any]:
    return {"type": "text", "inputType": "number", "name": name, **options}


FACTORS = ["mental", "physical", "temporal", "performance", "effort", "frustration"]
TLX: dict[str, Any] = marked(
    "nasa_tlx",
    type="panel",
    elements=[
        {"type": "rating", "name": name, "rateMin": 0, "rateMax": 100, "rateStep": 5} for name in FACTORS
    ],
)
PAIRS = [(one, other) for at, one in enumerate(FACTORS) for other in FACTORS[at + 1 :]]
TLX_PAIRS = {
    **TLX,
    "elements": [
        *TLX["elements"],
        *({"type": "radiogroup", "name": f"{one}_{other}", "choices": [one, other]} for one, other in PAIRS),
    ],
}
BEST_WORST: dict[str, Any] = marked(
    "maxdiff",
    type="panel",
    elements=[
        {"type": "matrix", "name": f"set{at}", "rows": ["best", "worst"], "columns": columns}
        for at, columns in enumerate((["a", "b", "c"], ["b", "c", "d"]))
    ],
)
PRICES: dict[str, Any] = marked(
    "van_westendorp",
    type="panel",
    elements=[question(name) for name in ("too_cheap", "cheap", "expensive", "too_expensive")],
)
FITTING = {
    "nps": rating("nps", 0, 10),
    "csat": rating("csat", 1, 5),
    "ces": rating("ces", 1, 7),
    "sus": matrix("sus", 10, 5),
    "umux_lite": matrix("umux_lite", 2, 7),
    "pmf": choice("pmf", 3),
    "nasa_tlx": TLX,
    "kano": matrix("kano", 2, 5),
    "maxdiff": BEST_WORST,
    "van_westendorp": PRICES,
}


def test_every_instrument_has_a_shape_that_can_be_published() -> None:
    assert set(FITTING) == set(INSTRUMENTS)
    for name, element in FITTING.items():
        definition = read(survey(element))
        assert problems(definition) == [], name
        assert [each.instrument.name for each in placed(definition)] == [name]


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (rating("nps", 1, 10), "eleven steps 0 to 10"),
        (choice("nps", 11), "eleven steps"),
        (rating("csat", 1, 6), "five or seven steps"),
        (choice("csat", 5), "five or seven steps"),
        (marked("csat", type="rating", rateValues=[5, 4, 3, 2, 1]), "the best last"),
        (rating("ces", 1, 5), "seven steps"),
        (matrix("sus", 9, 5), "ten statements"),
        (matrix("sus", 10, 7), "five steps"),
        (marked("sus", type="matrix", rows=list("abcdefghij"), columns=[5, 4, 3, 2, 1]), "must rise"),
        (matrix("umux_lite", 3, 7), "two statements"),
        (choice("pmf", 2), "three answers"),
        (marked("pmf", type="comment"), "three answers"),
        ({**TLX, "elements": TLX["elements"][:5]}, "six ratings"),
        ({**TLX_PAIRS, "elements": TLX_PAIRS["elements"][:-1]}, "six ratings"),
        ({**TLX_PAIRS, "elements": [*TLX_PAIRS["elements"][:-1], TLX_PAIRS["elements"][6] | {"name": "again"}]},
         "none twice"),
        (matrix("nasa_tlx", 6, 7), "21 steps"),
        (matrix("kano", 2, 4), "five answers"),
        (matrix("maxdiff", 3, 5), "best and then worst"),
        ({**PRICES, "elements": PRICES["elements"][:3]}, "four number questions"),
        (marked("van_westendorp", type="panel", elements=[{"type": "text", "name": "a"}]), "kind that it cannot"),
        (marked("sus", type="matrix", cellType="checkbox", rows=["a"], columns=["b"]), "one answer, not several"),
        (rating("happiness", 1, 5), "instrument happiness, which is not known"),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_instrument_is_named_before_publishing(
    element: dict[str, Any], words: str
) -> None:
    [finding] = [each for each in check(read(survey(element))) if each.code == "instrument_misfit"]
    assert words in finding.message
    assert finding.is_blocking
    assert (finding.name, finding.place) == ("m", ("elements", 0))
    assert placed(read(survey(element))) == []


def test_the_nps_of_15_promoters_12_passives_9_detractors() -> None:
    answers = [(["10"], 9), (["9"], 6), (["8"], 7), (["7"], 5), (["6"], 4), (["0"], 5), ([None], 3)]
    reading = scored(FITTING["nps"], *answers)
    assert (reading.n, reading.left_out) == (36, 3)
    assert reading.scores[0].value == pytest.approx(100 / 6)
    assert [bar.value for bar in reading.bars] == [15, 12, 9]
    # Rocks (2016), by hand: three more answers, ¾ of them promoters, ¾ detractors.
    centre = 6 / 39
    half = 1.6448536 * ((25.5 / 39 - centre**2) / 39) ** 0.5
    assert reading.scores[0].low == pytest.approx(100 * (centre - half), abs=1e-4)
    assert reading.scores[0].high == pytest.approx(100 * (centre + half), abs=1e-4)


def test_csat_is_the_share_of_the_two_best() -> None:
    reading = scored(FITTING["csat"], (["5"], 30), (["4"], 20), (["3"], 10), (["1"], 4))
    share, mean = reading.scores
    assert (share.value, share.label) == (50 / 64, "CSAT")
    assert mean.value == pytest.approx(264 / 64)
    assert share.low < share.value < share.high


def test_ces_is_the_mean_and_how_many_agree_at_all() -> None:
    reading = scored(FITTING["ces"], (["7"], 4), (["5"], 4), (["4"], 1), (["2"], 1))
    mean, share = reading.scores
    assert (mean.value, share.value) == (5.4, 0.8)
    assert mean.high <= 7


def test_product_market_fit_leaves_out_who_no_longer_uses_it() -> None:
    """51 % of 731 Slack users (Shah 2015): above 40 % whatever chance did; who had left does not count."""
    reading = scored(choice("pmf", 4), (["c0"], 373), (["c1"], 258), (["c2"], 100), (["c3"], 50))
    assert (reading.n, reading.left_out) == (731, 50)
    assert round(reading.scores[0].value, 2) == 0.51
    assert "Above 40%" in reading.verdict
    assert "either side" in scored(choice("pmf", 3), (["c0"], 4), (["c2"], 6)).verdict


def test_brookes_own_sus_form_scores_55() -> None:
    """Brooke (1996), "SUS: a quick and dirty usability scale": the filled-in form, 22 × 2.5."""
    assert usability.sus([5, 4, 2, 1, 2, 3, 2, 4, 5, 2]) == 55
    assert usability.sus([5, 1] * 5) == 100
    assert usability.sus([1, 5] * 5) == 0


def test_a_mean_sus_has_students_range() -> None:
    """Twelve scores with mean 82.9 and s = 13.5: 74.3 to 91.5 at 95 % with t = 2.201; here at 90 % with 1.796."""
    from betaops.statistics.means import summary, t_range

    scores = dict.fromkeys([90, 77.5, 72.5, 62.5, 57.5, 100, 80, 82.5, 87.5], 1) | {95: 3}
    n, mean, variance = summary(scores)
    assert (n, round(mean, 1), round(variance**0.5, 1)) == (12, 82.9, 13.5)
    found = t_range(scores, 0.025)
    assert found is not None
    assert (round(found.low, 1), round(found.high, 1)) == (74.3, 91.5)


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A+"), (84.1, "A+"), (84.0, "A"), (80.3, "A−"), (78.8, "B+"), (74.1, "B"), (72.6, "B−"), (72.5, "C+"),
     (68, "C"), (65.0, "C"), (64.9, "C−"), (62.6, "D"), (51.7, "D"), (51.6, "F"), (0, "F")],
)  # fmt: skip
def test_grades_are_those_of_sauro_and_lewis(score: float, grade: str) -> None:
    assert usability.grade(score)[0] == grade


def test_sus_of_people_who_skip_a_statement_is_not_made_up() -> None:
    fine = [str(each) for each in (4, 2, 4, 2, 4, 2, 4, 2, 4, 2)]
    reading = scored(FITTING["sus"], (fine, 5), ([*fine[:9], None], 2), ([*fine[:9], "1"], 1))
    assert (reading.n, reading.left_out) == (6, 2)
    assert reading.scores[0].value == pytest.approx((5 * 75 + 77.5) / 6)
    assert reading.is_thin
    assert "B" in reading.verdict


def test_one_opinion_is_not_taken_for_certainty() -> None:
    best = [str(each) for each in (5, 1) * 5]
    score = scored(FITTING["sus"], (best, 3)).scores[0]
    assert (score.value, score.high) == (100, 100)
    assert score.low < 70


def test_umux_lite_and_the_sus_it_stands_for() -> None:
    """Lewis, Utesch and Maher (2013): (6 + 6 − 2) × 100/12 = 83.3, and 0.65 × 83.3 + 22.9 = 77.1."""
    assert usability.umux_lite([6, 6]) == pytest.approx(83.33, abs=0.01)
    assert usability.sus_of_umux_lite(usability.umux_lite([6, 6])) == pytest.approx(77.07, abs=0.01)
    reading = scored(FITTING["umux_lite"], (["6", "6"], 4), (["7", "7"], 4), (["7", None], 1))
    assert reading.scores[0].value == pytest.approx((83.333 + 100) / 2, abs=0.01)
    assert reading.left_out == 1


def test_the_weights_of_nasa_tlx_come_from_its_fifteen_pairs() -> None:
    """Hart and Staveland (1988): rating × times chosen, summed, over 15."""
    ratings, wins = [70, 20, 55, 30, 60, 40], [5, 0, 4, 3, 2, 1]
    assert workload.raw(ratings) == pytest.approx(45.83, abs=0.01)
    assert workload.weighted(ratings, wins) == pytest.approx((350 + 0 + 220 + 90 + 120 + 40) / 15)
    rank = ["mental", "temporal", "performance", "effort", "frustration", "physical"]
    chosen = [min(pair, key=rank.index) for pair in PAIRS]
    answers = [*(str(rating) for rating in ratings), *chosen]
    reading = scored(TLX_PAIRS, (answers, 2), ([*answers[:-1], None], 1), ([None, *answers[1:]], 1))
    assert [round(score.value, 2) for score in reading.scores] == [54.67, 45.83]
    assert reading.scores[0].label == "Weighted TLX, n = 2"
    assert (reading.n, reading.left_out) == (3, 1)
    assert [part.value for part in reading.parts] == ratings


def test_nasa_tlx_of_21_steps_goes_by_fives() -> None:
    reading = scored(matrix("nasa_tlx", 6, 21), (["1", "21", "11", "11", "11", "11"], 1))
    assert reading.scores[0].value == 50
    slider = marked("nasa_tlx", type="panel", elements=[question(name, min=0, max=100) for name in FACTORS])
    assert scored(slider, ([0.0, 100.0, 50.0, 50.0, 50.0, 50.0], 1)).scores[0].value == 50


def test_the_kano_table_is_bergers() -> None:
    """Berger et al. (1993), "Kano's methods for understanding customer-defined quality", figure 5."""
    like, must, neutral, live, dislike = range(5)
    assert kano.category(like, dislike) == "O"
    assert {kano.category(like, each) for each in (must, neutral, live)} == {"A"}
    assert {kano.category(each, dislike) for each in (must, neutral, live)} == {"M"}
    assert kano.category(like, like) == kano.category(dislike, dislike) == "Q"
    assert {kano.category(each, like) for each in (must, neutral, live, dislike)} == {"R"}
    assert {kano.category(a, b) for a in (must, neutral, live) for b in (must, neutral, live)} == {"I"}


@pytest.mark.parametrize(
    ("shares", "letter", "better", "worse"),
    [
        # Sauerwein, Bailom, Matzler and Hinterhuber (1996), the ski survey: edge grip, ease of turn.
        ({"A": 7.0, "O": 32.3, "M": 49.3, "I": 9.5, "R": 0.3, "Q": 1.5}, "M", 0.40, -0.83),
        ({"A": 10.4, "O": 45.1, "M": 30.5, "I": 11.5, "R": 1.2, "Q": 1.2}, "O", 0.57, -0.78),
    ],
)
def test_the_coefficients_of_the_ski_survey(
    shares: dict[str, float], letter: str, better: float, worse: float
) -> None:
    assert kano.leading(shares) == letter
    found = kano.coefficients(shares)
    assert found.better / found.base == pytest.approx(better, abs=0.005)
    assert -found.worse / found.base == pytest.approx(worse, abs=0.005)


def test_a_kano_category_says_when_another_is_as_frequent() -> None:
    answers = [(["1", "5"], 9), (["1", "3"], 8), (["3", "5"], 2), (["3", None], 1)]
    reading = scored(FITTING["kano"], *answers)
    assert (reading.n, reading.left_out) == (19, 1)
    assert "not settled" in reading.verdict
    assert reading.verdict.startswith("One-dimensional")
    worse = reading.scores[2]
    assert worse.value == pytest.approx(-11 / 19)
    assert -1 <= worse.low < worse.value < worse.high <= 0
    assert "not settled" not in scored(FITTING["kano"], (["1", "5"], 30), (["1", "3"], 2)).verdict
    assert kano.leading({"M": 5, "A": 5}) == "M"


def test_maxdiff_counts_best_less_worst_over_times_shown() -> None:
    where = placed(read(survey(BEST_WORST)))[0]
    assert maxdiff.scores_of(where.items, ["a", "b", "d", "b"]) == {"a": 1, "b": -1, "c": 0, "d": 1}
    assert maxdiff.scores_of(where.items, ["a", "a", "b", "c"]) == {"b": 1, "c": -1, "d": 0}
    reading = scored(
        BEST_WORST, (["a", "b", "d", "b"], 3), (["c", "b", "c", "d"], 1), ([None, "b", "c", None], 1)
    )
    assert (reading.n, reading.left_out) == (4, 1)
    assert [(part.label, part.value) for part in reading.parts] == [
        ("a", 0.75), ("d", 0.5), ("c", 0.25), ("b", -0.875),
    ]  # fmt: skip
    assert reading.bars[0].label == "a: best 3 times, worst 0 times"


def test_the_four_price_points_lie_where_the_curves_cross() -> None:
    """By hand: one person each at 10…40 shifted by 0, 2, 4; curves cross halfway between neighbouring prices."""
    people = [(10 + at, 20 + at, 30 + at, 40 + at) for at in range(0, 31, 10)]
    meter = prices.Meter(people, [1] * 4)
    points = meter.points(meter.counts)
    # Too cheap falls 1 → 0 over 10…50, expensive rises over 30…60: at 30 they are ½ and ¼, at 40 ¼ and ½.
    assert points["pmc"] == pytest.approx(35)
    assert points["opp"] == pytest.approx(40)
    assert points["idp"] == pytest.approx(40)
    assert points["pme"] == pytest.approx(45)


def test_prices_out_of_order_are_left_out_and_ranges_hold_the_points() -> None:
    answers = [([5.0 + at % 3, 8.0 + at % 4, 12.0 + at % 5, 18.0 + at % 3], 1) for at in range(40)]
    reading = scored(PRICES, *answers, ([9.0, 8.0, 12.0, 20.0], 2), ([None, 8.0, 12.0, 20.0], 1))
    assert (reading.n, reading.left_out) == (40, 3)
    assert all(score.low <= score.value <= score.high for score in reading.scores)
    assert reading == scored(PRICES, *answers, ([9.0, 8.0, 12.0, 20.0], 3))
    assert [curve.label for curve in reading.curves] == ["Too cheap", "Cheap", "Expensive", "Too expensive"]


@given(st.lists(st.tuples(*[st.integers(1, 50)] * 4), min_size=1, max_size=25))
def test_crossings_stay_in_order_and_within_the_prices(people: list[tuple[int, ...]]) -> None:
    sound = [tuple(sorted(set(each))) for each in people]
    sound = [each for each in sound if len(each) == 4]
    if sound:
        meter = prices.Meter(sound, [1] * len(sound))
        points = meter.points(meter.counts)
        low, high = meter.prices[0], meter.prices[-1]
        assert low <= points["pmc"] <= points["idp"] <= points["pme"] <= high
        assert points["pmc"] <= points["opp"] <= points["pme"]


@given(st.data())
def test_nothing_that_was_answered_makes_a_reading_fall_over(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FITTING)))
    [where] = placed(read(survey(FITTING[name])))

    def cell(item: Item) -> st.SearchStrategy[Any]:
        codes = st.sampled_from([code for code, _label in item.codes]) if item.codes else st.floats(0, 1e6)
        return st.none() | codes | st.just("gone")

    person = st.tuples(st.tuples(*map(cell, where.items)), st.integers(1, 9))
    answers = data.draw(st.lists(person, max_size=6))
    reading = where.instrument.read(where.items, answers)
    assert reading.n + reading.left_out == sum(count for _cells, count in answers)
    for score in (*reading.scores, *reading.parts):
        assert score.scale[0] - 1e-9 <= score.low <= score.value + 1e-9
        assert score.value - 1e-9 <= score.high <= score.scale[1] + 1e-9
