"""What was expected when the program started, and what was changed since."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.readiness.verdict import Verdict


class CriteriaSeal(Tenant, Base):
    """What was expected when the program started; never changed. Whatever changes later is an `Amendment`."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
    )

    program_id: Mapped[UUID]
    sealed_at: Mapped[datetime]
    #: `criteria.criterion` of each expectation, in their order.
    criteria: Mapped[list[dict[str, Any]]]
    #: `criteria.ground_rules`: how all were judged; None in seals from before it was sealed.
    ground_rules: Mapped[dict[str, Any] | None]
    #: SHA-256 of both as canonical JSON (`criteria.digest_of`), in hex; the audit log has it as well.
    digest: Mapped[str] = mapped_column(String(64))


class AmendmentKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Amendment(Tenant, Base):
    """A criterion that was added, changed or removed after the seal, or how all are judged, by whom and why.

    Stays when the expectation goes.
    """

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        CheckConstraint("length(reason) > 0", name="has_a_reason"),
        CheckConstraint(
            "expectation_id IS NOT NULL OR kind = 'changed'", name="ground_rules_are_only_changed"
        ),
        Index("ix_amendment_program", "workspace_id", "program_id", "at"),
    )

    program_id: Mapped[UUID]
    #: None where it is about how all are judged; `need` is empty then.
    expectation_id: Mapped[UUID | None]
    kind: Mapped[AmendmentKind] = mapped_column(one_of(AmendmentKind))
    need: Mapped[str] = mapped_column(Text)
    #: [{"what", "before", "after"}] as `criteria.criterion` or `criteria.ground_rules` has them; empty where it came or went
    #: as a whole.
    changes: Mapped[list[dict[str, Any]]]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    #: What was found until then; None where nothing was read yet.
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict))
