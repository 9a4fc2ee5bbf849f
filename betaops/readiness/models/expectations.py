"""What customers expect, and what was found about it from day to day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.readiness.deciding.recommendation import Weight
from betaops.readiness.verdict import Direction, Verdict


class Expectation(Versioned, Tenant, Base):
    """One customer need, how it is measured, and the line it has to cross.

    Several expectations may state the same need; where their measures disagree it is contradicted.
    """

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("cohort_id", "cohort", ondelete="NO ACTION"),
        CheckConstraint("confidence > 0.5 AND confidence < 1", name="confidence_is_one_sided"),
        CheckConstraint("closes_at > 0", name="closes_at_a_number"),
        CheckConstraint("wave >= 0", name="wave_is_a_number"),
        CheckConstraint("length(build) > 0", name="build_has_a_name"),
        CheckConstraint("least_answered >= 0 AND least_answered <= 1", name="least_answered_is_a_share"),
        Index("ix_expectation_program", "workspace_id", "program_id", "position"),
    )

    program_id: Mapped[UUID]
    #: In the customer's words.
    need: Mapped[str] = mapped_column(Text)
    #: Where the need was heard: an interview, a request, a contract, a market document.
    source: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[Weight] = mapped_column(one_of(Weight), default=Weight.MUST)
    #: Kind of a `measures.Measure`, with what it needs to know in `parameters`.
    measure: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: In the measure's own unit: a share from 0 to 1, points, a mean, a count.
    threshold: Mapped[float]
    direction: Mapped[Direction] = mapped_column(one_of(Direction), default=Direction.AT_LEAST)
    #: Only testers of this cohort; None for everybody in the program.
    cohort_id: Mapped[UUID | None]
    #: Only answers of that wave of the measure's survey; only what came while testers used that build.
    wave: Mapped[int | None]
    build: Mapped[str | None] = mapped_column(String(60))
    #: One-sided, see `verdict.verdict`.
    confidence: Mapped[float] = mapped_column(default=0.95)
    #: When it is read for good: after this day (UTC), or once so many people count. Without either it never is, and only
    #: evidence that may be looked at on any day is believed.
    closes_on: Mapped[date | None]
    closes_at: Mapped[int | None]
    #: The share of those asked, from 0 to 1, who must have answered before it is called.
    least_answered: Mapped[float] = mapped_column(default=0.0)
    #: When a criterion was changed that was sealed, or read at its close already: there is no such reading any more.
    amended_at: Mapped[datetime | None]
    #: Place in the list, from 0.
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Reading(Tenant, Base):
    """What was found about one expectation, the last of each day (UTC)."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("expectation_id", "expectation"),
        UniqueConstraint("expectation_id", "taken_on"),
        Index("ix_reading_program", "workspace_id", "program_id", "taken_on"),
    )

    program_id: Mapped[UUID]
    expectation_id: Mapped[UUID]
    taken_on: Mapped[date]
    taken_at: Mapped[datetime]
    #: The expectation's version that was judged.
    version: Mapped[int]
    #: As it counts: contradicted where measures of the same need disagree; `outcome` keeps its own.
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    #: How many testers (or whatever the measure counts) it rests on.
    n: Mapped[int] = mapped_column(default=0)
    #: In the measure's unit; None where nothing was measured.
    estimate: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    #: `verdict.Outcome`.
    outcome: Mapped[dict[str, Any]]
    #: `measures.Sample` without the people: levels, counts, who was left out and why.
    sample: Mapped[dict[str, Any]]
