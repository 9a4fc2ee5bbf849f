"""What flags do when something happened to people, and when the product tells of its groups."""

from typing import Any, Protocol
from uuid import UUID

from betaops.enrollment.events import IdentityLinked
from betaops.flags import service
from betaops.kernel.work import Work


class ProductEvent(Protocol):
    """An event as an SDK sent it."""

    @property
    def properties(self) -> dict[str, Any]: ...


def adopt(work: Work, event: IdentityLinked) -> None:
    """Somebody is known by another id: what was chosen under it is their choice."""
    service.adopt(work, event.tester_id, event.distinct_id)


def group_identified(work: Work, product_id: UUID, owner: UUID | None, event: ProductEvent) -> None:
    """`$groupidentify`: the product says what it knows of one of its groups."""
    group_type, key = event.properties.get("$group_type"), event.properties.get("$group_key")
    told = event.properties.get("$group_set")
    if isinstance(group_type, str) and isinstance(key, str | int | float) and isinstance(told, dict):
        service.describe_group(work, product_id, group_type, str(key), told)
