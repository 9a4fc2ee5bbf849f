"""Flags, one by one and listed."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.flags import definitions
from betaops.flags.models import Flag
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import decode
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Product, Program


def flag(session: Session, flag_id: UUID) -> Flag:
    found = session.scalar(select(Flag).where(Flag.id == flag_id))
    if found is None:
        raise NotFound
    return found


def flag_by_key(session: Session, product_id: UUID, key: str) -> Flag:
    found = session.scalar(select(Flag).where(Flag.product_id == product_id, Flag.key == key))
    if found is None:
        raise NotFound
    return found


def flags(session: Session, product_id: UUID) -> Sequence[Flag]:
    """All of the product, by key; archived ones too."""
    return session.scalars(select(Flag).where(Flag.product_id == product_id).order_by(Flag.key)).all()


def archived(session: Session, product_id: UUID) -> Sequence[Flag]:
    """Those of the product that were put away, by key."""
    return session.scalars(
        select(Flag).where(Flag.product_id == product_id, Flag.archived_at.is_not(None)).order_by(Flag.key)
    ).all()


def active_among(session: Session, product_id: UUID, flag_ids: set[UUID]) -> Sequence[Flag]:
    """Those of `flag_ids` that are flags of the product and on, by key."""
    return session.scalars(
        select(Flag)
        .where(Flag.product_id == product_id, Flag.id.in_(flag_ids), Flag.is_active)
        .order_by(Flag.key)
    ).all()


def listed(
    session: Session,
    product_id: UUID,
    *,
    is_archived: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Flag]:
    """A page of a product's flags, the oldest first."""
    when = Flag.archived_at
    return keyset(
        session,
        select(Flag).where(
            Flag.product_id == product_id, when.is_not(None) if is_archived else when.is_(None)
        ),
        order=[(Flag.id, "asc")],
        cursor=cursor,
        size=size,
    )


def users_of_cohort(session: Session, cohort: Cohort) -> list[str]:
    """Keys of the flags whose conditions ask for `cohort`."""
    found = session.scalars(
        select(Flag)
        .join(Program, Program.product_id == Flag.product_id)
        .where(Program.id == cohort.program_id)
        .order_by(Flag.key)
    )
    return [flag.key for flag in found if cohort.number in definitions.cohorts(flag.filters)]


def product_named(session: Session, name: str) -> Product:
    """By short name, project key or `prd_…` id, of whatever workspace: for the operator's own commands.

    `NotFound` also where two workspaces have a product of that short name.
    """
    wanted = [Product.slug == name, Product.project_key == name]
    with suppress(NotFound):
        wanted.append(Product.id == decode("prd", name))
    found = session.scalars(
        select(Product).where(or_(*wanted)).limit(2).execution_options(unscoped=True)
    ).all()
    if len(found) != 1:
        raise NotFound
    return found[0]
