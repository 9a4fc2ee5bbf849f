"""Rules: what they say of a person, and what is refused before it is saved."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from betaops.cohorts import circles, operators, rules
from betaops.cohorts.doings import Doings
from betaops.kernel.bucketing import share
from betaops.kernel.ids import encode

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
        ("attribute.seats", "less_than", "12.5"),
        ("attribute.plan", "matches", "^P.o$"),
        ("attribute.devices", "matches", "Pad"),
        ("attribute.plan", "not_matches", "pro"),
        ("attribute.missing", "not_matches", "x"),
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
        ("attribute.plan", "matches", "pro"),
        ("attribute.missing", "matches", "."),
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
        ({"fact": "attribute.plan", "operator": "is", "value": "pro", "days": 7}, "value"),
        ({"fact": "attribute.plan", "operator": "is_in"}, "operator"),
        ({"fact": "usage.export", "operator": "contains", "value": "x"}, "operator"),
        ({"fact": "usage.export", "operator": "at_least", "value": 1.5}, "value"),
        ({"fact": "usage.export", "operator": "at_least", "value": 1, "days": 0}, "value"),
        ({"fact": "usage.export", "operator": "in_last_days", "value": 7, "days": 7}, "value"),
        ({"fact": "cohort.coh_nonsense", "operator": "is_in"}, "fact"),
        ({"fact": "cohort.coh_01jc00000000000000000000aa", "operator": "is"}, "operator"),
        ({"fact": "sample.x", "operator": "less_than", "value": 10}, "operator"),
        ({"fact": "sample.x", "operator": "at_most", "value": 101}, "value"),
    ],
)
def test_a_bad_rule_is_refused_with_a_sentence_where_it_is_bad(rule: Any, place: str) -> None:
    problems = rules.validate(rule)
    assert place in [problem.place for problem in problems]
    assert all(problem.sentence.endswith(".") for problem in problems)


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("matches", "(?=a)b"),
        ("at_least", "12,5"),
        ("at_least", "1_000"),
        ("version_at_least", "1.02"),
        ("version_at_least", "2.0.0-beta"),
        ("version_below", "1.2.3.4"),
        ("before", "2026-11-24T09:00"),
        ("before", "20261124"),
    ],
)
def test_a_filter_on_which_sdks_disagree_is_refused_with_the_reason(operator: str, value: str) -> None:
    [problem] = rules.validate({"fact": "attribute.plan", "operator": operator, "value": value})
    assert problem.place == "value"
    assert "SDK" in problem.sentence or "2026-11-24" in problem.sentence


TODAY = NOW.date()
#: Twice today, once a week ago, three times a month ago.
EXPORTS = Doings.of([(TODAY, 2), (TODAY - timedelta(days=7), 1), (TODAY - timedelta(days=30), 3)])


@pytest.mark.parametrize(
    ("operator", "value", "days", "is_so"),
    [
        ("at_least", 2, 7, True),
        ("at_least", 3, 7, False),
        ("at_least", 3, 8, True),
        ("more_than", 5, None, True),
        ("at_most", 6, None, True),
        ("less_than", 6, None, False),
        ("is", 6, None, True),
        ("in_last_days", 1, None, True),
        ("not_in_last_days", 1, None, False),
        ("is_set", None, None, True),
        ("is_not_set", None, None, False),
    ],
)
def test_counts_look_back_over_whole_days(operator: str, value: Any, days: int | None, is_so: bool) -> None:
    rule = rules.Condition("usage.export opened", operator, value, days).to_json()
    assert rules.validate(rule) == []
    assert rules.evaluate(rule, {"usage": {"export opened": EXPORTS}}, NOW) is is_so


@pytest.mark.parametrize(
    ("operator", "value", "is_so"),
    [
        ("at_least", 1, False),
        ("at_most", 0, True),
        ("less_than", 3, True),
        ("in_last_days", 14, False),
        ("not_in_last_days", 14, False),
        ("is_not_set", None, True),
    ],
)
def test_who_never_did_it_did_it_no_times(operator: str, value: Any, is_so: bool) -> None:
    rule = rules.Condition("usage.export opened", operator, value).to_json()
    assert rules.evaluate(rule, {}, NOW) is is_so
    assert rules.evaluate(rule, {"usage": {"export opened": "nonsense"}}, NOW) is is_so


def test_a_random_sample_is_the_same_whoever_else_there_is_and_its_rest_is_everybody_else() -> None:
    people = [{"tester": {"id": f"tst_{number}"}} for number in range(2_000)]
    tenth = {"fact": "sample.winter", "operator": "at_most", "value": 10}
    rest = {**tenth, "operator": "more_than"}
    inside = [person for person in people if rules.evaluate(tenth, person, NOW)]
    assert 150 < len(inside) < 250
    assert inside == [person for person in people if not rules.evaluate(rest, person, NOW)]
    assert [person for person in people[:500] if rules.evaluate(tenth, person, NOW)] == [
        person for person in inside if person in people[:500]
    ]
    wider = {**tenth, "value": 20}
    assert all(rules.evaluate(wider, person, NOW) for person in inside), (
        "a larger share keeps the smaller one"
    )
    other = {**tenth, "fact": "sample.spring"}
    assert 5 < sum(rules.evaluate(other, person, NOW) for person in inside) < 40
    assert rules.evaluate(tenth, inside[0], NOW) is (share("winter", inside[0]["tester"]["id"]) <= 0.1)


def test_a_sample_without_a_seed_gets_one_once() -> None:
    bare = {"all": [{"not": {"fact": "sample", "operator": "at_most", "value": 10}}, {"x": [1]}, 7]}
    assert rules.seeded(bare, lambda: "made")["all"][0] == {
        "not": {"fact": "sample.made", "operator": "at_most", "value": 10}
    }
    kept = {"fact": "sample.mine", "operator": "at_most", "value": 10}
    assert rules.seeded(kept, lambda: "made") == kept


def test_the_deciding_conditions_are_named() -> None:
    pro = rules.Condition("attribute.plan", "is", "pro")
    android = rules.Condition("attribute.devices", "is", "Pixel")
    active = rules.Condition("enrollment.state", "is", "active")

    def decided(rule: Any) -> list[rules.Condition]:
        return rules.deciding(rule, ANA, NOW)

    assert decided({"all": [pro.to_json(), active.to_json()]}) == [pro, active]
    assert decided({"all": [pro.to_json(), android.to_json()]}) == [android], "it alone keeps her out"
    assert decided({"any": [android.to_json(), pro.to_json()]}) == [pro]
    assert decided({"any": [android.to_json()]}) == [android]
    assert decided({"all": [active.to_json(), {"not": pro.to_json()}]}) == [pro]


def test_cohorts_come_after_those_that_they_read_and_circles_are_found() -> None:
    a, b, c = (encode("coh", uuid.UUID(int=number)) for number in (1, 2, 3))

    def reads(*names: str) -> Any:
        return {"all": [{"fact": f"cohort.{name}", "operator": "is_in"} for name in names]}

    plain = {"fact": "attribute.plan", "operator": "is_set"}
    straight = {a: reads(b, c), b: reads(c), c: plain}
    assert circles.ordered(straight) == [c, b, a]
    assert all(circles.circle(straight, name) is None for name in straight)
    round_about = {**straight, c: reads(a)}
    assert circles.circle(round_about, a) in ([a, c, a], [a, b, c, a])
    assert circles.circle({a: reads(a)}, a) == [a, a]


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
    counted = {"fact": "usage.export", "operator": "at_least", "value": 1}
    assert not rules.depends_on_time(counted)
    assert rules.depends_on_time({**counted, "days": 7})
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
