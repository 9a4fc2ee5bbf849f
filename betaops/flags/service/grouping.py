"""Groups of the product's people (companies), as the product tells them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.flags.models import Dialect, ProductGroup
from betaops.kernel.ids import new_id
from betaops.kernel.payloads import is_storable
from betaops.kernel.work import Work
from betaops.programs import service as program_service

#: As in PostHog: a product has at most so many kinds of groups.
MOST_GROUP_TYPES = 5
MOST_PROPERTIES = 100
LONGEST_NAME, LONGEST_KEY = 100, 200
LARGEST = 16 << 10


def describe_group(
    work: Work, product_id: UUID, group_type: str, key: str, properties: Mapping[str, Any]
) -> bool:
    """Add `properties` to what is known of a group, new values over old ones; whether anything changed.

    A kind of group that the product never named before is known from then on, up to the most that there
    may be. What cannot be kept (a sixth kind, too much of it) is passed over: the event itself is kept.
    """
    if not 0 < len(group_type) <= LONGEST_NAME or not 0 < len(key) <= LONGEST_KEY:
        return False
    if not _knows(work, product_id, group_type):
        return False
    row = work.session.scalar(
        select(ProductGroup)
        .where(
            ProductGroup.product_id == product_id,
            ProductGroup.group_type == group_type,
            ProductGroup.key == key,
        )
        .with_for_update()
    )
    former = row.properties if row is not None else {}
    merged = {**former, **properties}
    if len(merged) > MOST_PROPERTIES or not is_storable(merged, LARGEST):
        return False
    if row is not None and merged == former:
        return False
    _write(work, product_id, group_type, key, merged)
    program_service.bump_revision(work, product_id)
    return True


def _write(work: Work, product_id: UUID, group_type: str, key: str, properties: dict[str, Any]) -> None:
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = flavour.insert(ProductGroup).values(
        id=new_id(),
        workspace_id=work.workspace_id,
        product_id=product_id,
        group_type=group_type,
        key=key,
        properties=properties,
        changed_at=work.now,
    )
    work.session.execute(
        row.on_conflict_do_update(
            index_elements=["product_id", "group_type", "key"],
            set_={"properties": row.excluded.properties, "changed_at": row.excluded.changed_at},
        )
    )


def _knows(work: Work, product_id: UUID, group_type: str) -> bool:
    """Whether the product has this kind of group; it has from now on where there is room for one more."""
    dialect = work.session.scalar(select(Dialect).where(Dialect.product_id == product_id).with_for_update())
    if dialect is None:
        work.add(Dialect(product_id=product_id, group_types={"0": group_type}))
        return True
    if group_type in dialect.group_types.values():
        return True
    if len(dialect.group_types) >= MOST_GROUP_TYPES:
        return False
    free = next(str(index) for index in range(MOST_GROUP_TYPES) if str(index) not in dialect.group_types)
    dialect.group_types = {**dialect.group_types, free: group_type}
    return True
