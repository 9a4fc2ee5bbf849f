"""Passages of what testers wrote that the team quotes for a need."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args

#: Letters of a quote: a passage, not a report.
LONGEST_QUOTE = 600

#: The key of the answer that is quoted.
_OF_ANSWER = ("response_id", "question_id", "row", "code", "workspace_id")


class Quote(Tenant, Base):
    """A passage, word for word. It goes with the person, with what they wrote, and with the need; while their consent does
    not stand it is shown nowhere."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("expectation_id", "expectation"),
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("report_id", "report"),
        ForeignKeyConstraint(
            _OF_ANSWER, [f"answer.{name}" for name in _OF_ANSWER], name="fk_quote_answer", ondelete="CASCADE"
        ),
        CheckConstraint("(report_id IS NULL) <> (response_id IS NULL)", name="it_comes_from_one_text"),
        # Else a key with gaps would hang on nothing.
        CheckConstraint(
            " AND ".join(f'(response_id IS NULL) = ("{name}" IS NULL)' for name in _OF_ANSWER[1:4]),
            name="an_answer_has_its_whole_key",
        ),
        CheckConstraint("length(text) > 0", name="it_says_something"),
        # Of the two sources one is empty, and nothing empty is the same as another.
        UniqueConstraint("expectation_id", "report_id", "text"),
        UniqueConstraint("expectation_id", *_OF_ANSWER[:4], "text", name="uq_quote_answer"),
        Index("ix_quote_program", "workspace_id", "program_id", "picked_at", "id"),
        Index("ix_quote_enrollment", "workspace_id", "enrollment_id"),
        Index("ix_quote_report", "workspace_id", "report_id"),
        Index("ix_quote_answer", *_OF_ANSWER),
    )

    program_id: Mapped[UUID]
    #: The need for which it speaks.
    expectation_id: Mapped[UUID]
    #: Who wrote it.
    enrollment_id: Mapped[UUID]
    report_id: Mapped[UUID | None]
    #: The key of a written answer, see `surveys.models.Answer`.
    response_id: Mapped[UUID | None]
    question_id: Mapped[UUID | None]
    row: Mapped[str | None] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(LONGEST_QUOTE))
    picked_at: Mapped[datetime]
    picked_by: Mapped[str] = mapped_column(String(200))
