"""Flags in the forms that tests need most."""

from itertools import count
from typing import Any

from betaops.cohorts.models import Cohort
from betaops.flags import service
from betaops.flags.models import Feature, Flag, Runtime, Stage
from betaops.kernel.work import Work
from betaops.programs.models import Product
from tests.factories.programs import a_product

_numbers = count(1)


def a_flag(
    work: Work,
    *,
    product: Product | None = None,
    key: str = "",
    conditions: list[dict[str, Any]] | None = None,
    cohort: Cohort | None = None,
    percentage: float = 100,
    variants: dict[str, float] | None = None,
    payloads: dict[str, str] | None = None,
    is_active: bool = True,
    runtime: Runtime = Runtime.ALL,
) -> Flag:
    """For `cohort`, for `conditions`, or for everybody; `variants` by key with their percentages."""
    if conditions is None:
        properties = [in_cohort(cohort)] if cohort is not None else []
        conditions = [{"properties": properties, "rollout_percentage": percentage, "variant": None}]
    filters: dict[str, Any] = {"groups": conditions, "payloads": payloads or {}}
    if variants:
        filters["multivariate"] = {
            "variants": [
                {"key": name, "name": "", "rollout_percentage": share} for name, share in variants.items()
            ]
        }
    return service.create_flag(
        work,
        (product or a_product(work)).id,
        key=key or f"flag-{next(_numbers)}",
        filters=filters,
        is_active=is_active,
        runtime=runtime,
    )


def a_feature(
    work: Work, flag: Flag | None = None, *, stage: Stage = Stage.BETA, name: str = "Focus mode"
) -> Feature:
    """Early access to `flag`, or to one that nobody gets by its conditions."""
    flag = flag or a_flag(work, conditions=[])
    return service.offer(work, flag.id, service.FeatureDraft(name=name), stage=stage)


def in_cohort(cohort: Cohort, operator: str = "in") -> dict[str, Any]:
    return {"key": "id", "type": "cohort", "operator": operator, "value": cohort.number}


def person(key: str, value: Any, operator: str = "exact") -> dict[str, Any]:
    """A condition on one property."""
    return {"key": key, "type": "person", "operator": operator, "value": value}
