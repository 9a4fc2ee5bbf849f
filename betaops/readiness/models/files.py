"""Files that jobs write for people, and that stay for a while."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args


class FileKind(StrEnum):
    #: A paper, set for printing.
    PDF = "pdf"
    DOSSIER = "dossier"


CONTENT_TYPES = {FileKind.PDF: "application/pdf", FileKind.DOSSIER: "application/json"}


class KeptFile(Tenant, Base):
    """A file of a program's evidence that was asked for. There is one of the same evidence while it is being written."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint(
            "kind <> 'pdf' OR (document IS NOT NULL AND said IS NOT NULL)",
            name="paper_is_set_from_a_document",
        ),
        Index("ix_kept_file_found", "workspace_id", "program_id", "kind", "digest"),
        Index(
            "uq_kept_file_one_being_written",
            "program_id",
            "kind",
            "digest",
            unique=True,
            sqlite_where=text("written_at IS NULL"),
            postgresql_where=text("written_at IS NULL"),
        ),
        Index("ix_kept_file_kept_until", "kept_until"),
    )

    program_id: Mapped[UUID]
    kind: Mapped[FileKind] = mapped_column(one_of(FileKind))
    #: SHA-256, in hex, of the evidence that it is written from.
    digest: Mapped[str] = mapped_column(String(64))
    #: As it is saved, without its ending.
    name: Mapped[str] = mapped_column(String(120))
    #: `documents.Document` as JSON, where it is a paper: what was looked at is what is written. Of quotes it has ids alone.
    document: Mapped[dict[str, Any] | None]
    #: SHA-256, in hex, of the document with the words of its quotes: whoever takes theirs back is gone from the file too.
    said: Mapped[str | None] = mapped_column(String(64))
    #: Its name in the file store, chosen before it is written: written again, it is the same file.
    file: Mapped[str] = mapped_column(String(100))
    #: Who writes it; jobs are forgotten sooner or later, so it may be gone.
    job_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    kept_until: Mapped[datetime]

    def is_there(self, now: datetime) -> bool:
        """Whether it can be fetched."""
        return self.written_at is not None and now < self.kept_until
