"""Reading who used which version of a product."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from betaops.kernel.db import UtcDateTime
from betaops.programs.models import Product
from betaops.usage.models import UsageBuild


class Used(NamedTuple):
    """A version of a product in use: how many known people had it, from when, and until which day (UTC)."""

    key: str
    #: As the product spells it; of several spellings one, always the same.
    version: str
    people: int
    first_at: datetime
    last_on: date


def used(session: Session, product_id: UUID) -> list[Used]:
    """Every version that anybody known used."""
    rows = session.execute(
        select(
            UsageBuild.version_key,
            func.min(UsageBuild.version),
            func.count(),
            func.min(UsageBuild.first_at),
            func.max(UsageBuild.last_on),
        )
        .where(UsageBuild.product_id == product_id)
        .group_by(UsageBuild.version_key)
    )
    return [Used(*row) for row in rows]


def first_used(
    session: Session, product_id: UUID, key: str
) -> Sequence[tuple[UUID, datetime, datetime | None]]:
    """(tester, when they first used version `key`, when the next one that they took) of everybody who ever used it."""
    this, later = aliased(UsageBuild), aliased(UsageBuild)
    comes_after = or_(
        later.first_at > this.first_at,
        and_(later.first_at == this.first_at, later.version_key > this.version_key),
    )
    rows = session.execute(
        select(this.tester_id, this.first_at, func.min(later.first_at, type_=UtcDateTime()))
        .outerjoin(
            later,
            and_(
                later.workspace_id == this.workspace_id,
                later.tester_id == this.tester_id,
                later.product_id == this.product_id,
                comes_after,
            ),
        )
        .where(this.product_id == product_id, this.version_key == key)
        .group_by(this.tester_id, this.first_at)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def of_tester(session: Session, tester_id: UUID) -> Sequence[tuple[UsageBuild, str]]:
    """What one person used, with the product's name, the first first."""
    rows = session.execute(
        select(UsageBuild, Product.name)
        .join(Product, Product.id == UsageBuild.product_id)
        .where(UsageBuild.tester_id == tester_id)
        .order_by(UsageBuild.first_at, UsageBuild.version_key)
    )
    return [(row[0], row[1]) for row in rows]
