"""The expression language. Expected values are those of survey-core 3.1.1 for the same expression and answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.surveys.expressions import SyntaxProblem, evaluate, holds, parse

TABLE: list[tuple[str, dict[str, Any], Any]] = [
    # Equality: without case and outer space, '5' is 5, lists in any order.
    ("'a' = 'A'", {}, True),
    ("{q} = 'A '", {"q": "a"}, True),
    ("'5' = 5", {}, True),
    ("'007' = 7", {}, True),
    ("{q} = {r}", {"q": [1, 2], "r": [2, 1]}, True),
    ("{q} = '1'", {"q": [1]}, False),
    ("[1,2] = [2,1]", {}, True),
    ("{q} = true", {"q": "true"}, True),
    ("{q} = 'true'", {"q": True}, True),
    ("{q} = 1", {"q": True}, True),
    ("{q} = 'Yes'", {"q": True}, False),
    ("1 = 1 = 1", {}, True),
    ("{q} == null", {}, True),
    # What is missing equals '' and null, differs from everything else, and no ordering with it holds.
    ("{q} = ''", {}, True),
    ("{q} = ''", {"q": 0}, False),
    ("{q} = 0", {"q": ""}, False),
    ("{q} = 0", {}, False),
    ("{q} = false", {}, False),
    ("{q} <> 5", {}, True),
    ("{q} != 'a'", {"q": ["a"]}, True),
    ("{q} > 5", {}, False),
    ("{q} <= 5", {}, False),
    ("{q} <= ''", {}, True),
    # 0 and false are answers.
    ("{q} notempty", {"q": 0}, True),
    ("{q} notempty", {"q": False}, True),
    ("{q} empty", {"q": ""}, True),
    ("{q} empty", {"q": []}, True),
    ("{q} empty", {"q": {"a": None}}, True),
    ("!{q} empty", {"q": 1}, True),
    # Ordering.
    ("{q} < 10", {"q": "9"}, True),
    ("{q} < '10'", {"q": "9"}, True),
    ("'b' > 'a'", {}, True),
    ("{q} > '2020-01-01'", {"q": "2021-01-01"}, True),
    ("{q} >= 5 and {q} <= 10", {"q": 7}, True),
    ("2 greaterorequal 2", {}, True),
    ("1 greater 2", {}, False),
    ("{q} => 1", {"q": 1}, True),
    ("1 < 2 < 3", {}, True),
    ("{q} > 1", {"q": [5]}, True),
    ("{q} > 1", {"q": True}, False),
    # Membership.
    ("{q} contains 'b'", {"q": ["a", "b"]}, True),
    ("{q} contains 'b'", {"q": "abc"}, True),
    ("{q} Contains 'A'", {"q": "abc"}, True),
    ("{q} *= 'b'", {"q": "abc"}, True),
    ("{q} contains 1", {"q": ["1"]}, True),
    ("{q} contains ['a','b']", {"q": ["b", "a", "c"]}, True),
    ("{q} contains 5", {"q": 15}, True),
    ("{q} contains ''", {"q": "abc"}, False),
    ("{q} contains", {"q": "a"}, False),
    ("{q} notcontains 'a'", {}, True),
    ("{q} anyof ['a','z']", {"q": ["a"]}, True),
    ("{q} anyof []", {"q": ["a"]}, True),
    ("{q} allof ['a','b']", {"q": ["a"]}, False),
    ("{q} allof ['a']", {}, False),
    ("{q} noneof ['x']", {"q": ["a"]}, True),
    # Numbers.
    ("0.1+0.2", {}, 0.3),
    ("1.1+2.2", {}, 3.3),
    ("0.3-0.1", {}, 0.2),
    ("0.1*3", {}, 0.3),
    ("1/0", {}, None),
    ("5 % 0", {}, None),
    ("-5 % 3", {}, -2),
    ("2^3", {}, 8),
    ("2^3^2", {}, 64),
    ("(-2)^2", {}, 4),
    ("10-3-2", {}, 5),
    ("1+2*3", {}, 7),
    ("(1+2)*3", {}, 9),
    ("3--1", {}, 4),
    ("-1.5", {}, -1.5),
    ("5 / 2", {}, 2.5),
    ("7%3", {}, 1),
    ("{q} * 2", {"q": "3"}, 6),
    ("{q} * 2", {"q": "x"}, None),
    ("{q} + 1", {"q": "1,5"}, 2.5),
    ("{q} power 2", {"q": 3}, 9),
    ("{z} + {z}", {}, 0),
    ("1 - {z}", {}, 1),
    ("true + 1", {}, 2),
    ("10 ^ -1", {}, 0.1),
    # Text and lists.
    ("'x'+1", {}, "x1"),
    ("'2' + '3'", {}, "23"),
    ("'a' + {z}", {}, "a"),
    ("{q} + {r}", {"q": [1, 2], "r": [3]}, [1, 2, 3]),
    ("{c} + 'a'", {"c": [1, 2]}, "1, 2a"),
    ("[1, 'a', {q}]", {"q": 3}, [1, "a", 3]),
    ("'it\\'s'", {}, "it's"),
    # Logic gives the deciding operand.
    ("{q} and {r}", {"q": 1, "r": "x"}, "x"),
    ("0 and 1", {}, 0),
    ("'' or 'x'", {}, "x"),
    ("1 or 2", {}, 1),
    ("!0", {}, True),
    ("{a}='item1' or {b}='x' and {c}=1", {"a": "item1"}, True),
    ("{q} = 1 AND {q} = 1", {"q": 1}, True),
    ("({q} = 1", {"q": 1}, True),
    ("{q}notempty", {"q": 1}, True),
    # Names.
    ("{Q} = 1", {"q": 1}, True),
    ("{Q.B} = 2", {"q": {"b": 2}}, True),
    ("{a[0].b} = 1", {"a": [{"b": 1}]}, True),
    ("{c[-1]}", {"c": [1, 2]}, 2),
    ("{q.length}", {"q": [1, 2]}, 2),
    ("{q.length}", {}, 0),
    ("{a b} = 1", {"a b": 1}, True),
    ("{a.b} = 1", {"a.b": 1}, True),
    ("{ q } = 1", {"q": 1}, False),
    ("{row.x} = 1", {}, False),
    # Words without quotes are text; what begins like true, null or a number is not.
    ("{q} = item1", {"q": "item1"}, True),
    ("item 1", {}, None),
    ("1a", {}, None),
    ("trueish", {}, None),
    ("007", {}, None),
    ("- 1", {}, None),
    (".5", {}, None),
    ("'a\"b'", {}, None),
    ("[1,]", {}, None),
    ("{q}=1)", {"q": 1}, None),
    # Invalid altogether.
    ("not {a}", {"a": True}, None),
    ("-{a}", {"a": 1}, None),
    ("1 and", {}, None),
    ("a b", {}, None),
    ("", {}, None),
    # Functions.
    ("iif({a}>1,'x','y')", {"a": 2}, "x"),
    ("iif(1>2, 'a')", {}, None),
    ("round(-2.5)", {}, -3),
    ("round(2.5)", {}, 3),
    ("round(1.005,2)", {}, 1.01),
    ("round('x')", {}, None),
    ("trunc(2.78,1)", {}, 2.7),
    ("trunc(-2.7)", {}, -2),
    ("sum([1,2],{q})", {"q": 3}, 6),
    ("avg(1,2,4)", {}, 2.3333333333333335),
    ("min(1,'2')", {}, 1),
    ("max('b','a')", {}, "b"),
    ("min()", {}, None),
    ("count({q})", {"q": ["a", "b"]}, 2),
    ("substring('hello',1,3)", {}, "el"),
    ("countInArray({q},'a')", {"q": [{"a": 1}, {"b": 2}]}, 1),
    ("sumInArray({q},'a','{a} > 1')", {"q": [{"a": 1}, {"a": 2}]}, 2),
    ("avgInArray({q},'a')", {"q": [{"a": 1}, {"a": 2}]}, 1.5),
    ("maxInArray({q},'a')", {"q": [{"a": 1}, {"a": 2}]}, 2),
    ("dateDiff('2024-01-01','2024-03-01','months')", {}, 2),
    ("diffDays('2024-01-01','2024-01-31')", {}, 30),
    ("weekday('2024-01-01')", {}, 1),
    ("year('2024-05-01')", {}, 2024),
    ("month('2024-05-01')", {}, 5),
    ("dateAdd('2024-01-31',1,'months') = '2024-03-02'", {}, True),
    ("getDate('2024-01-01') = '2024-01-01'", {}, True),
    ("foo(1)", {}, None),
]


@pytest.mark.parametrize(
    ("expression", "values", "expected"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE]
)
def test_an_expression_means_what_survey_core_makes_of_it(
    expression: str, values: dict[str, Any], expected: Any
) -> None:
    found = evaluate(expression, values)
    assert (found, isinstance(found, bool)) == (expected, isinstance(expected, bool))


def test_today_is_the_day_that_is_handed_in() -> None:
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert evaluate("today() = '2026-03-02'", {}, now=now) is True
    assert evaluate("age('2000-03-03')", {}, now=now) == 25
    assert evaluate("currentYear()", {}, now=now) == 2026


def test_a_condition_that_does_not_parse_shows_and_an_unknown_function_hides() -> None:
    assert holds("{a} =", {}) is True
    assert holds("nonsense({a})", {"a": 1}) is False


def test_a_problem_names_its_place() -> None:
    with pytest.raises(SyntaxProblem) as problem:
        parse("{a} = 1) or {b} = 2")
    assert problem.value.position == 7


@pytest.mark.parametrize(
    "source", ["(" * 5000, "!" * 5000, "[" * 5000, "iif(" * 3000, "{a}" + " + 1" * 2000, "'" * 999, "{" * 999]
)
def test_deep_and_long_expressions_end_quickly_and_quietly(source: str) -> None:
    evaluate(source, {})


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_PIECES = st.sampled_from(
    [
        "{a}",
        "{b}",
        "{a.x}",
        "{a[0]}",
        "1",
        "0",
        "-2.5",
        "'x'",
        "'5'",
        "[1, 'a']",
        "true",
        "null",
        " = ",
        " <> ",
        " < ",
        " >= ",
        " + ",
        " - ",
        " * ",
        " / ",
        " % ",
        " ^ ",
        " and ",
        " or ",
        "!",
        "(",
        ")",
        " contains ",
        " anyof ",
        " allof ",
        " empty",
        " notempty",
        "sum(",
        "round(",
        "iif(",
        "min(",
        "trunc(",
        "substring(",
        "dateAdd(",
        "age(",
        "countInArray(",
        ",",
        " ",
    ]
)


@given(pieces=st.lists(_PIECES, max_size=9), values=st.dictionaries(st.sampled_from(["a", "b"]), _JSON))
def test_no_expression_and_no_answer_raises(pieces: list[str], values: dict[str, Any]) -> None:
    evaluate("".join(pieces), values)


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_is_none(source: str) -> None:
    evaluate(source, {"a": 1})
