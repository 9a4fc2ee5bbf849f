"""What happens to a decision after it was signed: conditions met, waivers renewed, what ran out, who withdrew."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.readiness.deciding.recommendation import Choice


class Fulfilment(Tenant, Base):
    """A condition of a decision that is met. Its deletion says that it came undone."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        UniqueConstraint("decision_id", "number"),
        CheckConstraint("number >= 1", name="numbers_begin_at_one"),
    )

    decision_id: Mapped[UUID]
    #: Of the condition in `Decision.conditions`, from 1.
    number: Mapped[int]
    met_at: Mapped[datetime]
    met_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")


class Waiver(Tenant, Base):
    """A must-have that was not met and need not be, until a day. Renewed, there is another; the last one counts."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        CheckConstraint("length(reason) > 0", name="has_a_reason"),
        Index("ix_waiver_decision", "workspace_id", "decision_id", "given_at"),
    )

    decision_id: Mapped[UUID]
    #: No foreign key: it stays when the expectation goes.
    expectation_id: Mapped[UUID]
    need: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    #: The last day (UTC) on which it counts.
    ends_on: Mapped[date]
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(200))


class LapseKind(StrEnum):
    CONDITION = "condition"
    WAIVER = "waiver"
    #: The day on which a no-go is looked at again has come.
    NEXT_LOOK = "next_look"


class Lapse(Tenant, Base):
    """Something that ran out, as it was noticed: told once."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"), UniqueConstraint("decision_id", "kind", "about", "due_on")
    )

    decision_id: Mapped[UUID]
    kind: Mapped[LapseKind] = mapped_column(one_of(LapseKind))
    #: Which one of its kind: the condition's number, the expectation's id; empty where there is one only.
    about: Mapped[str] = mapped_column(String(40), default="")
    due_on: Mapped[date]
    noticed_at: Mapped[datetime]


class Voice(Tenant, Base):
    """What one tester said for one expectation when a decision was signed, as a score. Goes with the person."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("decision_id", "expectation_id", "tester_id"),
        CheckConstraint("score >= 0 AND score <= 1", name="score_is_a_share"),
        Index("ix_voice_tester", "workspace_id", "tester_id"),
    )

    decision_id: Mapped[UUID]
    expectation_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    #: On the measure's score scale, from 0 to 1.
    score: Mapped[float]


class Recheck(Tenant, Base):
    """What a decision in force would rest on without those who withdrew since; one for each decision."""

    __table_args__ = tenant_args(
        belongs_to("decision_id", "decision"),
        UniqueConstraint("decision_id"),
        CheckConstraint("gone >= 0 AND people >= gone", name="nobody_goes_who_was_not_there"),
    )

    decision_id: Mapped[UUID]
    #: How many people's answers it rested on, and how many of them are gone.
    people: Mapped[int]
    gone: Mapped[int] = mapped_column(default=0)
    #: Expectations (`exp_…`) of which it is known who was counted: of a reading at the close it may not be any more.
    traced: Mapped[list[str]] = mapped_column(default=list)
    #: `drift.Shift` of each verdict that would be another.
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: What the rules would recommend without them; None where nothing.
    recommended: Mapped[Choice | None] = mapped_column(one_of(Choice, "recommended"))
    checked_at: Mapped[datetime]
