"""Our evaluation against the official Python SDK's own, on random definitions and people.

Wherever the SDK is conclusive and every property that a flag looks at is there, both must say the same.
(With properties missing the SDK asks the server, which is us.)
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from posthog.client import Client
from posthog.feature_flags import InconclusiveMatchError, RequiresServerEvaluation, match_property

from betaops.flags import operators
from betaops.flags.conditions import Definitions, Person
from betaops.flags.definitions import cohort_of_members
from betaops.flags.evaluation import FlagSet
from tests.factories.definitions import (
    GROUP_TYPES,
    STORED,
    Json,
    definitions,
    distinct_ids,
    groups,
    json_values,
    usual_properties,
    wanted,
)
from tests.support.examples import examples


def conclusive(prop: Json, properties: Json, version: int) -> bool | None:
    try:
        return match_property(prop, properties, version)
    except (InconclusiveMatchError, RequiresServerEvaluation):
        return None


@settings(max_examples=examples(600))
@given(st.data())
def test_each_operator_says_what_the_sdk_says(data: st.DataObject) -> None:
    operator = data.draw(st.sampled_from(operators.ALL))
    filter_value = data.draw(wanted(operator))
    value = data.draw(st.one_of(wanted(operator), json_values))
    version = data.draw(st.sampled_from([1, 2]))
    prop = {"key": "plan", "type": "person", "operator": operator, "value": filter_value}
    theirs = conclusive(prop, {"plan": value}, version)
    assume(theirs is not None)
    assert operators.compiled(operator, filter_value, version)(value, datetime.now(UTC)) is theirs


people = st.fixed_dictionaries(
    {
        "distinct_id": distinct_ids,
        "properties": usual_properties,
        "device_id": st.sampled_from(["", "phone", "laptop"]),
        "groups": groups,
        "group_properties": st.fixed_dictionaries({"company": usual_properties, "team": usual_properties}),
    }
)


@cache
def _client() -> Client:
    """One for all examples: definitions are handed in with each."""
    return Client("bo_test", sync_mode=True, send=False, host="http://127.0.0.1:9")


@settings(max_examples=examples(200), deadline=None)
@given(definitions(), people, st.lists(distinct_ids, max_size=2), st.booleans())
def test_whole_flags_say_what_the_sdk_says(
    made: Json, person: Json, members: list[str], is_member: bool
) -> None:
    """Members of a stored cohort are known to us by a bit, and to the SDK by the list that we would send."""
    members = [*members, person["distinct_id"]] if is_member else members
    person["properties"]["distinct_id"] = person["distinct_id"]
    flags = FlagSet(
        Definitions(
            made["flags"],
            made["cohorts"],
            frozenset({STORED}),
            made["group_type_mapping"],
            made["property_matching_version"],
        )
    )
    cohorts = flags.cohort_bits([STORED] if person["distinct_id"] in members else [])
    ours = flags.evaluate(
        Person(**person, cohorts=cohorts), datetime.now(UTC), [flag["key"] for flag in made["flags"]]
    )
    made["cohorts"][str(STORED)] = cohort_of_members(members)
    for flag in made["flags"]:
        theirs = said_by_sdk(made, flag, person)
        if theirs is not None and not was_unsure(flag, made, person):
            assert ours[flag["key"]].value == theirs, flag["key"]


def said_by_sdk(made: Json, flag: Json, person: Json) -> bool | str | None:
    client = _client()
    snapshot = {
        **client._local_evaluation_snapshot(),
        **made,
        "flags_by_key": {each["key"]: each for each in made["flags"]},
    }
    try:
        found: bool | str = client._compute_flag_locally(
            flag,
            person["distinct_id"],
            person_properties=person["properties"],
            groups=person["groups"],
            group_properties=person["group_properties"],
            device_id=person["device_id"],
            warn_on_unknown_groups=False,
            _definition_snapshot=snapshot,
        )
    except (InconclusiveMatchError, RequiresServerEvaluation):
        return None
    return found


def was_unsure(flag: Json, made: Json, person: Json) -> bool:
    """Whether the SDK passed over some property of this or an earlier flag that it could not decide."""
    version = made["property_matching_version"]
    for other in made["flags"][: made["flags"].index(flag) + 1]:
        for condition in other["filters"]["groups"]:
            properties = _looked_at(other, condition, person)
            for prop in _leaves(condition["properties"], made["cohorts"]):
                if conclusive(prop, properties, version) is None:
                    return True
    return False


def _looked_at(flag: Json, condition: Json, person: Json) -> Json:
    index = condition.get("aggregation_group_type_index", flag["filters"].get("aggregation_group_type_index"))
    if index is None:
        return dict(person["properties"])
    return dict(person["group_properties"][GROUP_TYPES[str(index)]])


def _leaves(entries: list[Json], cohorts: Json) -> Iterator[Json]:
    for entry in entries:
        if "values" in entry:
            yield from _leaves(entry["values"], cohorts)
        elif entry["type"] == "cohort":
            yield from _leaves(cohorts[str(entry["value"])]["values"], cohorts)
        elif entry["type"] == "person":
            yield entry
