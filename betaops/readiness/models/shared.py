"""Papers that were handed to people who have no account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args


class SharedPaper(Tenant, Base):
    """A paper as it was when its link was made: what was sent does not change. Who has the link reads it until it is
    revoked or runs out."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("token_digest"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint("opened >= 0", name="openings_count_up"),
        CheckConstraint("expires_at IS NULL OR expires_at > made_at", name="expires_after_it_was_made"),
        Index("ix_shared_paper_program", "workspace_id", "program_id", "made_at"),
    )

    program_id: Mapped[UUID]
    #: Key of `papers.PAPERS`.
    paper: Mapped[str] = mapped_column(String(40))
    #: For whom: only the team reads it.
    note: Mapped[str] = mapped_column(String(200), default="")
    #: `documents.Document` as JSON.
    document: Mapped[dict[str, Any]]
    #: SHA-256 of the document's canonical JSON, in hex; the audit log has it as well.
    digest: Mapped[str] = mapped_column(String(64))
    #: SHA-256 of the token in the link.
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(String(200), default="")
    #: How often, and when last.
    opened: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]

    def is_open(self, now: datetime) -> bool:
        """Whether its link still leads to it."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
