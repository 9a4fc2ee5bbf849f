"""What customers expect, what was found about it from day to day, and the decisions signed on that."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.readiness.recommendation import Choice, Weight
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
    #: SHA-256 of the criteria's canonical JSON, in hex; the audit log has it as well.
    digest: Mapped[str] = mapped_column(String(64))


class AmendmentKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Amendment(Tenant, Base):
    """A criterion that was added, changed or removed after the seal, by whom and why. Stays when the expectation goes."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        CheckConstraint("length(reason) > 0", name="has_a_reason"),
        Index("ix_amendment_program", "workspace_id", "program_id", "at"),
    )

    program_id: Mapped[UUID]
    expectation_id: Mapped[UUID]
    kind: Mapped[AmendmentKind] = mapped_column(one_of(AmendmentKind))
    need: Mapped[str] = mapped_column(Text)
    #: [{"what", "before", "after"}] as `criteria.criterion` has them; empty where it came or went as a whole.
    changes: Mapped[list[dict[str, Any]]]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    #: What was found until then; None where nothing was read yet.
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict))


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


class DecisionState(StrEnum):
    #: Waits for a further signature.
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
    #: Two where it goes against the recommendation.
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
    )

    decision_id: Mapped[UUID]
    #: Stays signed by name when the account goes.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    #: The capacity in which they sign: "Product manager".
    role: Mapped[str] = mapped_column(String(120))
    stance: Mapped[Stance] = mapped_column(one_of(Stance))
    reason: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime]


class ParticipationWeek(Tenant, Base):
    """How many testers took part in a week (Monday to Sunday, UTC), of how many who could."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "starts_on"),
        CheckConstraint("took_part >= 0 AND took_part <= enrolled", name="no_more_take_part_than_could"),
    )

    program_id: Mapped[UUID]
    starts_on: Mapped[date]
    #: Used the product, answered a survey or reported something.
    took_part: Mapped[int]
    #: Were in the program at some time of the week.
    enrolled: Mapped[int]

    @property
    def share(self) -> float:
        return self.took_part / self.enrolled if self.enrolled else 0.0
