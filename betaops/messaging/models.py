"""Announcements, to whom they went, and what each person wants to get."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


class Topic(StrEnum):
    """What a person can turn off. Everything else is part of what they asked for and always comes."""

    #: Announcements of a program.
    NEWS = "news"
    #: A survey or a task that waits.
    REMINDERS = "reminders"
    #: Replies to what they reported, and its outcome.
    REPLIES = "replies"


class Preference(Base, Tenant):
    """One choice of one person. No row: wanted."""

    __tablename__ = "preference"
    __table_args__ = tenant_args(belongs_to("tester_id", "tester"), UniqueConstraint("tester_id", "topic"))

    tester_id: Mapped[UUID]
    topic: Mapped[Topic] = mapped_column(one_of(Topic))
    is_wanted: Mapped[bool]
    changed_at: Mapped[datetime]


class Reason(StrEnum):
    """Why an address gets nothing but what its owner asks for at that moment (sign-in links)."""

    #: The mail server said that there is no such mailbox.
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    #: A member put it here.
    BY_HAND = "by_hand"


class Suppression(Base, Tenant):
    """An address that gets no mail of any topic, whoever it belongs to."""

    __tablename__ = "suppression"
    __table_args__ = tenant_args(UniqueConstraint("workspace_id", "mail_key"))

    mail_key: Mapped[str] = mapped_column(String(320))
    reason: Mapped[Reason] = mapped_column(one_of(Reason))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200), default="")


class CampaignState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"
    #: A member stopped it half-way; who had it keeps it.
    STOPPED = "stopped"


class Campaign(Base, Tenant, Versioned):
    """One announcement of a program to an audience."""

    __tablename__ = "campaign"
    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index("ix_campaign_program", "workspace_id", "program_id", "created_at", "id"),
    )

    program_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(String(200))
    #: Markdown with `{{fields}}` of `substitution.FIELDS`.
    body: Mapped[str] = mapped_column(Text)
    #: `audience.Audience` as JSON.
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[CampaignState] = mapped_column(one_of(CampaignState), default=CampaignState.DRAFT)
    created_at: Mapped[datetime]
    #: When a member pressed *Send*.
    ordered_at: Mapped[datetime | None]
    ordered_by: Mapped[str] = mapped_column(String(200), default="")
    finished_at: Mapped[datetime | None]

    @property
    def may_be_changed(self) -> bool:
        return self.state is CampaignState.DRAFT


class DeliveryState(StrEnum):
    WAITING = "waiting"
    #: A mail to this person stands in the outbox.
    QUEUED = "queued"
    #: They do not want news.
    UNWANTED = "unwanted"
    #: Their address is suppressed.
    SUPPRESSED = "suppressed"
    #: They left between *Send* and their turn.
    GONE = "gone"


class Delivery(Base, Tenant):
    """One person's copy of an announcement: the unique key is what makes it exactly one."""

    __tablename__ = "delivery"
    __table_args__ = tenant_args(
        belongs_to("campaign_id", "campaign"),
        belongs_to("enrollment_id", "enrollment"),
        UniqueConstraint("campaign_id", "enrollment_id"),
        CheckConstraint("(state = 'queued') = (mail_id IS NOT NULL)", name="queued_means_there_is_a_mail"),
        Index("ix_delivery_waiting", "campaign_id", "state", "id"),
        Index("ix_delivery_enrollment", "enrollment_id"),
    )

    campaign_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    #: Row of the kernel's outbox; no foreign key, old mails are dropped before announcements.
    mail_id: Mapped[UUID | None]
    at: Mapped[datetime | None]
