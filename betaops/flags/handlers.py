"""What flags make of events in the product under test."""

from typing import Any, Protocol
from uuid import UUID

from betaops.flags import service
from betaops.kernel.work import Work


class ProductEvent(Protocol):
    """An event as an SDK sent it."""

    @property
    def properties(self) -> dict[str, Any]: ...


def group_identified(work: Work, product_id: UUID, owner: UUID | None, event: ProductEvent) -> None:
    """`$groupidentify`: the product says what it knows of one of its groups."""
    group_type, key = event.properties.get("$group_type"), event.properties.get("$group_key")
    told = event.properties.get("$group_set")
    if isinstance(group_type, str) and isinstance(key, str | int | float) and isinstance(told, dict):
        service.describe_group(work, product_id, group_type, str(key), told)
