"""Where what happens is told to other people's programs, and what was told."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.programs.models import Program


class Topic(StrEnum):
    """What can be told; the names that receivers see."""

    RESPONSE_COMPLETED = "response.completed"
    RESPONSE_WITHDRAWN = "response.withdrawn"
    #: A tester completed a task, was stopped by something, or opted out; or says so now.
    TASK_OUTCOME = "task.outcome"
    #: Sent by hand, to see whether it arrives.
    TEST = "webhook.test"


#: What an endpoint may ask for.
TOPICS = (Topic.RESPONSE_COMPLETED, Topic.RESPONSE_WITHDRAWN, Topic.TASK_OUTCOME)


class WebhookEndpoint(Tenant, Base):
    """An address that is told what happens in one program. Secrets are sealed; see `kernel.vault`."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "url"),
        Index("ix_webhook_endpoint_program", "workspace_id", "program_id"),
        CheckConstraint(
            "(former_secret_sealed IS NULL) = (former_secret_until IS NULL)",
            name="a_former_secret_has_an_end",
        ),
        CheckConstraint("NOT is_on OR disabled_at IS NULL", name="what_is_on_was_not_switched_off"),
    )

    program_id: Mapped[UUID]
    url: Mapped[str] = mapped_column(String(1000))
    #: Of `TOPICS`.
    topics: Mapped[list[str]]
    secret_sealed: Mapped[str] = mapped_column(Text)
    #: The secret before, and until when it signs too.
    former_secret_sealed: Mapped[str | None] = mapped_column(Text)
    former_secret_until: Mapped[datetime | None]
    is_on: Mapped[bool] = mapped_column(default=True)
    #: When betaops gave it up, because it failed for too long or wanted no more.
    disabled_at: Mapped[datetime | None]
    #: Since when every attempt failed; none: the last one went well.
    failing_since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)


class DeliveryState(StrEnum):
    """`waiting` will be tried, again perhaps; `failed` not by itself."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Tenant, Base):
    """One thing that happened, for one endpoint. What is sent is written anew each time: no answers are kept here."""

    __table_args__ = tenant_args(
        belongs_to("endpoint_id", "webhook_endpoint"),
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_endpoint", "workspace_id", "endpoint_id", "created_at", "id"),
        CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)", name="what_is_delivered_has_a_moment"
        ),
    )

    endpoint_id: Mapped[UUID]
    #: Of the recorded event: the `webhook-id`, the same however often it is sent.
    event_id: Mapped[UUID]
    topic: Mapped[Topic] = mapped_column(one_of(Topic))
    #: What it is about: the response, or the outcome of a task; nothing in a test.
    subject_id: Mapped[UUID | None]
    happened_at: Mapped[datetime]
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    #: Of the last attempt: the answer's status, or why there was none.
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    endpoint: Mapped[WebhookEndpoint] = relationship(lazy="raise_on_sql", viewonly=True)
