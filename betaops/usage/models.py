"""Events of the product under test, what they add up to, and how far they were passed on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Identified, Tenant, belongs_to, leaf_args
from betaops.usage.builds import LONGEST_KEY, LONGEST_VERSION


class UsageEvent(Tenant, Base):
    """One thing somebody did, as the SDK told it. `uuid` is the SDK's own: a resent event is not a second one."""

    __table_args__ = leaf_args(
        belongs_to("product_id", "product"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("product_id", "uuid"),
        Index("ix_usage_event_tester", "workspace_id", "tester_id", "at"),
        Index("ix_usage_event_distinct_id", "workspace_id", "distinct_id"),
    )

    product_id: Mapped[UUID]
    uuid: Mapped[UUID]
    distinct_id: Mapped[str] = mapped_column(String(200))
    #: None while nobody is known under this distinct id.
    tester_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    properties: Mapped[dict[str, Any]]


class UsageDaily(Tenant, Base):
    """How often one person did one thing on one day (UTC)."""

    __table_args__ = leaf_args(
        belongs_to("product_id", "product"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("product_id", "day", "tester_id", "name"),
        Index("ix_usage_daily_tester", "workspace_id", "tester_id", "day"),
        CheckConstraint("events > 0", name="counts_something"),
    )

    product_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    events: Mapped[int]


class UsageBuild(Tenant, Base):
    """That one person used one version of a product: from when, and until which day (UTC). Written with the daily counts,
    so that nobody reads events to learn who had what."""

    __table_args__ = leaf_args(
        belongs_to("product_id", "product"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("product_id", "version_key", "tester_id"),
        Index("ix_usage_build_tester", "workspace_id", "tester_id"),
        CheckConstraint("version_key <> ''", name="a_version_says_something"),
    )

    product_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    #: `builds.version_key` of the version.
    version_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    #: As the product spelled it when they first used it.
    version: Mapped[str] = mapped_column(String(LONGEST_VERSION))
    first_at: Mapped[datetime]
    last_on: Mapped[date]


class UsagePosition(Identified, Base):
    """How far events were passed on to one destination, for all workspaces together."""

    __table_args__ = (UniqueConstraint("destination"),)

    destination: Mapped[str] = mapped_column(String(60))
    #: Id of the last event passed on; ids grow with time.
    position: Mapped[UUID]
    moved_at: Mapped[datetime]
