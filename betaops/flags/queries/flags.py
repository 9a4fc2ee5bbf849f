"""Flags, one by one and listed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.flags import definitions
from betaops.flags.models import Flag
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.programs.models import Program


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
    """All of the product, by key."""
    return session.scalars(select(Flag).where(Flag.product_id == product_id).order_by(Flag.key)).all()


def listed(
    session: Session, *, cursor: str | None = None, size: int = 50, product_id: UUID | None = None
) -> Page[Flag]:
    """A page of the workspace's flags, the oldest first."""
    found = select(Flag)
    if product_id is not None:
        found = found.where(Flag.product_id == product_id)
    return keyset(session, found, order=[(Flag.id, "asc")], cursor=cursor, size=size)


def users_of_cohort(session: Session, cohort: Cohort) -> list[str]:
    """Keys of the flags whose conditions ask for `cohort`."""
    found = session.scalars(
        select(Flag)
        .join(Program, Program.product_id == Flag.product_id)
        .where(Program.id == cohort.program_id)
        .order_by(Flag.key)
    )
    return [flag.key for flag in found if cohort.number in definitions.cohorts(flag.filters)]
