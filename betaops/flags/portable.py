"""What was settled for people beforehand, written into definitions so that every SDK can evaluate it by itself. Pure.

SDKs know conditions, not our choices and overrides: who gets a value stands as a list of distinct ids in a condition
before all others, and who is to get nothing is kept out of every condition.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from betaops.flags.definitions import MOST_MEMBERS, NOBODY, Definition

#: By value: the distinct ids of the people for whom it was settled.
Settled = Mapping[bool | str, Iterable[str]]


def with_settled(definition: Definition, settled: Settled) -> Definition:
    """`definition` with the people of `settled` put first or left out.

    Where that cannot be written (too many people, or SDKs would look at something else first), SDKs are told to
    ask the server about this flag: that is what `ensure_experience_continuity` makes each of them do.
    """
    people = {value: sorted(ids) for value, ids in settled.items()}
    people = {value: ids for value, ids in people.items() if ids}
    if not people:
        return definition
    filters = definition.get("filters") or {}
    variants = {each.get("key") for each in (filters.get("multivariate") or {}).get("variants") or []}
    groups = filters.get("groups") or []
    # A variant that is gone by now is no value any more: our evaluation says off as well.
    off = sorted(each for value, ids in people.items() if _is_off(value, variants) for each in ids)
    on = {value: ids for value, ids in people.items() if not _is_off(value, variants)}
    if _needs_server(filters, on, off, variants):
        return {**definition, "ensure_experience_continuity": True}
    first = [
        {
            "properties": [_listed("exact", ids)],
            "rollout_percentage": 100,
            "variant": value if isinstance(value, str) else None,
        }
        for value, ids in sorted(on.items(), key=lambda item: str(item[0]))
    ]
    rest = [_without(group, off) for group in groups] if off else groups
    return {**definition, "filters": {**filters, "groups": [*first, *rest]}}


def by_feature(definition: Definition) -> Definition:
    """A flag with a feature of ours: who joined is known here, so PostHog's own switch for that is taken out."""
    filters = definition.get("filters") or {}
    kept = {name: value for name, value in filters.items() if name not in _OF_POSTHOG}
    return {**definition, "filters": kept}


_OF_POSTHOG = ("feature_enrollment", "super_groups")


def _is_off(value: bool | str, variants: set[Any]) -> bool:
    return value is False or (isinstance(value, str) and value not in variants)


def _needs_server(
    filters: Mapping[str, Any], on: Mapping[bool | str, list[str]], off: list[str], variants: set[Any]
) -> bool:
    groups = filters.get("groups") or []
    written = sum(map(len, on.values())) + len(off) * max(1, len(groups))
    return (
        written > MOST_MEMBERS
        # Looked at before any condition.
        or bool(filters.get("holdout"))
        or any(filters.get(name) for name in _OF_POSTHOG)
        # Conditions on companies do not see who asks.
        or filters.get("aggregation_group_type_index") is not None
        or (bool(off) and any(group.get("aggregation_group_type_index") is not None for group in groups))
        # Merely on, where SDKs would choose a variant.
        or (bool(variants) and True in on)
    )


def _without(group: Definition, ids: list[str]) -> Definition:
    return {**group, "properties": [_listed("is_not", ids), *(group.get("properties") or [])]}


def _listed(operator: str, ids: list[str]) -> Definition:
    return {"key": "distinct_id", "type": "person", "operator": operator, "value": [NOBODY, *ids]}
