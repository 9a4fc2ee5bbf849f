"""What decides a flag, case by case: what random comparison with the SDK may miss, and what only a server does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from betaops.flags import evaluation
from betaops.flags.conditions import Definitions, Person
from betaops.flags.evaluation import FlagSet, Outcome
from betaops.flags.interpreter import Interpreter
from betaops.kernel import patterns
from betaops.kernel.bucketing import share

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def flag(key: str = "f", *groups: dict[str, Any], active: bool = True, **filters: Any) -> dict[str, Any]:
    return {"id": len(key) + 1, "key": key, "active": active, "filters": {"groups": list(groups), **filters}}


def asks(key: str, value: Any = "x", operator: str = "exact", kind: str = "person") -> dict[str, Any]:
    return {"key": key, "value": value, "operator": operator, "type": kind}


def decide(definitions: Definitions | list[dict[str, Any]], key: str = "f", **person: Any) -> Outcome:
    if isinstance(definitions, list):
        definitions = Definitions(definitions)
    flags = FlagSet(definitions)
    given = {"distinct_id": "ana", "properties": {}, **person}
    given["cohorts"] = flags.cohort_bits(person.get("cohorts", ()))
    outcome = flags.evaluate(Person(**given), NOW, [key])[key]
    plain = Interpreter(definitions).evaluate(Person(**given), NOW, [key])[key]
    assert (outcome.value, outcome.code, outcome.condition, outcome.payload) == (
        plain.value,
        plain.code,
        plain.condition,
        plain.payload,
    )
    return outcome


def test_the_first_condition_that_fits_decides_and_is_named() -> None:
    outcome = decide([flag("f", {"properties": [asks("plan", "pro")]}, {"rollout_percentage": 100})])
    assert (outcome.value, outcome.code, outcome.condition) == (True, evaluation.MATCH, 1)


def test_early_exit_stops_where_the_people_fit_but_the_share_does_not() -> None:
    groups = ({"rollout_percentage": 0}, {"rollout_percentage": 100})
    assert decide([flag("f", *groups)]).value is True
    stopped = decide([flag("f", *groups, early_exit=True)])
    assert (stopped.value, stopped.code, stopped.condition) == (False, evaluation.OUT_OF_ROLLOUT, 0)


def test_the_failure_that_came_closest_is_the_reason() -> None:
    outcome = decide([flag("f", {"rollout_percentage": 0}, {"properties": [asks("plan")]})])
    assert (outcome.code, outcome.condition) == (evaluation.OUT_OF_ROLLOUT, 0)


def test_missing_properties_fail_all_but_the_negative_operators() -> None:
    for operator, expected in {
        "exact": False,
        "is_not": True,
        "is_set": False,
        "is_not_set": True,
        "icontains": False,
        "not_icontains": True,
        "regex": False,
        "not_regex": True,
        "gt": False,
        "lt": False,
        "is_date_before": False,
        "semver_neq": False,
        "no_such_operator": False,
    }.items():
        value = "1" if operator in ("gt", "lt") else "2026-01-01" if "date" in operator else "1.0.0"
        assert decide([flag("f", {"properties": [asks("gone", value, operator)]})]).value is expected, (
            operator
        )


def test_an_enrolment_chosen_by_the_person_is_final() -> None:
    definitions = [flag("f", {"rollout_percentage": 0}, feature_enrollment=True)]
    chosen = {"$feature_enrollment/f": "true"}
    assert decide(definitions).value is False
    assert decide(definitions, properties=chosen).code == evaluation.ENROLLED
    assert decide(definitions, properties=chosen).value is True
    open_to_all = [flag("f", {"rollout_percentage": 100}, feature_enrollment=True)]
    assert decide(open_to_all, properties={"$feature_enrollment/f": False}).value is False


def test_group_flags_ask_about_the_group() -> None:
    definitions = Definitions(
        [flag("f", {"properties": [asks("size", "10", "gte")]}, aggregation_group_type_index=0)],
        group_types={"0": "company"},
    )
    assert decide(definitions).code == evaluation.NO_GROUP
    company = {"groups": {"company": "acme"}, "group_properties": {"company": {"size": 12}}}
    assert decide(definitions, **company).value is True
    assert decide(definitions, groups={"company": "acme"}).value is False


def test_a_condition_of_its_own_may_ask_about_the_group() -> None:
    definitions = Definitions(
        [flag("f", {"aggregation_group_type_index": 0, "properties": [asks("size", "10", "gte")]})],
        group_types={"0": "company"},
    )
    assert decide(definitions).code == evaluation.NO_GROUP
    company = {"groups": {"company": "acme"}, "group_properties": {"company": {"size": 12}}}
    assert decide(definitions, **company).value is True


def test_a_device_decides_the_share_where_the_flag_says_so() -> None:
    half = flag("f", {"rollout_percentage": 50})
    by_device = {**half, "bucketing_identifier": "device_id"}
    devices = [f"device-{number}" for number in range(40)]
    answers = {decide([by_device], device_id=device).value for device in devices}
    assert answers == {True, False}
    assert {decide([half], device_id=device).value for device in devices} == {decide([half]).value}


def test_dependencies_follow_values_and_variants() -> None:
    variants = {"variants": [{"key": "a", "rollout_percentage": 100}]}
    base = flag("base", {}, multivariate=variants)
    for wanted, expected in ((True, True), (False, False), ("a", True), ("A", False), ("b", False)):
        top = flag("f", {"properties": [asks("base", wanted, "flag_evaluates_to", "flag")]})
        assert decide([base, top]).value is expected, wanted
    off = flag("base", {}, active=False)
    assert (
        decide([off, flag("f", {"properties": [asks("base", False, "flag_evaluates_to", "flag")]})]).value
        is True
    )


def test_what_rests_on_a_missing_flag_or_on_itself_is_never_on() -> None:
    gone = flag("f", {"properties": [asks("gone", True, "flag_evaluates_to", "flag")]}, {})
    assert decide([gone]).code == evaluation.MISSING_DEPENDENCY
    one = flag("f", {"properties": [asks("g", True, "flag_evaluates_to", "flag")]})
    other = flag("g", {"properties": [asks("f", False, "flag_evaluates_to", "flag")]})
    assert decide([one, other]).code == evaluation.MISSING_DEPENDENCY
    through_cohort = Definitions(
        [flag("f", {"properties": [asks("id", 1, "in", "cohort")]})],
        cohorts={"1": {"type": "AND", "values": [asks("f", True, "flag_evaluates_to", "flag")]}},
    )
    assert decide(through_cohort).value is False


def test_cohorts_that_name_each_other_let_nobody_in() -> None:
    definitions = Definitions(
        [flag("f", {"properties": [asks("id", 1, "in", "cohort")]})],
        cohorts={
            "1": {"type": "OR", "values": [asks("id", 2, "in", "cohort")]},
            "2": {"type": "OR", "values": [asks("id", 1, "in", "cohort")]},
        },
    )
    assert decide(definitions).value is False


def test_stored_membership_decides_and_an_unknown_cohort_never_does() -> None:
    definitions = Definitions(
        [flag("f", {"properties": [asks("id", 7, "in", "cohort")]})], stored=frozenset({7})
    )
    assert decide(definitions, cohorts=frozenset({7})).value is True
    assert decide(definitions).value is False
    for operator in ("in", "not_in"):
        assert decide([flag("f", {"properties": [asks("id", 8, operator, "cohort")]})]).value is False


def test_a_rollout_takes_its_share_and_only_grows() -> None:
    people = [f"person-{number}" for number in range(2_000)]
    taken = {
        percentage: {
            each
            for each in people
            if decide([flag("f", {"rollout_percentage": percentage})], distinct_id=each).value
        }
        for percentage in (0, 10, 50, 100)
    }
    assert taken[0] == set()
    assert taken[100] == set(people)
    assert taken[10] < taken[50]
    assert 0.45 < len(taken[50]) / len(people) < 0.55


def test_the_hash_is_posthogs() -> None:
    # Values of PostHog's own test-suite (test_hash in posthog-python).
    assert share("simple-flag", "distinct_id_0") == pytest.approx(0.78369637642204315)
    assert share("simple-flag", "distinct_id_1") == pytest.approx(0.33970699269954008)


def test_payloads_come_with_what_is_chosen() -> None:
    variants = {"variants": [{"key": "a", "rollout_percentage": 100}]}
    assert decide([flag("f", {}, payloads={"true": "1"})]).payload == "1"
    assert decide([flag("f", {}, multivariate=variants, payloads={"a": {"n": 2}})]).payload == '{"n":2}'
    assert decide([flag("f", payloads={"true": "1"})]).payload is None


def test_a_pattern_that_would_hang_python_is_answered_at_once() -> None:
    evil = [flag("f", {"properties": [asks("name", "^(a+)+$", "regex")]})]
    assert decide(evil, properties={"name": "a" * 5_000 + "!"}).value is False
    assert patterns.compiled("(?=a)b") is None
    assert patterns.compiled("a" * 2_000) is None
    assert (
        decide([flag("f", {"properties": [asks("name", "(", "not_regex")]})], properties={"name": "x"}).value
        is False
    )


def test_patterns_know_all_of_unicode() -> None:
    for pattern, text, expected in (
        (r"^\w+$", "été", True),
        (r"^\d$", "٣", True),
        (r"^\s$", "\u2003", True),
        (r"\W", "é", False),
    ):
        found = patterns.compiled(pattern)
        assert found is not None
        assert patterns.found(found, text) is expected, pattern


def test_what_was_settled_for_a_person_wins_over_conditions_shares_and_holdouts() -> None:
    nobody = flag("f", {"rollout_percentage": 0}, holdout={"id": 1, "exclusion_percentage": 100})
    everybody = flag("f", {"rollout_percentage": 100})
    assert decide([nobody], settled={"f": True}).value is True
    declined = decide([everybody], settled={"f": False})
    assert (declined.value, declined.code) == (False, evaluation.ENROLLED)


def test_a_variant_is_settled_only_where_the_flag_still_has_it() -> None:
    variants = {"variants": [{"key": "a", "rollout_percentage": 100}, {"key": "b", "rollout_percentage": 0}]}
    definition = flag("f", {"rollout_percentage": 100}, multivariate=variants)
    assert decide([definition], settled={"f": "b"}).value == "b"
    assert decide([definition], settled={"f": "gone"}).value is False


def test_what_was_settled_does_not_switch_on_what_is_off_for_everybody() -> None:
    outcome = decide([flag("f", {"rollout_percentage": 100}, active=False)], settled={"f": True})
    assert (outcome.value, outcome.code) == (False, evaluation.DISABLED)


def test_a_distance_in_time_is_measured_from_the_moment_of_asking() -> None:
    flags = FlagSet(Definitions([flag("f", {"properties": [asks("joined", "-7d", "is_date_after")]})]))
    ana = Person("ana", {"joined": "2026-11-20"})
    assert flags.evaluate(ana, NOW)["f"].value is True
    assert flags.evaluate(ana, NOW + timedelta(days=7))["f"].value is False


def test_flags_asked_for_together_come_in_that_order_and_alone() -> None:
    top = flag("top", {"properties": [asks("base", True, "flag_evaluates_to", "flag")]})
    flags = FlagSet(Definitions([top, flag("base", {}), flag("off", {}, active=False)]))
    ana = Person("ana", {})
    assert list(flags.evaluate(ana, NOW)) == ["top", "base"]
    for keys in (["top"], ["off", "top", "gone"], ["base", "top"]):
        outcomes = flags.evaluate(ana, NOW, keys)
        assert list(outcomes) == [key for key in keys if key != "gone"]
        assert outcomes["top"].value is True


def test_what_python_thinks_equal_is_told_apart() -> None:
    flags = FlagSet(Definitions([flag("f", {"properties": [asks("number", "1")]})], matching_version=2))
    for value, expected in ((1.0, False), (True, False), (1, True), ("1", True), (1.0, False), (True, False)):
        assert flags.evaluate(Person("ana", {"number": value}), NOW)["f"].value is expected, value


def test_every_text_begins_and_ends_with_nothing() -> None:
    for operator in ("starts_with", "ends_with", "icontains"):
        asked = [flag("f", {"properties": [asks("name", "", operator)]})]
        assert decide(asked, properties={"name": "Ana"}).value is True
        assert decide(asked).value is False


def test_a_flag_for_proved_identities_is_off_without_whatever_was_settled() -> None:
    careful = {**flag("f", {"rollout_percentage": 100}), "identified_only": True}
    assert decide([careful]).value is True
    for person in ({}, {"settled": {"f": True}}):
        unproved = decide([careful], is_identified=False, **person)
        assert (unproved.value, unproved.code) == (False, evaluation.UNIDENTIFIED)
    assert decide([flag("f", {"rollout_percentage": 100})], is_identified=False).value is True
