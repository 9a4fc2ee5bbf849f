"""The form's outline of a rule, there and back, and what its buttons do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.cohorts import builder, operators, rules
from betaops.cohorts.builder import Group
from betaops.cohorts.rules import Condition

conditions = st.builds(
    Condition,
    st.just("attribute.plan"),
    st.sampled_from(["is", "is_not", "contains"]),
    st.sampled_from(["pro", "free"]),
)
leaves = conditions.map(Condition.to_json)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)
ANA = {"attribute": {"plan": "pro"}}
NOW: Any = None


def leaf(value: str) -> Condition:
    return Condition("attribute.plan", "is", value)


A, B, C = leaf("a"), leaf("b"), leaf("c")


@given(trees)
def test_every_rule_has_an_outline_that_means_the_same_and_is_shown_again(rule: Any) -> None:
    if rules.validate(rule):
        return
    outline = builder.group_of(rule)
    again = outline.rule()
    assert rules.evaluate(again, ANA, NOW) is rules.evaluate(rule, ANA, NOW)
    assert builder.group_of(again) == outline
    assert builder.alike(again, rule, ())
    assert rules.validate(again) == [], "an outline never nests deeper than its rule"


@given(trees)
def test_problems_find_their_row(rule: Any) -> None:
    outline = builder.group_of(rule)
    places = builder.rule_places(outline)
    rows = dict(builder.walk(outline))
    assert {place: rows[places[place]] for place, _leaf in rules.placed(outline.rule())} == dict(
        rules.placed(outline.rule())
    )


def test_groups_without_conditions_are_left_out_also_of_places() -> None:
    outline = Group("all", (Group("any"), A, Group("none", (Group("all"), B))))
    assert outline.rule() == {"all": [A.to_json(), {"not": B.to_json()}]}
    assert builder.rule_places(outline) == {"all.0": (1,), "all.1.not": (2, 1)}
    assert rules.validate(Group().rule()) != []


@pytest.mark.parametrize(
    ("value", "other", "is_alike"),
    [
        ({"value": 12}, {"value": "12"}, True),
        ({"value": "pro"}, {"operator": "one_of", "value": ["pro"]}, False),
        ({"value": "pro"}, {"value": "free"}, False),
    ],
)
def test_what_is_only_written_otherwise_is_no_change(
    value: dict[str, Any], other: dict[str, Any], is_alike: bool
) -> None:
    base = {"fact": "attribute.plan", "operator": "is"}
    assert builder.alike({**base, **value}, {"all": [{**base, **other}]}, ()) is is_alike
    assert builder.alike(
        {"fact": "enrollment.state", "operator": "is", "value": "active"},
        {"fact": "enrollment.state", "operator": "one_of", "value": ["active"]},
        {"enrollment.state"},
    )


def test_conditions_walk_up_and_down_through_groups() -> None:
    outline = Group("all", (A, Group("any", (B,)), C))
    down, place = builder.moved_down(outline, (0,))
    assert (down, place) == (Group("all", (Group("any", (A, B)), C)), (0, 0))
    further, place = builder.moved_down(down, place)
    assert (further, place) == (Group("all", (Group("any", (B, A)), C)), (0, 1))
    out, place = builder.moved_down(further, place)
    assert (out, place) == (Group("all", (Group("any", (B,)), A, C)), (1,))
    last, place = builder.moved_down(out, (2,))
    assert (last, place) == (out, (2,)), "beyond the end there is nothing"
    back, place = builder.moved_up(out, (1,))
    assert (back, place) == (further, (0, 1))
    first, place = builder.moved_up(back, (0, 0))
    assert (first, place) == (Group("all", (B, Group("any", (A,)), C)), (0,))


def test_parts_are_doubled_and_go() -> None:
    outline = Group("all", (A, Group("any", (B,))))
    assert builder.doubled(outline, (1,)).parts == (A, Group("any", (B,)), Group("any", (B,)))
    assert builder.removed(outline, (1, 0)).parts == (A, Group("any"))
    assert builder.added(outline, (1,), C).parts == (A, Group("any", (B, C)))


def test_a_group_does_not_go_deeper_than_a_rule_may() -> None:
    deep = Group("none", (Group("none", (B,)),))
    outline = Group("none", (deep, A))
    assert builder.may_hold_groups((0,))
    assert not builder.may_hold_groups((0, 0))
    moved, place = builder.moved_up(Group("none", (Group("any", (B,)), deep)), (1,))
    assert place == (0,), "past it, not into it"
    assert rules.validate(moved.rule()) == rules.validate(outline.rule()) == []


def test_values_read_as_they_were_typed() -> None:
    assert builder.typed("one_of", "pro, free ,,") == ["pro", "free"]
    assert builder.shown(["pro", "free"]) == "pro, free"
    assert builder.typed("is_set", "whatever") is None
    assert builder.typed("at_least", "12,5") == "12.5"
    assert builder.typed("at_least", "2", "usage") == 2
    assert builder.shown(True) == "yes"
    assert all(builder.shown(builder.typed(name, "")) == "" for name in operators.ALL)
