"""Passages of what testers wrote that the team quotes for a need."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args

#: Letters of a quote: a passage, not a report.
LONGEST_QUOTE = 600


class Quote(Tenant, Base):
    """A passage, word for word. It goes with the person, with what they wrote, and with the need; while their consent does
    not stand it is shown nowhere."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("expectation_id", "expectation"),
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("report_id", "report"),
        belongs_to("answer_id", "answer"),
        CheckConstraint("(report_id IS NULL) <> (answer_id IS NULL)", name="it_comes_from_one_text"),
        CheckConstraint("length(text) > 0", name="it_says_something"),
        # Of the two ids one is empty, and nothing empty is the same as another.
        UniqueConstraint("expectation_id", "report_id", "text"),
        UniqueConstraint("expectation_id", "answer_id", "text"),
        Index("ix_quote_program", "workspace_id", "program_id", "picked_at", "id"),
        Index("ix_quote_enrollment", "workspace_id", "enrollment_id"),
        Index("ix_quote_report", "workspace_id", "report_id"),
        Index("ix_quote_answer", "workspace_id", "answer_id"),
    )

    program_id: Mapped[UUID]
    #: The need for which it speaks.
    expectation_id: Mapped[UUID]
    #: Who wrote it.
    enrollment_id: Mapped[UUID]
    report_id: Mapped[UUID | None]
    answer_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(String(LONGEST_QUOTE))
    picked_at: Mapped[datetime]
    picked_by: Mapped[str] = mapped_column(String(200))
