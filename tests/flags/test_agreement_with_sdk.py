"""Our evaluation against the official Python SDK's own, on random definitions and people.

Wherever the SDK is conclusive and every property that a flag looks at is there, both must say the same.
(With properties missing the SDK asks the server, which is us.)
"""

import string
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from posthog.client import Client
from posthog.feature_flags import InconclusiveMatchError, RequiresServerEvaluation, match_property

from betaops.flags import operators
from betaops.flags.conditions import Definitions, Person
from betaops.flags.evaluation import FlagSet

NAMES = ("plan", "age", "version", "joined", "tags", "beta")
VARIANTS = ("control", "test", "third")

words = st.sampled_from(
    ["pro", "Pro", "free", "", "true", "FALSE", "ÄÖ", "äö", "1", "1.0", "2.1.0", "a b", "ı", "\n"]
)
plain = st.one_of(
    words,
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=6),
    st.integers(-5, 30),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.none(),
)
json_values = st.one_of(plain, st.lists(plain, max_size=3), st.dictionaries(words, plain, max_size=2))
versions = st.one_of(
    st.builds("{}.{}.{}".format, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    st.sampled_from(["v1.2", "1", "1.2.3-beta", "1.2.*", "1.*", "01.2.3", "x", "1..3", "1.2.3.4"]),
)
dates = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(datetime.isoformat),  # noqa: DTZ001  # hypothesis adds no zone
    st.sampled_from(["-7d", "3m", "1y", "2w", "-24h", "2026-11-01", "2026-11-01T10:00:00Z", "soon", "9999y"]),
)
patterns = st.sampled_from(
    ["^pro$", "o", r"^\d+$", r"\w+", "[a-f]+", "a|b", "^$", "", "(", r"\s", ".", "^.{2,3}$", "[^a]"]
)
numbers = st.one_of(
    st.integers(-5, 30), st.floats(-5, 30, width=32), st.sampled_from(["5", "1e1", " 5", "x", "+3", ".5"])
)


def wanted(operator: str) -> st.SearchStrategy[Any]:
    if operator in operators.NUMERIC:
        return numbers
    if operator in operators.DATES:
        return dates
    if operator in operators.VERSIONS or operator in operators.VERSION_RANGES:
        return versions
    if operator in ("regex", "not_regex"):
        return patterns
    if operator in ("is_set", "is_not_set"):
        return st.just(operator)
    return json_values


def conclusive(prop: dict[str, Any], properties: dict[str, Any], version: int) -> bool | None:
    try:
        return match_property(prop, properties, version)
    except (InconclusiveMatchError, RequiresServerEvaluation):
        return None


@settings(max_examples=800)
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


percentages = st.one_of(st.none(), st.sampled_from([0, 1, 33.3, 50, 99.9, 100]))
properties = st.sampled_from(operators.ALL).flatmap(
    lambda operator: st.fixed_dictionaries(
        {
            "key": st.sampled_from(NAMES),
            "type": st.just("person"),
            "operator": st.just(operator),
            "value": wanted(operator),
        }
    )
)
people = st.fixed_dictionaries(
    {
        "plan": words,
        "age": numbers,
        "version": versions,
        "joined": dates,
        "tags": st.lists(words, max_size=2),
        "beta": st.booleans(),
    }
)


