"""How many people got how far, and how they take part: what the overview shows without looking at every answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args


class ProgramTally(Tenant, Base):
    """A program's people in numbers, counted by the job that reads its evidence. Numbers only: nobody stands in it."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id"),
        CheckConstraint("accepted <= applied AND activated <= applied", name="who_got_in_had_applied"),
        CheckConstraint("lately <= settled_in AND heard <= settled_in", name="no_more_speak_than_are_in"),
    )

    program_id: Mapped[UUID]
    counted_at: Mapped[datetime]
    #: Whoever got as far, wherever they are now.
    applied: Mapped[int]
    accepted: Mapped[int]
    activated: Mapped[int]
    took_part: Mapped[int]
    answered: Mapped[int]
    #: Of those who are in: without a sign of life for a week.
    silent: Mapped[int]
    #: In for a week or longer; and of them, who took part in the last seven days, ever answered, ever reported.
    settled_in: Mapped[int]
    lately: Mapped[int]
    replied: Mapped[int]
    heard: Mapped[int]
    #: Whether they were asked anything: a survey is or was published.
    is_asked: Mapped[bool]
    #: People whose reports say how they find it; see `health.success`.
    speakers: Mapped[int]
    success: Mapped[float | None]
    success_low: Mapped[float | None]
    success_high: Mapped[float | None]
    #: What success were, had nothing been addressed.
    untouched: Mapped[float | None] = mapped_column()
