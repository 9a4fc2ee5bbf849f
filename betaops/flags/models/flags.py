"""Flags of a product, in PostHog's own terms, and the groups of people that imported flags speak of."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.kernel.db import Base, Json, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Product


class Runtime(StrEnum):
    """Where a flag may be read: a `server` flag is never shown to browsers."""

    ALL = "all"
    CLIENT = "client"
    SERVER = "server"


class Flag(Versioned, Tenant, Base):
    """A switch in the product under test. `filters` is PostHog's: conditions, variants, payloads."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "key"),
        UniqueConstraint("product_id", "number"),
        CheckConstraint("archived_at IS NULL OR NOT is_active", name="archived_is_off"),
    )

    product_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(200))
    #: What SDKs call its id; a flag imported from PostHog keeps the one it had.
    number: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    runtime: Mapped[Runtime] = mapped_column(one_of(Runtime), default=Runtime.ALL)
    #: Names of places ("checkout"); a request that names places gets flags of these only. Empty: everywhere.
    contexts: Mapped[list[Any]] = mapped_column(default=list)
    #: Off for whoever does not prove who they are (a signed identity, or the secret key).
    identified_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What else an imported definition said, for the SDKs and for the way back.
    other: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    #: Put away since: SDKs get the answer for an unknown flag, and nobody changes it before it is brought back.
    archived_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def variants(self) -> list[dict[str, Any]]:
        return list((self.filters.get("multivariate") or {}).get("variants") or [])

    @property
    def is_by_device(self) -> bool:
        """Whether shares are of devices instead of people."""
        return (
            self.other.get("bucketing_identifier") or self.filters.get("bucketing_identifier")
        ) == "device_id"

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return list(self.filters.get("groups") or [])

    @property
    def is_fully_rolled_out(self) -> bool:
        """Whether everybody who fits a condition gets it."""
        shares = [group.get("rollout_percentage") for group in self.conditions]
        return bool(shares) and all(share is None or share >= 100 for share in shares)


def number_for(flag_id: UUID) -> int:
    """A number from 2³⁰ to 2³¹ for a flag that is not from PostHog: fits every SDK's integers."""
    return 1 << 30 | flag_id.int & ((1 << 30) - 1)


class Segment(Tenant, Base):
    """A cohort that came with imported flags: a rule over what a request says, or a list of distinct ids.

    Not a `Cohort`: it holds for whoever asks, tester or not, and belongs to the product.
    """

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "number"),
        CheckConstraint("(definition IS NULL) <> (members IS NULL)", name="has_a_definition_or_members"),
    )

    product_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(400), default="")
    #: PostHog's property group.
    definition: Mapped[dict[str, Any] | None] = mapped_column(Json())
    #: Distinct ids of a static cohort.
    members: Mapped[list[Any] | None] = mapped_column(Json())
    #: Names of the companies in it, for conditions decided by group.
    companies: Mapped[list[str]] = mapped_column(Json(), default=list, server_default="[]")


class Dialect(Tenant, Base):
    """How a product's flag definitions are to be read; a product without one has the defaults."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id"),
        CheckConstraint("matching_version IN (1, 2)", name="matching_version_is_known"),
    )

    product_id: Mapped[UUID]
    #: 1 compares filters that look like truth values by truth, 2 compares all by text.
    matching_version: Mapped[int] = mapped_column(default=1)
    #: Names of group types by their index as text: {"0": "company"}.
    group_types: Mapped[dict[str, Any]] = mapped_column(default=dict)
