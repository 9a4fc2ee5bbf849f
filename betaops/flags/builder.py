"""A flag as a form can hold it. Pure.

A condition is cohorts, properties, a share of people and maybe a variant. What an imported flag says
beyond that (dependencies, groups, holdouts) is carried along unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from betaops.flags.values import text

_ROW_KEYS = frozenset({"properties", "rollout_percentage", "variant"})
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
class Condition:
    """`kept` is what the form does not show: other keys of the group, and under `properties` other entries."""

    cohorts: tuple[CohortRow, ...] = ()
    properties: tuple[PropertyRow, ...] = ()
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
    """Without variants the flag is on or off, and `payload` comes with "on"."""

    conditions: tuple[Condition, ...] = ()
    variants: tuple[Variant, ...] = ()
    payload: str = ""

    def filters(self, former: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """In PostHog's format; `former` filters keep what the form does not show."""
        payloads = {variant.key: variant.payload for variant in self.variants if variant.payload}
        if not self.variants and self.payload:
            payloads = {"true": self.payload}
        filters: dict[str, Any] = {
            **(former or {}),
            "groups": [_group(condition) for condition in self.conditions],
            "payloads": payloads,
            "multivariate": None,
        }
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
    return Draft(
        tuple(_condition(group) for group in filters.get("groups") or []),
        tuple(
            Variant(str(each["key"]), each["rollout_percentage"], payloads.get(str(each["key"]), ""))
            for each in variants
        ),
        payloads.get("true", ""),
    )


def _condition(group: Mapping[str, Any]) -> Condition:
    cohorts, properties, others = [], [], []
    for prop in group.get("properties") or []:
        if _is_cohort_row(prop):
            cohorts.append(CohortRow(int(prop["value"]), prop.get("operator") != "not_in"))
        elif _is_property_row(prop):
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
        100 if percentage is None else percentage,
        group.get("variant") or "",
        {**kept, **({"properties": others} if others else {})},
    )


def _is_cohort_row(prop: Mapping[str, Any]) -> bool:
    return prop.get("type") == "cohort" and str(prop.get("value")).isdecimal()


def _is_property_row(prop: Mapping[str, Any]) -> bool:
    """A person's property whose value reads the same after it was shown and typed."""
    if prop.get("type", "person") != "person" or not isinstance(prop.get("key"), str):
        return False
    value, operator = prop.get("value"), prop.get("operator") or "exact"
    return operator in _WITHOUT_VALUE or _texts(typed(operator, shown(value))) == _texts(value)


def _texts(value: Any) -> list[str]:
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]


def _group(condition: Condition) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"key": "id", "type": "cohort", "operator": "in" if row.is_in else "not_in", "value": row.number}
        for row in condition.cohorts
    ]
    rows += [
        {"key": row.key, "type": "person", "operator": row.operator, "value": typed(row.operator, row.value)}
        for row in condition.properties
    ]
    kept = dict(condition.kept)
    rows += kept.pop("properties", [])
    return {
        **kept,
        "properties": rows,
        "rollout_percentage": condition.percentage,
        "variant": condition.variant or None,
    }


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
