"""Random flag definitions in PostHog's format, and random people, for Hypothesis.

`definitions()` are those on which the official SDKs have an opinion: every operator, nested cohorts, dependencies,
variants, holdouts, roll-outs, groups, devices. `wild_definitions()` has in addition what only a server decides, and
what nobody should have saved: cycles, gaps, unknown operators and group types.
"""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from betaops.flags import operators

Json = dict[str, Any]

NAMES = ("plan", "age", "version", "joined", "tags", "beta")
VARIANTS = ("control", "test", "third")
#: A cohort whose members are known to the server; SDKs are told who they are.
STORED = 7
GROUP_TYPES = {"0": "company", "1": "team"}

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
percentages = st.one_of(st.none(), st.sampled_from([0, 1, 33.3, 50, 99.9, 100]))
distinct_ids = st.text("abcé@.", min_size=1, max_size=8)


def wanted(operator: str) -> st.SearchStrategy[Any]:
    """Values that a condition with this operator may have."""
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


def asking(operator: str) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "key": st.sampled_from(NAMES),
            "type": st.just("person"),
            "operator": st.just(operator),
            "value": wanted(operator),
        }
    )


properties = st.sampled_from(operators.ALL).flatmap(asking)
#: Properties that are there and of the type that conditions mostly expect.
usual_properties = st.fixed_dictionaries(
    {
        "plan": words,
        "age": numbers,
        "version": versions,
        "joined": dates,
        "tags": st.lists(words, max_size=2),
        "beta": st.booleans(),
    }
)
#: Any that may be missing, with values of any kind.
odd_properties = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(json_values, numbers, versions, dates)
        for name in (*NAMES, "$feature_enrollment/a", "$feature_enrollment/b")
    },
)


def in_cohort(number: int, operator: str | None = "in") -> Json:
    return {"key": "id", "type": "cohort", "operator": operator, "value": number}


def flag_is(key: str, value: Any) -> Json:
    return {
        "key": key,
        "type": "flag",
        "operator": "flag_evaluates_to",
        "value": value,
        "dependency_chain": [key],
    }


def cohort_conditions(*numbers: int) -> st.SearchStrategy[Json]:
    return st.builds(in_cohort, st.sampled_from(numbers), st.sampled_from(["in", "not_in", "exact"]))


def dependencies(*keys: str) -> st.SearchStrategy[Json]:
    return st.builds(flag_is, st.sampled_from(keys), st.sampled_from([True, False, *VARIANTS]))


@st.composite
def property_groups(draw: st.DrawFn, leaves: st.SearchStrategy[Json], depth: int = 2) -> Json:
    """What a cohort asks: any or all, nested, some of it negated."""
    entries = st.one_of(leaves, leaves.map(lambda prop: {**prop, "negation": True}))
    if depth:
        entries = st.one_of(entries, property_groups(leaves, depth - 1))
    return {"type": draw(st.sampled_from(["AND", "OR"])), "values": draw(st.lists(entries, max_size=3))}


def conditions(leaves: st.SearchStrategy[Json], *indexes: int | None) -> st.SearchStrategy[Json]:
    """One condition; with `indexes`, it may look at a group of its own."""
    optional: dict[str, st.SearchStrategy[Any]] = {"variant": st.sampled_from([*VARIANTS, "gone", None])}
    if indexes:
        optional["aggregation_group_type_index"] = st.sampled_from(indexes)
    return st.fixed_dictionaries(
        {
            "properties": st.one_of(st.just([]), st.lists(leaves, max_size=3)),
            "rollout_percentage": percentages,
        },
        optional=optional,
    )


@st.composite
def a_flag(draw: st.DrawFn, key: str, groups: st.SearchStrategy[Json]) -> Json:
    """A flag of a person with conditions out of `groups`, in every other respect as drawn."""
    filters: Json = {"groups": draw(st.lists(groups, max_size=4)), "early_exit": draw(st.booleans())}
    if draw(st.booleans()):
        shares = draw(st.sampled_from([(50, 50, 0), (33.3, 33.3, 33.4), (100, 0, 0), (10, 20, 30)]))
        filters["multivariate"] = {
            "variants": [
                {"key": name, "rollout_percentage": share}
                for name, share in zip(VARIANTS, shares, strict=True)
            ]
        }
        filters["payloads"] = {"true": "1", "test": {"a": 2}}
    if draw(st.integers(0, 4)) == 0:
        filters["holdout"] = {"id": 7, "exclusion_percentage": draw(st.sampled_from([0, 30, 100]))}
    if draw(st.integers(0, 5)) == 0:
        filters["bucketing_identifier"] = "device_id"
    return {
        "id": int.from_bytes(key.encode(), "big"),
        "key": key,
        "active": draw(st.integers(0, 5)) > 0,
        "filters": filters,
        "version": 1,
    }


def document(draw: st.DrawFn, made: list[Json], cohorts: Json) -> Json:
    return {
        "flags": made,
        "cohorts": cohorts,
        "group_type_mapping": GROUP_TYPES,
        "property_matching_version": draw(st.sampled_from([1, 2])),
    }


@st.composite
def definitions(draw: st.DrawFn) -> Json:
    """Flags a, b, c of persons, each of which may ask for those before it, and g of groups; g and conditions on
    groups ask for no other flags: the SDK would decide those by the group's own key."""
    made: list[Json] = []
    people = st.one_of(properties, cohort_conditions(1, 2, STORED))
    for key in "abc"[: draw(st.integers(1, 3))]:
        before = [flag["key"] for flag in made]
        leaves = st.one_of(people, dependencies(*before)) if before else people
        made.append(draw(a_flag(key, conditions(leaves))))
    groups = st.one_of(properties, cohort_conditions(1, 2))
    if draw(st.booleans()):
        mixed = draw(a_flag("m", conditions(groups, 0, 1, None)))
        made.append(mixed)
    if draw(st.booleans()):
        made.append(draw(a_flag("g", conditions(groups))))
        made[-1]["filters"]["aggregation_group_type_index"] = draw(st.sampled_from([0, 1]))
    first = draw(property_groups(properties))
    second = draw(property_groups(st.one_of(properties, cohort_conditions(1))))
    return document(draw, made, {"1": first, "2": second})


@st.composite
def wild_definitions(draw: st.DrawFn) -> Json:
    """Up to five flags and three cohorts that may ask for anything, each other and themselves included."""
    keys = "abcde"[: draw(st.integers(1, 5))]
    unknown = st.sampled_from(
        [{"key": "plan", "operator": "near", "value": 1}, in_cohort(9), in_cohort(1, "around")]
    )
    leaves = st.one_of(
        properties,
        properties,
        cohort_conditions(1, 2, 3, STORED, STORED + 1),
        dependencies(*keys, "gone", str(ord("b"))),
        unknown,
    )
    made: list[Json] = []
    for key in keys:
        looks_at_groups = draw(st.integers(0, 3)) == 0
        made.append(
            draw(a_flag(key, conditions(leaves, 0, 1, 5, None) if looks_at_groups else conditions(leaves)))
        )
        if draw(st.integers(0, 4)) == 0:
            made[-1]["filters"]["aggregation_group_type_index"] = draw(st.sampled_from([0, 1, 5]))
        if draw(st.integers(0, 4)) == 0:
            made[-1]["filters"]["feature_enrollment"] = True
        made[-1]["identified_only"] = draw(st.integers(0, 5)) == 0
    return document(draw, made, {str(number): draw(property_groups(leaves)) for number in (1, 2, 3)})


groups = st.dictionaries(st.sampled_from(["company", "team"]), st.text("xyz", min_size=1, max_size=2))
