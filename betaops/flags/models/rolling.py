"""What changes a flag by itself: roll-outs in steps, changes for a moment, and guardrails that stop."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from betaops.flags.rolling import Step
from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


class RolloutState(StrEnum):
    #: Begins by itself at its moment.
    WAITING = "waiting"
    RUNNING = "running"
    #: Holds the share where it is.
    PAUSED = "paused"
    #: Went through all its steps.
    FINISHED = "finished"
    #: Was stopped before.
    ENDED = "ended"


#: It sets the share; nobody else does.
UNDER_WAY = (RolloutState.RUNNING, RolloutState.PAUSED)
#: A flag has one such at most.
LIVE = (RolloutState.WAITING, *UNDER_WAY)
_IS_LIVE = text("state IN ('waiting', 'running', 'paused')")


class Rollout(Tenant, Base):
    """A flag's share raised step by step. Buckets are sticky: whoever has the flag keeps it."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        Index(
            "uq_rollout_one_live_per_flag",
            "flag_id",
            unique=True,
            sqlite_where=_IS_LIVE,
            postgresql_where=_IS_LIVE,
        ),
        Index("ix_rollout_flag", "workspace_id", "flag_id", "created_at"),
        CheckConstraint("condition IS NULL OR condition >= 0", name="condition_counts_from_nought"),
        CheckConstraint("conditions > 0", name="has_something_to_drive"),
        CheckConstraint(
            "state NOT IN ('running', 'paused') OR (step IS NOT NULL AND step >= 0 "
            "AND entered_at IS NOT NULL AND next_at IS NOT NULL)",
            name="under_way_it_is_at_a_step",
        ),
        CheckConstraint("state <> 'paused' OR paused_at IS NOT NULL", name="paused_has_a_moment"),
        CheckConstraint(
            "state NOT IN ('finished', 'ended') OR ended_at IS NOT NULL", name="what_is_over_ended_once"
        ),
    )

    flag_id: Mapped[UUID]
    #: Position of the condition whose share it sets, from 0; None: of all.
    condition: Mapped[int | None]
    #: How many conditions the flag had when this began; they stay so many while it is under way.
    conditions: Mapped[int]
    #: [{"share": 10, "hours": 24}]
    steps: Mapped[list[dict[str, Any]]]
    state: Mapped[RolloutState] = mapped_column(one_of(RolloutState))
    #: Where it is in `steps`, from 0; None before it began.
    step: Mapped[int | None]
    #: When it is to begin, or began.
    starts_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]
    #: When the next step is due; while it is paused or held, when it was to be.
    next_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(Text, default="")
    #: Since when it does not go on because the flag is off.
    held_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200), default="")

    @property
    def plan(self) -> tuple[Step, ...]:
        return tuple(Step(step["share"], step["hours"]) for step in self.steps)

    @property
    def planned_at(self) -> datetime | None:
        """The moment that was chosen for its beginning; None where it began at once."""
        return None if self.starts_at == self.created_at else self.starts_at

    @property
    def share(self) -> float | None:
        """What its conditions' share is now; None before it began."""
        return None if self.step is None else self.plan[self.step].share

    @property
    def is_at_last_step(self) -> bool:
        return self.step == len(self.steps) - 1


class ScheduledChange(StrEnum):
    """What can be done to a flag at a moment."""

    ON = "on"
    OFF = "off"
    SHARE = "share"


class ScheduleState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FlagSchedule(Tenant, Base):
    """One change of a flag for a moment, done once."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        Index("ix_flag_schedule_flag", "workspace_id", "flag_id", "at"),
        Index(
            "ix_flag_schedule_waiting",
            "at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("(change = 'share') = (share IS NOT NULL)", name="a_share_is_given_to_be_set"),
        CheckConstraint("share IS NULL OR share BETWEEN 0 AND 100", name="share_is_a_percentage"),
        CheckConstraint("condition IS NULL OR condition >= 0", name="condition_counts_from_nought"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_or_waiting"),
        CheckConstraint("state <> 'failed' OR length(problem) > 0", name="failed_says_why"),
    )

    flag_id: Mapped[UUID]
    change: Mapped[ScheduledChange] = mapped_column(one_of(ScheduledChange, "change"))
    #: Position of the condition whose share is set, from 0; None: of all.
    condition: Mapped[int | None]
    share: Mapped[float | None]
    at: Mapped[datetime]
    state: Mapped[ScheduleState] = mapped_column(one_of(ScheduleState), default=ScheduleState.WAITING)
    #: Why it failed, in a sentence.
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200), default="")
    settled_at: Mapped[datetime | None]


class Reaction(StrEnum):
    """What a broken guardrail does."""

    PAUSE = "pause"
    SWITCH_OFF = "switch_off"


class Guardrail(Versioned, Tenant, Base):
    """A measure that must not go over its limit while people have the flag (see `flags.guardrails`)."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        UniqueConstraint("flag_id", "measure", "event"),
        Index(
            "ix_guardrail_broken",
            "flag_id",
            sqlite_where=text("broken_at IS NOT NULL"),
            postgresql_where=text("broken_at IS NOT NULL"),
        ),
        CheckConstraint('"limit" >= 0', name="limit_is_not_negative"),
        CheckConstraint("window_hours > 0", name="looks_back_over_something"),
        CheckConstraint(
            "(broken_at IS NULL) = (broken_reading IS NULL)", name="broken_has_a_moment_and_a_reading"
        ),
    )

    flag_id: Mapped[UUID]
    #: Name of a `guardrails.Kind`.
    measure: Mapped[str] = mapped_column(String(60))
    #: Which event it counts; empty for measures of something else.
    event: Mapped[str] = mapped_column(String(200), default="")
    #: Broken above it.
    limit: Mapped[float]
    window_hours: Mapped[int]
    reaction: Mapped[Reaction] = mapped_column(one_of(Reaction), default=Reaction.PAUSE)
    #: What was before does not count: the moment it was made, its roll-out began, or somebody signed a resume.
    counts_since: Mapped[datetime]
    reading: Mapped[float | None]
    read_at: Mapped[datetime | None]
    #: Why it could not be read the last time, in a sentence.
    problem: Mapped[str] = mapped_column(Text, default="")
    #: Stays broken until somebody signs.
    broken_at: Mapped[datetime | None]
    broken_reading: Mapped[float | None]
    created_at: Mapped[datetime]


class FlagResume(Tenant, Base):
    """A member's name under going on in spite of broken guardrails, given after signing in afresh."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        Index("ix_flag_resume_flag", "workspace_id", "flag_id", "signed_at"),
        Index(None, "user_id"),
        CheckConstraint("length(reason) > 0", name="a_resume_has_a_reason"),
    )

    flag_id: Mapped[UUID]
    #: Stays signed by name when the account goes.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    #: [{"measure", "event", "reading", "limit", "window_hours", "broken_at"}]: what was broken.
    broken: Mapped[list[dict[str, Any]]]
    signed_at: Mapped[datetime]
