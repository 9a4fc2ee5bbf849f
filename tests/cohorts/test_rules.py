"""Rules: what they say of a person, and what is refused before it is saved."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.cohorts import operators, rules

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA: dict[str, dict[str, Any]] = {
    "attribute": {
        "plan": "Pro",
        "devices": ["iPhone", "iPad"],
        "seats": 12,
        "newsletter": True,
        "os": "17.10",
    },
    "answer": {"writes": "every day"},
    "enrollment": {"state": "active", "applied_at": datetime(2026, 11, 20, tzinfo=UTC)},
    "trait": {"notes": "2026-11-24T09:00:00Z"},
}


def holds(fact: str, operator: str, value: Any = None) -> bool:
    rule = rules.Condition(fact, operator, value).to_json()
    assert rules.validate(rule) == []
    return rules.evaluate(rule, ANA, NOW)


@pytest.mark.parametrize(
    ("fact", "operator", "value"),
    [
        ("attribute.plan", "is", "pro"),
        ("attribute.plan", "one_of", ["free", "PRO "]),
        ("attribute.plan", "none_of", ["free"]),
        ("attribute.devices", "is", "iphone"),
        ("attribute.devices", "contains", "pad"),
        ("attribute.devices", "is_not", "Pixel"),
        ("attribute.seats", "is", "12"),
        ("attribute.seats", "at_least", 12),
        ("attribute.seats", "less_than", "12,5"),
        ("attribute.newsletter", "is", "yes"),
        ("attribute.newsletter", "is", True),
        ("attribute.os", "version_at_least", "17.9"),
        ("attribute.os", "version_below", "18"),
        ("answer.writes", "starts_with", "Every"),
        ("answer.writes", "ends_with", "day"),
        ("enrollment.state", "is", "active"),
        ("enrollment.applied_at", "after", "2026-11-19"),
        ("enrollment.applied_at", "in_last_days", 7),
        ("enrollment.applied_at", "not_in_last_days", 2),
        ("trait.notes", "in_last_days", "1"),
        ("trait.notes", "is_set", None),
        ("trait.export", "is_not_set", None),
        ("attribute.missing", "is_not", "x"),
        ("attribute.missing", "not_contains", "x"),
    ],
)
def test_a_condition_that_is_true_of_ana(fact: str, operator: str, value: Any) -> None:
    assert holds(fact, operator, value)


@pytest.mark.parametrize(
    ("fact", "operator", "value"),
    [
        ("attribute.plan", "is", "pr"),
        ("attribute.plan", "is_not", "PRO"),
        ("attribute.devices", "is_not", "iPad"),
        ("attribute.plan", "more_than", 3),
        ("attribute.newsletter", "more_than", 0),
        ("attribute.os", "version_at_least", "17.11"),
        ("attribute.plan", "version_below", "18"),
        ("attribute.missing", "is", "x"),
        ("attribute.missing", "less_than", 5),
        ("attribute.missing", "before", "2026-01-01"),
        ("trait.missing", "in_last_days", 7),
        ("trait.missing", "not_in_last_days", 7),
        ("answer.writes", "after", "2026-01-01"),
    ],
)
def test_a_condition_that_is_not_true_of_ana(fact: str, operator: str, value: Any) -> None:
    assert not holds(fact, operator, value)


def test_groups_nest() -> None:
    pro = {"fact": "attribute.plan", "operator": "is", "value": "pro"}
    android = {"fact": "attribute.devices", "operator": "is", "value": "Pixel"}
    assert rules.evaluate({"all": [pro, {"not": android}]}, ANA, NOW)
    assert rules.evaluate({"any": [android, {"all": [pro, pro]}]}, ANA, NOW)
    assert not rules.evaluate({"all": [pro, {"any": [android]}]}, ANA, NOW)


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        (None, ""),
        ([], ""),
        ({}, ""),
        ({"all": []}, "all"),
        ({"all": [], "any": []}, ""),
        ({"all": [{"fact": "attribute.plan", "operator": "is"}]}, "all.0.value"),
        ({"fact": "attribute.plan", "operator": "rhymes", "value": "x"}, "operator"),
        ({"fact": "shoe.size", "operator": "is", "value": "x"}, "fact"),
        ({"fact": "attribute.", "operator": "is", "value": "x"}, "fact"),
        ({"fact": 7, "operator": "is", "value": "x"}, "fact"),
        ({"fact": "attribute.seats", "operator": "at_least", "value": "many"}, "value"),
        ({"fact": "attribute.os", "operator": "version_below", "value": "new"}, "value"),
        ({"fact": "attribute.since", "operator": "before", "value": "soon"}, "value"),
        ({"fact": "attribute.since", "operator": "in_last_days", "value": 0}, "value"),
        ({"fact": "attribute.plan", "operator": "one_of", "value": "pro"}, "value"),
        ({"fact": "attribute.plan", "operator": "is", "value": "a\0b"}, "value"),
        ({"fact": "attribute.plan", "operator": "is", "value": "x" * 3000}, "value"),
        ({"fact": "attribute.plan", "operator": "is_set", "surprise": 1}, ""),
    ],
)
def test_a_bad_rule_is_refused_with_a_sentence_where_it_is_bad(rule: Any, place: str) -> None:
    problems = rules.validate(rule)
    assert place in [problem.place for problem in problems]
    assert all(problem.sentence.endswith(".") for problem in problems)


def test_a_rule_nested_ten_thousand_deep_is_refused() -> None:
    rule: Any = {"fact": "attribute.plan", "operator": "is_set"}
    for _ in range(10_000):
        rule = {"not": rule}
    assert [problem.sentence for problem in rules.validate(rule)] == [
        "A rule is nested at most 6 levels deep."
    ]


def test_a_rule_with_too_many_conditions_is_refused() -> None:
    some = {"any": [{"fact": "attribute.plan", "operator": "is_set"}] * 60}
    assert rules.validate({"all": [some]}) == []
    assert [problem.place for problem in rules.validate({"all": [some, some]})] == [""]


def test_a_rule_knows_which_facts_it_reads_and_whether_time_alone_changes_it() -> None:
    plan = {"fact": "attribute.plan", "operator": "is", "value": "pro"}
    recent = {"fact": "trait.notes", "operator": "in_last_days", "value": 7}
    assert rules.reads({"all": [plan, {"not": recent}]}) == {"attribute.plan", "trait.notes"}
    assert rules.depends_on_time({"not": recent})
    assert not rules.depends_on_time(plan)


scalars = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.datetimes().map(datetime.isoformat),
)
facts = st.dictionaries(
    st.sampled_from(rules.SOURCES),
    st.dictionaries(st.sampled_from("abc"), st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=3),
    max_size=3,
)
leaves = st.fixed_dictionaries(
    {
        "fact": st.builds("{}.{}".format, st.sampled_from(rules.SOURCES), st.sampled_from("abc")),
        "operator": st.sampled_from(sorted(operators.ALL)),
        "value": st.one_of(
            scalars, st.lists(scalars, max_size=2), st.integers(1, 30), st.sampled_from(["1.2", "2026-01-01"])
        ),
    }
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)


@given(trees, facts)
def test_whatever_passes_validation_can_be_evaluated(rule: Any, known: Any) -> None:
    if rules.validate(rule):
        return
    answer = rules.evaluate(rule, known, NOW)
    assert rules.evaluate({"not": rule}, known, NOW) is not answer
    assert (
        rules.evaluate({"all": [rule]}, known, NOW)
        is answer
        is rules.evaluate({"any": [rule, rule]}, known, NOW)
    )


@given(
    st.recursive(
        scalars, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=6), inner))
    )
)
def test_validation_survives_any_json(rule: Any) -> None:
    assert isinstance(rules.validate(rule), list)
