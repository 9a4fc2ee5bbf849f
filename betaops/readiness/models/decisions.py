"""Go or no-go: decided on the readings as they stood, and signed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.readiness.deciding.recommendation import Choice


class DecisionState(StrEnum):
    #: Waits for further signatures.
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class Decision(Tenant, Base):
    """Go or no-go, on the readings as they stood. Never changed after it is in force, only withdrawn."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index(
            "uq_decision_one_that_stands",
            "program_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("signatures_needed BETWEEN 1 AND 2", name="needs_one_or_two_signatures"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        Index("ix_decision_program", "workspace_id", "program_id", "created_at"),
    )

    program_id: Mapped[UUID]
    choice: Mapped[Choice] = mapped_column(one_of(Choice))
    #: None where there was nothing to recommend on.
    recommended: Mapped[Choice | None] = mapped_column(one_of(Choice, "recommended"))
    reason: Mapped[str] = mapped_column(Text, default="")
    #: [{"text", "owner", "due_on"}]: what a conditional go hangs on.
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: When a no-go is looked at again.
    next_look_on: Mapped[date | None]
    #: `evidence.snapshot`: every expectation with its reading.
    snapshot: Mapped[dict[str, Any]]
    #: SHA-256 of the snapshot's canonical JSON, in hex.
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[DecisionState] = mapped_column(one_of(DecisionState), default=DecisionState.PROPOSED)
    #: [{"name", "user", "holder"}]: roles that have to sign, as they were when it was proposed; `user` is a member's id,
    #: or None where any member may sign for the role.
    roles: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: Agreeing ones; two where it goes against the recommendation.
    signatures_needed: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")


class Stance(StrEnum):
    ASSENT = "assent"
    DISSENT = "dissent"


class Signature(Tenant, Base):
    """One member's name under a decision, given after signing in afresh."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        UniqueConstraint("decision_id", "user_id"),
        CheckConstraint("stance <> 'dissent' OR length(reason) > 0", name="dissent_has_a_reason"),
        Index(
            "uq_signature_one_for_each_role",
            "decision_id",
            "fills",
            unique=True,
            sqlite_where=text("fills <> ''"),
            postgresql_where=text("fills <> ''"),
        ),
    )

    decision_id: Mapped[UUID]
    #: Stays signed by name when the account goes.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    #: The capacity in which they sign: "Product manager".
    role: Mapped[str] = mapped_column(String(120))
    #: The one of `Decision.roles` that it fills; empty where it fills none.
    fills: Mapped[str] = mapped_column(String(120), default="")
    stance: Mapped[Stance] = mapped_column(one_of(Stance))
    reason: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime]
