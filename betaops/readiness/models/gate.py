"""The gate of a program: what it takes to pass it besides expectations, who has to sign, and when it is shut."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.readiness.deciding.checks import Check


class CriterionKind(StrEnum):
    """What a criterion is asked for; in the order of a program's life."""

    ENTRY = "entry"
    EXIT = "exit"
    #: While one of these is so, nothing is released.
    SUSPENSION = "suspension"
    #: What has to be so before a suspended program goes on.
    RESUMPTION = "resumption"


class GateCriterion(Tenant, Base):
    """One sentence that is so or not: `looked_up` by us, or else ticked by a person."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        CheckConstraint("length(text) > 0", name="says_something"),
        CheckConstraint("looked_up IS NULL OR ticked_at IS NULL", name="what_is_looked_up_is_not_ticked"),
        Index("ix_gate_criterion_program", "workspace_id", "program_id", "kind", "position"),
    )

    program_id: Mapped[UUID]
    kind: Mapped[CriterionKind] = mapped_column(one_of(CriterionKind))
    text: Mapped[str] = mapped_column(Text)
    looked_up: Mapped[Check | None] = mapped_column(one_of(Check, "looked_up"))
    #: Place among its kind, from 0.
    position: Mapped[int] = mapped_column(default=0)
    ticked_at: Mapped[datetime | None]
    ticked_by: Mapped[str] = mapped_column(String(200), default="")


class SignerRole(Tenant, Base):
    """A role that has to sign every decision of a program from now on, and the member who holds it, if one does."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "name"),
        # One person signs once: nobody holds two roles.
        UniqueConstraint("program_id", "user_id"),
        CheckConstraint("length(name) > 0", name="has_a_name"),
        Index(None, "user_id"),
    )

    program_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(120))
    #: None: any member who may sign.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: Place in the list, from 0.
    position: Mapped[int] = mapped_column(default=0)


class Suspension(Tenant, Base):
    """From when on nothing is released because a suspension criterion came true, until somebody resumes."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index(
            "uq_suspension_one_that_lasts",
            "program_id",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )

    program_id: Mapped[UUID]
    began_at: Mapped[datetime]
    #: The criteria that came true, as sentences.
    because: Mapped[list[str]]
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
