"""Question types beyond the usual ones as the team reads them: in words, in columns of a sheet, counted."""

from typing import Any
from uuid import uuid4

from betaops.surveys.analysis import results
from betaops.surveys.engine.judging import rows_of
from betaops.surveys.formats import sheets
from betaops.surveys.kinds import KINDS
from betaops.surveys.reading import read
from tests.factories.surveys import FAMILY, FRUIT, ORDER, PLANS


def test_each_part_of_an_answer_is_a_column() -> None:
    elements = [
        {**FRUIT, "name": "rank"},
        {**FAMILY, "name": "people"},
        {**PLANS, "name": "plans"},
        {**ORDER, "name": "order"},
        {"type": "multipletext", "name": "lines", "items": ["x", "y"]},
        {"type": "slider", "name": "span", "sliderType": "range"},
    ]
    definition = read({"elements": elements})
    answers = {
        "rank": ["pear", "apple", "plum"],
        "people": [{"who": "Ana", "uses": "yes"}, {"who": "Bo"}],
        "plans": {"now": {"fit": 1, "use": ["x", "y"]}, "later": {"fit": 2}},
        "order": [{"a": 1}, {"a": 3}],
        "order-total": {"a": 4},
        "lines": {"x": "=1+1"},
        "span": [20, 80],
    }
    columns = sheets.columns(definition.asked, "default")
    row = dict(
        zip([head for head, _q, _p in columns], sheets.cells(answers, columns, "default"), strict=True)
    )
    assert (row["rank: apple"], row["rank: pear"]) == (2, 1)
    assert (row["people: who"], row["people: uses"], row["people: why"]) == ("Ana | Bo", "yes | ", None)
    assert (row["plans: now: fit"], row["plans: now: use"], row["plans: Later: fit"]) == (1, "x, y", 2)
    assert (row["order: a"], row["order: a (total)"]) == ("1 | 3", 4)
    assert (row["span: from"], row["span: to"]) == (20, 80)
    assert "'=1+1" in "".join(sheets.lines(["head"], [list(row.values())])), "formulas stay text inside, too"


def card(element: dict[str, Any], *values: Any) -> results.Card:
    """The card of a question that was answered with `values`."""
    definition = read({"elements": [element]})
    tallies = [
        results.Tally(row.row, row.code, row.number, 1)
        for value in values
        for row in rows_of(definition, {"q": value}).get("q", [])
    ]
    return results.cards([results.Known(uuid4(), definition.asked[0], len(values), False, tallies)])[0]


def test_a_ranking_is_counted_by_places_the_best_first() -> None:
    found = card(FRUIT, ["pear", "apple", "plum"], ["pear", "plum", "apple"])
    assert [(line.label, line.score.value if line.score else None) for line in found.lines] == [
        ("pear", 1),
        ("apple", 2.5),
        ("plum", 2.5),
    ]


def test_a_slider_has_a_mean_between_its_ends() -> None:
    found = card({"type": "slider", "name": "q"}, 20, 40)
    assert found.score is not None
    assert (found.score.value, found.score.scale) == (30, (0, 100))
    ends = card({"type": "slider", "name": "q", "sliderType": "range"}, [20, 80], [40, 60])
    assert [line.score.value if line.score else None for line in ends.lines] == [30, 70]


def test_choices_of_every_look_are_counted_alike() -> None:
    several = card({"type": "tagbox", "name": "q", "choices": ["a", "b"]}, ["a"], ["a", "b"])
    assert ([bar.value for bar in several.bars], several.is_several) == ([2, 1], True)
    one = card({"type": "imagepicker", "name": "q", "choices": ["a", "b"]}, "a", "a")
    assert ([bar.value for bar in one.bars], one.is_several) == ([2, 0], False)


def test_what_is_asked_inside_is_counted_over_all_entries() -> None:
    family = card(
        FAMILY, [{"who": "Ana", "uses": "yes"}, {"who": "Bo", "uses": "yes"}], [{"who": "Cy", "uses": "no"}]
    )
    lines = {line.label: line for line in family.lines}
    assert [(bar.label, bar.value) for bar in lines["uses"].bars] == [("yes", 2), ("no", 1)]
    assert (lines["who"].n, family.texts) == (3, 3)
    plans = card(PLANS, {"now": {"fit": 1}, "later": {"fit": 2}}, {"now": {"fit": 1}, "later": {"fit": 1}})
    assert [(line.label, line.n) for line in plans.lines if line.n] == [("now: fit", 2), ("Later: fit", 2)]


def test_means_over_several_entries_of_one_person_claim_no_range() -> None:
    rated = {
        "type": "paneldynamic", "name": "q", "templateElements": [{"type": "rating", "name": "r"}],
    }  # fmt: skip
    line = card(rated, [{"r": 1}, {"r": 5}]).lines[0]
    assert line.score is not None
    assert (line.score.value, line.score.shown) == (3, "spread")


def test_answers_read_as_words() -> None:
    def words(element: dict[str, Any], value: Any) -> str:
        question = read({"elements": [element]}).asked[0]
        return KINDS[question.kind].words(question, value, "default")

    assert words(FRUIT, ["pear", "plum"]) == "1. pear, 2. plum"
    assert words(FAMILY, [{"who": "Ana", "uses": "yes"}]) == "1. who: Ana, uses: yes"
    assert words(PLANS, {"later": {"fit": 2}}) == "Later: fit: 2"
    assert words({"type": "slider", "name": "q"}, [1, 2.5]) == "1 – 2.5"


def test_of_numbers_that_were_typed_there_is_a_mean_and_nothing_to_read() -> None:
    numbers = card({"type": "text", "name": "q", "inputType": "number"}, 3, 5)
    assert numbers.score is not None
    assert (numbers.score.value, numbers.texts) == (4, 0)
    assert card({"type": "text", "name": "q"}, "three", "five").texts == 2
