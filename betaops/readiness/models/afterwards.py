"""After a decision: what testers were told of it, and what turned out in the world."""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args


class Receipt(Tenant, Base):
    """A decision as testers may know it: one sentence, and whether they see the needs that their answers counted in."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        UniqueConstraint("decision_id"),
        CheckConstraint("length(sentence) > 0", name="says_something"),
    )

    decision_id: Mapped[UUID]
    sentence: Mapped[str] = mapped_column(Text)
    names_needs: Mapped[bool]
    shared_at: Mapped[datetime]
    shared_by: Mapped[str] = mapped_column(String(200))
    #: When everybody who took part was written to; None where nobody was.
    mailed_at: Mapped[datetime | None]


class Horizon(IntEnum):
    """Days after the launch on which predictions are held against reality."""

    MONTH = 30
    QUARTER = 90


class Source(StrEnum):
    BY_HAND = "by_hand"
    FILE = "file"
    USAGE = "usage"


class Launch(Tenant, Base):
    """The day on which what was decided reached customers."""

    __table_args__ = tenant_args(belongs_to("decision_id", "decision"), UniqueConstraint("decision_id"))

    decision_id: Mapped[UUID]
    launched_on: Mapped[date]
    said_at: Mapped[datetime]
    said_by: Mapped[str] = mapped_column(String(200))


class Reality(Tenant, Base):
    """What an expectation's measure came to be after the launch."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        UniqueConstraint("decision_id", "expectation_id", "days"),
        CheckConstraint("days IN (30, 90)", name="days_is_a_horizon"),
    )

    decision_id: Mapped[UUID]
    #: As in the decision's snapshot; no foreign key, as the expectation may be gone.
    expectation_id: Mapped[UUID]
    days: Mapped[int]
    #: In the measure's own unit.
    value: Mapped[float]
    source: Mapped[Source] = mapped_column(one_of(Source))
    note: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime]
    said_by: Mapped[str] = mapped_column(String(200))
