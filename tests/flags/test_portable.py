"""What was settled beforehand, as every SDK can evaluate it: the official one's local evaluation says what ours says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from betaops.flags import portable
from betaops.flags.conditions import Definitions, Person
from betaops.flags.definitions import MOST_MEMBERS, cohort_of_members
from betaops.flags.evaluation import FlagSet
from tests.factories.definitions import STORED, VARIANTS, definitions
from tests.flags.test_agreement_with_sdk import people, said_by_sdk, was_unsure
from tests.support.examples import examples

ANA = "ana"

OTHERS = {True: ["other-1"], False: ["other-2", "other-3"], "test": ["other-4"]}


@settings(max_examples=examples(60))
@given(definitions(), people, st.lists(st.sampled_from([None, True, False, *VARIANTS, "gone"]), min_size=3))
def test_the_sdk_decides_alike_for_who_is_settled_and_who_is_not(
    made: dict[str, Any], person: dict[str, Any], drawn: list[bool | str | None]
) -> None:
    values = {flag["key"]: value for flag, value in zip(made["flags"], drawn, strict=False)}
    chosen = {key: value for key, value in values.items() if value is not None}
    person = {**person, "distinct_id": ANA, "properties": {**person["properties"], "distinct_id": ANA}}
    ours = FlagSet(
        Definitions(
            made["flags"],
            made["cohorts"],
            group_types=made["group_type_mapping"],
            matching_version=made["property_matching_version"],
        )
    ).evaluate(Person(**person, settled=chosen), datetime.now(UTC), list(values))
    written = {
        **made,
        "cohorts": {**made["cohorts"], str(STORED): cohort_of_members([])},
        "flags": [portable.with_settled(flag, _lists(chosen.get(flag["key"]))) for flag in made["flags"]],
    }
    for flag in written["flags"]:
        theirs = said_by_sdk(written, flag, person)
        if theirs is not None and flag["key"] in ours and not was_unsure(flag, written, person):
            assert ours[flag["key"]].value == theirs, flag["key"]


def _lists(value: bool | str | None) -> dict[bool | str, list[str]]:
    lists: dict[bool | str, list[str]] = {key: list(ids) for key, ids in OTHERS.items()}
    if value is not None:
        lists.setdefault(value, []).append(ANA)
    return lists


def a_definition(**filters: Any) -> dict[str, Any]:
    return {"id": 1, "key": "focus", "active": True, "filters": {"groups": [{"properties": []}], **filters}}


def test_who_has_it_stands_first_and_who_does_not_is_kept_out() -> None:
    written = portable.with_settled(a_definition(), {True: ["b", "a"], False: ["c"]})
    first, rest = written["filters"]["groups"]
    assert first == {
        "properties": [
            {"key": "distinct_id", "type": "person", "operator": "exact", "value": ["", "a", "b"]}
        ],
        "rollout_percentage": 100,
        "variant": None,
    }
    assert rest["properties"][0] | {"type": ""} == {
        "key": "distinct_id", "type": "", "operator": "is_not", "value": ["", "c"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "settled"),
    [
        ({"holdout": {"id": 1, "exclusion_percentage": 5}}, {True: ["a"]}),
        ({"feature_enrollment": True}, {True: ["a"]}),
        ({"aggregation_group_type_index": 0}, {False: ["a"]}),
        ({"groups": [{"properties": [], "aggregation_group_type_index": 0}]}, {False: ["a"]}),
        ({"multivariate": {"variants": [{"key": "x", "rollout_percentage": 100}]}}, {True: ["a"]}),
        ({}, {True: [str(number) for number in range(MOST_MEMBERS + 1)]}),
        ({"groups": [{}, {}]}, {False: [str(number) for number in range(MOST_MEMBERS // 2 + 1)]}),
    ],
    ids=[
        "holdout",
        "PostHog's own",
        "companies",
        "a condition on companies",
        "on among variants",
        "many",
        "many twice",
    ],
)
def test_what_cannot_be_written_is_left_to_the_server(filters: dict[str, Any], settled: Any) -> None:
    written = portable.with_settled(a_definition(**filters), settled)
    assert written["ensure_experience_continuity"] is True
    assert written["filters"] == a_definition(**filters)["filters"]


def test_without_anybody_a_definition_stays_as_it_is() -> None:
    assert portable.with_settled(a_definition(), {True: [], False: set()}) == a_definition()