@st.composite
def groups_of_properties(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    entries = st.one_of(properties, properties.map(lambda prop: {**prop, "negation": True}))
    if depth:
        entries = st.one_of(entries, groups_of_properties(depth - 1))
    return {"type": draw(st.sampled_from(["AND", "OR"])), "values": draw(st.lists(entries, max_size=3))}


@st.composite
def flags(draw: st.DrawFn, key: str, before: list[str]) -> dict[str, Any]:
    kinds = [properties, st.builds(_cohort, st.sampled_from(["in", "not_in", "exact"]))]
    if before:
        kinds.append(
            st.builds(_dependency, st.sampled_from(before), st.sampled_from([True, False, *VARIANTS]))
        )
    condition = st.fixed_dictionaries(
        {
            "properties": st.one_of(st.just([]), st.lists(st.one_of(*kinds), max_size=3)),
            "rollout_percentage": percentages,
        },
        optional={"variant": st.sampled_from([*VARIANTS, "gone", None])},
    )
    filters: dict[str, Any] = {"groups": draw(st.lists(condition, max_size=4))}
    if draw(st.booleans()):
        shares = draw(st.sampled_from([(50, 50, 0), (33.3, 33.3, 33.4), (100, 0, 0), (10, 20, 30)]))
        filters["multivariate"] = {
            "variants": [
                {"key": name, "rollout_percentage": share}
                for name, share in zip(VARIANTS, shares, strict=True)
            ]
        }
    filters["early_exit"] = draw(st.booleans())
    if draw(st.integers(0, 4)) == 0:
        filters["holdout"] = {"id": 7, "exclusion_percentage": draw(st.sampled_from([0, 30, 100]))}
    active = draw(st.integers(0, 5)) > 0
    number = int.from_bytes(key.encode(), "big")
    return {"id": number, "key": key, "active": active, "filters": filters, "version": 1}


def _cohort(operator: str) -> dict[str, Any]:
    return {"key": "id", "type": "cohort", "operator": operator, "value": 1}


def _dependency(key: str, value: Any) -> dict[str, Any]:
    return {
        "key": key,
        "type": "flag",
        "operator": "flag_evaluates_to",
        "value": value,
        "dependency_chain": [key],
    }


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    made: list[dict[str, Any]] = []
    for key in "abc"[: draw(st.integers(1, 3))]:
        made.append(draw(flags(key, [flag["key"] for flag in made])))
    return {
        "flags": made,
        "cohorts": {"1": draw(groups_of_properties())},
        "group_type_mapping": {},
        "property_matching_version": draw(st.sampled_from([1, 2])),
    }


@cache
def _client() -> Client:
    """One for all examples: definitions are handed in with each."""
    return Client("bo_test", sync_mode=True, send=False, host="http://127.0.0.1:9")


@settings(max_examples=400, deadline=None)
@given(definitions(), people, st.text(string.ascii_letters + "é@.", min_size=1, max_size=12))
def test_whole_flags_say_what_the_sdk_says(
    made: dict[str, Any], person: dict[str, Any], distinct_id: str
) -> None:
    client = _client()
    properties = {"distinct_id": distinct_id, **person}
    snapshot = {
        **client._local_evaluation_snapshot(),
        **made,
        "flags_by_key": {flag["key"]: flag for flag in made["flags"]},
    }
    ours = FlagSet(
        Definitions(
            flags=made["flags"],
            cohorts=made["cohorts"],
            matching_version=made["property_matching_version"],
        )
    ).evaluate(Person(distinct_id, properties), datetime.now(UTC), [flag["key"] for flag in made["flags"]])
    for flag in made["flags"]:
        try:
            theirs = client._compute_flag_locally(
                flag, distinct_id, person_properties=properties, _definition_snapshot=snapshot
            )
        except (InconclusiveMatchError, RequiresServerEvaluation):
            continue
        if _was_unsure(flag, made, properties):
            continue
        assert ours[flag["key"]].value == theirs, flag["key"]


def _was_unsure(flag: dict[str, Any], made: dict[str, Any], properties: dict[str, Any]) -> bool:
    """Whether the SDK passed over some property of this or an earlier flag that it could not decide."""
    version = made["property_matching_version"]

    def leaves(group: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for entry in group.get("values", []):
            found += leaves(entry) if "values" in entry else [entry]
        return found

    asked = leaves(made["cohorts"]["1"])
    for other in made["flags"]:
        for condition in other["filters"]["groups"]:
            asked += [prop for prop in condition["properties"] if prop["type"] == "person"]
        if other is flag:
            break
    return any(conclusive(prop, properties, version) is None for prop in asked)
