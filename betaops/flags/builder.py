"""A flag as a form can hold it. Pure.

A condition is cohorts, properties, other flags, a share of people and maybe a variant. What an imported
flag says beyond that (a condition that aggregates otherwise than its flag) is carried along unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from betaops.flags.values import text

_ROW_KEYS = frozenset({"properties", "rollout_percentage", "variant"})
_FORM_KEYS = frozenset({"aggregation_group_type_index", "early_exit", "holdout"})
#: The number that stands in the hash: one for all flags, so that the same people are held out of each.
HOLDOUT = 1
_LISTED = frozenset({"exact", "is_not"})
_WITHOUT_VALUE = frozenset({"is_set", "is_not_set"})


@dataclass(frozen=True)
class CohortRow:
    number: int
    is_in: bool = True


@dataclass(frozen=True)
class PropertyRow:
    key: str
    operator: str = "exact"
    value: str = ""


@dataclass(frozen=True)
class FlagRow:
    """Another flag and what it must be: "true" (on, in whatever variant), "false", or a variant."""

    key: str
    value: str = "true"


@dataclass(frozen=True)
class Condition:
    """`kept` is what the form does not show: other keys of the group, and under `properties` other entries."""

    cohorts: tuple[CohortRow, ...] = ()
    properties: tuple[PropertyRow, ...] = ()
    flags: tuple[FlagRow, ...] = ()
    percentage: float = 100
    variant: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    key: str
    percentage: float
    payload: str = ""


@dataclass(frozen=True)
class Draft:
    """Without variants the flag is on or off, and `payload` comes with "on".

    `group_type` is the index of the group type that the flag is decided for, None for each person;
    `holdout` the percentage of people held out of it, 0 for nobody.
    """

    conditions: tuple[Condition, ...] = ()
    variants: tuple[Variant, ...] = ()
    payload: str = ""
    group_type: int | None = None
    holdout: float = 0
    early_exit: bool = False

    def filters(self, former: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """In PostHog's format; `former` filters keep what the form does not show."""
        payloads = {variant.key: variant.payload for variant in self.variants if variant.payload}
        if not self.variants and self.payload:
            payloads = {"true": self.payload}
        filters: dict[str, Any] = {
            **{name: value for name, value in (former or {}).items() if name not in _FORM_KEYS},
            "groups": [_group(condition, self.group_type) for condition in self.conditions],
            "payloads": payloads,
            "multivariate": None,
        }
        if self.group_type is not None:
            filters["aggregation_group_type_index"] = self.group_type
        if self.early_exit:
            filters["early_exit"] = True
        if self.holdout:
            number = ((former or {}).get("holdout") or {}).get("id", HOLDOUT)
            filters["holdout"] = {"id": number, "exclusion_percentage": self.holdout}
        if self.variants:
            filters["multivariate"] = {
                "variants": [
                    {"key": variant.key, "name": "", "rollout_percentage": variant.percentage}
                    for variant in self.variants
                ]
            }
        return filters


def draft_of(filters: Mapping[str, Any]) -> Draft:
    """The form of a flag's `filters`."""
    payloads = {str(name): text(payload) for name, payload in (filters.get("payloads") or {}).items()}
    variants = (filters.get("multivariate") or {}).get("variants") or []
    group_type = filters.get("aggregation_group_type_index")
    return Draft(
        tuple(_condition(group, group_type) for group in filters.get("groups") or []),
        tuple(
            Variant(str(each["key"]), each["rollout_percentage"], payloads.get(str(each["key"]), ""))
            for each in variants
        ),
        payloads.get("true", ""),
        group_type,
        (filters.get("holdout") or {}).get("exclusion_percentage") or 0,
        bool(filters.get("early_exit")),
    )


def _condition(group: Mapping[str, Any], group_type: int | None) -> Condition:
    cohorts, properties, flags, others = [], [], [], []
    for prop in group.get("properties") or []:
        if _is_cohort_row(prop):
            cohorts.append(CohortRow(int(prop["value"]), prop.get("operator") != "not_in"))
        elif _is_flag_row(prop):
            flags.append(FlagRow(str(prop["key"]), text(prop["value"])))
        elif _is_property_row(prop, group_type):
            properties.append(
                PropertyRow(prop["key"], prop.get("operator") or "exact", shown(prop.get("value")))
            )
        else:
            others.append(prop)
    kept = {key: value for key, value in group.items() if key not in _ROW_KEYS}
    percentage = group.get("rollout_percentage")
    return Condition(
        tuple(cohorts),
        tuple(properties),
        tuple(flags),
        100 if percentage is None else percentage,
        group.get("variant") or "",
        {**kept, **({"properties": others} if others else {})},
    )


def _is_cohort_row(prop: Mapping[str, Any]) -> bool:
    return prop.get("type") == "cohort" and str(prop.get("value")).isdecimal()


def _is_flag_row(prop: Mapping[str, Any]) -> bool:
    return (
        prop.get("type") == "flag"
        and prop.get("operator") == "flag_evaluates_to"
        and isinstance(prop.get("value"), bool | str)
        and prop["value"] not in ("true", "false")
    )


def _is_property_row(prop: Mapping[str, Any], group_type: int | None) -> bool:
    """A property, of whom the flag is decided for, whose value reads the same after it was shown and typed."""
    if not isinstance(prop.get("key"), str) or prop.get("type", "person") != _kind(group_type):
        return False
    if group_type is not None and prop.get("group_type_index") not in (None, group_type):
        return False
    value, operator = prop.get("value"), prop.get("operator") or "exact"
    return operator in _WITHOUT_VALUE or _texts(typed(operator, shown(value))) == _texts(value)


def _kind(group_type: int | None) -> str:
    return "person" if group_type is None else "group"


def _texts(value: Any) -> list[str]:
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]


def _group(condition: Condition, group_type: int | None) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"key": "id", "type": "cohort", "operator": "in" if row.is_in else "not_in", "value": row.number}
        for row in condition.cohorts
    ]
    of_whom = {"type": "person"} if group_type is None else {"type": "group", "group_type_index": group_type}
    rows += [
        {"key": row.key, **of_whom, "operator": row.operator, "value": typed(row.operator, row.value)}
        for row in condition.properties
    ]
    rows += [
        {"key": row.key, "type": "flag", "operator": "flag_evaluates_to", "value": _wanted(row.value)}
        for row in condition.flags
    ]
    kept = dict(condition.kept)
    rows += kept.pop("properties", [])
    return {
        **kept,
        "properties": rows,
        "rollout_percentage": condition.percentage,
        "variant": condition.variant or None,
    }


def _wanted(value: str) -> bool | str:
    return value == "true" if value in ("true", "false") else value


def typed(operator: str, value: str) -> Any:
    """What somebody typed behind an operator: several values are separated by commas."""
    if operator in _WITHOUT_VALUE:
        return operator
    if operator in _LISTED:
        items = [item.strip() for item in value.split(",") if item.strip()]
        return items if len(items) > 1 else value.strip()
    return value.strip()


def shown(value: Any) -> str:
    """A kept value as somebody would type it."""
    if isinstance(value, list):
        return ", ".join(text(item) for item in value)
    return "" if value is None else text(value)


def even(count: int) -> Sequence[float]:
    """`count` shares that add up to 100, as even as two decimals allow."""
    share = round(100 / count, 2)
    return [share] * (count - 1) + [round(100 - share * (count - 1), 2)]
