"""What a flag was and what it is proposed to be."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


class Change(StrEnum):
    """What made a revision."""

    CREATED = "created"
    EDITED = "edited"
    KILLED = "killed"
    REVIVED = "revived"
    RESTORED = "restored"
    ARCHIVED = "archived"
    BROUGHT_BACK = "brought_back"
    IMPORTED = "imported"
    #: A step of a roll-out.
    STEPPED = "stepped"
    #: A share that was set at its moment; switching on and off at theirs are what they are.
    SCHEDULED = "scheduled"
    #: It was there before histories were kept.
    FOUND = "found"


class FlagRevision(Tenant, Base):
    """A flag as it was after one change, for good."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        UniqueConstraint("flag_id", "version"),
    )

    flag_id: Mapped[UUID]
    #: The flag's own, after the change.
    version: Mapped[int]
    change: Mapped[Change] = mapped_column(one_of(Change))
    #: The whole flag in PostHog's format.
    definition: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    #: Who wanted it: a member's name, a key's, or that of a part of betaops.
    who: Mapped[str] = mapped_column(String(200), default="")
    #: As in events: member, key or system.
    actor_kind: Mapped[str] = mapped_column(String(16))
    #: The second person, where one had to agree.
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class ApprovalRule(Versioned, Tenant, Base):
    """Whether a product's flags change only when a second person agrees; without a row they do not wait."""

    __table_args__ = tenant_args(belongs_to("product_id", "product"), UniqueConstraint("product_id"))

    product_id: Mapped[UUID]
    is_on: Mapped[bool] = mapped_column(default=False)


class Action(StrEnum):
    """What a proposal asks for. Switching off is not among them: it never waits, nor does whatever gives less."""

    CREATE = "create"
    EDIT = "edit"
    RESTORE = "restore"
    REVIVE = "revive"
    ARCHIVE = "archive"
    DELETE = "delete"
    ROLL_OUT = "roll_out"
    #: On to a roll-out's next step before it is due.
    SKIP = "skip"
    SCHEDULE = "schedule"
    PROMOTE = "promote"


#: They go on by themselves once they are approved, as `FlagProposal.plan` says.
PLANNED = (Action.ROLL_OUT, Action.SKIP, Action.SCHEDULE, Action.PROMOTE)
_IS_OPEN_EDIT = text("state = 'open' AND plan IS NULL")


class ProposalState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    #: The flag was changed by something else meanwhile.
    OUTDATED = "outdated"


class FlagProposal(Tenant, Base):
    """A change that waits for a second person, or what became of it."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        # Without the flag its key tells which it was: `delete_flag` lets go of it.
        belongs_to("flag_id", "flag", ondelete="NO ACTION"),
        Index("ix_flag_proposal_product", "workspace_id", "product_id", "state"),
        Index("ix_flag_proposal_flag", "workspace_id", "flag_id"),
        Index(
            "uq_flag_proposal_one_open",
            "product_id",
            "key",
            "proposer_id",
            unique=True,
            sqlite_where=_IS_OPEN_EDIT,
            postgresql_where=_IS_OPEN_EDIT,
        ),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_no_longer_open"),
        CheckConstraint(
            "state <> 'approved' OR (decided_by_id IS NOT NULL AND decided_by_id <> proposer_id)",
            name="approved_by_somebody_else",
        ),
        CheckConstraint("state <> 'rejected' OR length(reason) > 0", name="rejected_with_a_reason"),
        CheckConstraint("(action = 'create') = (base_version IS NULL)", name="has_a_base_unless_new"),
        CheckConstraint(
            "(action IN ('roll_out', 'skip', 'schedule', 'promote')) = (plan IS NOT NULL)",
            name="has_a_plan_to_go_on_by_itself",
        ),
    )

    product_id: Mapped[UUID]
    #: None for a flag that is not there yet, or not any more.
    flag_id: Mapped[UUID | None]
    key: Mapped[str] = mapped_column(String(200))
    action: Mapped[Action] = mapped_column(one_of(Action))
    #: The version of the flag that it was proposed on.
    base_version: Mapped[int | None]
    #: The whole flag as it is to be in the end, in PostHog's format; of one that is to go, as it is.
    definition: Mapped[dict[str, Any]]
    #: Of a PLANNED action: see `flags.planned`.
    plan: Mapped[dict[str, Any] | None]
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.OPEN)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    #: As in events: member or key.
    proposed_through: Mapped[str] = mapped_column(String(16))
    #: The person behind it, who cannot approve it: the member, or whoever made the key.
    proposer_id: Mapped[UUID]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[UUID | None]
    #: Why it was rejected.
    reason: Mapped[str] = mapped_column(Text, default="")
