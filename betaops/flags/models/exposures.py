"""Who met a flag in the product."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args


class Exposure(Tenant, Base):
    """How often the product said on one day (UTC) that somebody met a flag, by the value that they got."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "flag_key", "value", "day"),
        CheckConstraint("times > 0", name="counts_something"),
    )

    product_id: Mapped[UUID]
    #: As the product said it: the flag may be gone by now, or never have been.
    flag_key: Mapped[str] = mapped_column(String(200))
    #: "on", "off" or the variant.
    value: Mapped[str] = mapped_column(String(200))
    day: Mapped[date]
    times: Mapped[int]


class Sighting(Tenant, Base):
    """That one tester met a flag with one value, and on which days (UTC) first and last."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("product_id", "flag_key", "value", "tester_id"),
        Index("ix_sighting_tester", "workspace_id", "tester_id"),
        CheckConstraint("first_on <= last_on", name="first_comes_first"),
    )

    product_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    flag_key: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))
    first_on: Mapped[date]
    last_on: Mapped[date]
