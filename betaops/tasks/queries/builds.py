"""Builds of a product."""

import heapq
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.tasks.models import Build, Task
from betaops.usage.builds import in_order
from betaops.usage.queries import versions
from betaops.usage.queries.versions import Used

#: Versions that nobody announced which are shown at most: more is noise, or somebody making it.
MOST_UNANNOUNCED = 200


def build(session: Session, build_id: UUID, *, product_id: UUID | None = None) -> Build:
    """One of this workspace (and product, where given)."""
    found = session.scalar(select(Build).where(Build.id == build_id))
    if found is None or (product_id is not None and found.product_id != product_id):
        raise NotFound
    return found


def builds(session: Session, product_id: UUID) -> Sequence[Build]:
    """Of one product: drafts first, then the one released last."""
    return session.scalars(
        select(Build)
        .where(Build.product_id == product_id)
        .order_by(Build.released_at.is_not(None), Build.released_at.desc(), Build.id.desc())
    ).all()


def build_named(session: Session, product_id: UUID, name: str) -> Build | None:
    """As people call it."""
    return session.scalar(select(Build).where(Build.product_id == product_id, Build.name == name))


def unannounced(session: Session, product_id: UUID) -> list[Used]:
    """Versions that the product's events told of and that are no build of it, the newest use first;
    of very many those that most people use."""
    announced = {each.version_key for each in builds(session, product_id)}
    found = [each for each in versions.used(session, product_id) if each.key not in announced]
    if len(found) > MOST_UNANNOUNCED:
        found = heapq.nlargest(MOST_UNANNOUNCED, found, key=lambda each: (each.people, each.last_on))
    return sorted(found, key=lambda each: (each.last_on, in_order(each.key)), reverse=True)


def people_using(session: Session, product_id: UUID) -> dict[str, int]:
    """Known people who used each version, by its key."""
    return {each.key: each.people for each in versions.used(session, product_id)}


def builds_page(session: Session, product_id: UUID, *, cursor: str | None, size: int) -> Page[Build]:
    """The newest first."""
    return keyset(
        session,
        select(Build).where(Build.product_id == product_id),
        order=[(Build.created_at, "desc"), (Build.id, "desc")],
        cursor=cursor,
        size=size,
    )


def _current(product_id: UUID) -> Select[Build]:
    return (
        select(Build)
        .where(
            Build.product_id == product_id,
            Build.released_at.is_not(None),
            Build.retired_at.is_(None),
        )
        .order_by(Build.released_at.desc(), Build.id.desc())
        .limit(1)
    )


def current_build(session: Session, product_id: UUID) -> Build | None:
    """What testers are to use now; None where nothing is released."""
    return session.scalar(_current(product_id))


def count_tasks(session: Session, build_id: UUID) -> int:
    """Tasks that are about this build."""
    return counts_by_build(session, [build_id]).get(build_id, 0)


def counts_by_build(session: Session, build_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tasks that are about each build; builds without any are left out."""
    rows = session.execute(
        select(Task.build_id, func.count()).where(Task.build_id.in_(build_ids)).group_by(Task.build_id)
    )
    return {build_id: count for build_id, count in rows if build_id is not None}
