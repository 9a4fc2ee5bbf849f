"""Builds of a product, tasks of a program, and what became of each task with each tester."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment
from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Program
from betaops.surveys.models import Survey
from betaops.usage.builds import LONGEST_KEY, LONGEST_VERSION


class BuildState(StrEnum):
    """Told by a build's dates, not kept."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


class Build(Versioned, Tenant, Base):
    """A version of the product that testers get. Of those that are live, the one released last is the current one."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product", ondelete="NO ACTION"),
        UniqueConstraint("product_id", "name"),
        CheckConstraint(
            "retired_at IS NULL OR retired_at >= released_at", name="is_retired_after_its_release"
        ),
        CheckConstraint(
            "retired_at IS NULL OR released_at IS NOT NULL", name="only_what_was_released_is_retired"
        ),
        Index("ix_build_product", "workspace_id", "product_id", "released_at"),
        Index(
            "uq_build_one_of_each_version",
            "product_id",
            "version_key",
            unique=True,
            sqlite_where=text("version_key <> ''"),
            postgresql_where=text("version_key <> ''"),
        ),
    )

    product_id: Mapped[UUID]
    #: As people call it: "2.0-beta.3".
    name: Mapped[str] = mapped_column(String(60))
    #: What the product calls it where that is not its name (`$app_version` of its events); else empty.
    app_version: Mapped[str] = mapped_column(String(LONGEST_VERSION), default="", server_default=text("''"))
    #: `usage.builds.version_key` of what the product calls it: by it the build and its events find each other. Empty where
    #: that says nothing, or where an older build of the product has the same.
    version_key: Mapped[str] = mapped_column(String(LONGEST_KEY), default="", server_default=text("''"))
    #: What is new in it, Markdown, for testers.
    notes: Mapped[str] = mapped_column(Text, default="")
    #: What is worth trying in it, Markdown, for testers.
    to_try: Mapped[str] = mapped_column(Text, default="")
    #: Where it is got or opened; empty where testers have it already.
    url: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    @property
    def state(self) -> BuildState:
        if self.released_at is None:
            return BuildState.DRAFT
        return BuildState.LIVE if self.retired_at is None else BuildState.RETIRED


class TaskState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


#: What may follow what; a closed task may be asked again.
FOLLOWING: dict[TaskState, tuple[TaskState, ...]] = {
    TaskState.DRAFT: (TaskState.PUBLISHED,),
    TaskState.PUBLISHED: (TaskState.CLOSED,),
    TaskState.CLOSED: (TaskState.PUBLISHED,),
}


class Task(Versioned, Tenant, Base):
    """Something that testers are asked to do in the product."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("cohort_id", "cohort", ondelete="NO ACTION"),
        belongs_to("build_id", "build", ondelete="NO ACTION"),
        # Only surveys that were published are named here, and those are never deleted.
        belongs_to("survey_id", "survey", ondelete="NO ACTION"),
        CheckConstraint("target_seconds >= 1", name="a_target_takes_time"),
        CheckConstraint("round >= 1", name="rounds_count_from_one"),
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="what_is_no_draft_was_published"),
        Index("ix_task_program", "workspace_id", "program_id", "position"),
        Index("ix_task_cohort", "workspace_id", "cohort_id"),
        Index("ix_task_build", "workspace_id", "build_id"),
        Index("ix_task_survey", "workspace_id", "survey_id"),
    )

    program_id: Mapped[UUID]
    #: Order in the lists; neighbours in it need not be neighbours in number.
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(200))
    #: What to do, Markdown.
    instructions: Mapped[str] = mapped_column(Text, default="")
    #: Why it matters that somebody tries this.
    why: Mapped[str] = mapped_column(Text, default="")
    #: Opens the product where the task begins.
    url: Mapped[str] = mapped_column(String(2000), default="")
    #: Whoever needs no longer than this was quick enough.
    target_seconds: Mapped[int | None]
    due_on: Mapped[date | None]
    #: Only these people are asked; None: everybody inside the program.
    cohort_id: Mapped[UUID | None]
    #: The task is about this build, and asked while it is live; None: whatever people have.
    build_id: Mapped[UUID | None]
    #: Asked of whoever completes the task.
    survey_id: Mapped[UUID | None]
    #: A retest begins another: outcomes of former rounds are kept beside.
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[TaskState] = mapped_column(one_of(TaskState), default=TaskState.DRAFT)
    created_at: Mapped[datetime]
    #: When testers were asked first.
    published_at: Mapped[datetime | None]
    #: Newest closing.
    closed_at: Mapped[datetime | None]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)
    cohort: Mapped[Cohort | None] = relationship(lazy="raise_on_sql", viewonly=True)
    build: Mapped[Build | None] = relationship(lazy="raise_on_sql", viewonly=True)
    survey: Mapped[Survey | None] = relationship(lazy="raise_on_sql", viewonly=True)

    def may_become(self, state: TaskState) -> bool:
        return state in FOLLOWING[self.state]

    @property
    def is_asked(self) -> bool:
        """Published, and testers have its build. Needs `build` loaded."""
        has_build = self.build is None or self.build.state is BuildState.LIVE
        return self.state is TaskState.PUBLISHED and has_build


class OutcomeState(StrEnum):
    """What became of a task with one tester."""

    VIEWED = "viewed"
    STARTED = "started"
    COMPLETED = "completed"
    #: Something stopped them: a finding, not an absence.
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"


#: The tester is done with it, one way or another; they may still change their mind.
SETTLED = (OutcomeState.COMPLETED, OutcomeState.BLOCKED, OutcomeState.OPTED_OUT)


class Source(StrEnum):
    """Who said so."""

    PORTAL = "portal"
    API = "api"


class Outcome(Tenant, Base):
    """What became of a task with one tester in one round. How it changed stands in the events."""

    __table_args__ = tenant_args(
        belongs_to("task_id", "task"),
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("build_id", "build", ondelete="NO ACTION"),
        UniqueConstraint("task_id", "enrollment_id", "round"),
        CheckConstraint("round >= 1", name="rounds_count_from_one"),
        CheckConstraint("ease >= 1 AND ease <= 7", name="ease_is_on_its_scale"),
        CheckConstraint("ease IS NULL OR state = 'completed'", name="only_the_completed_is_easy_or_hard"),
        CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('completed', 'blocked', 'opted_out'))",
            name="what_is_settled_has_ended",
        ),
        CheckConstraint(
            "ended_at IS NULL OR started_at IS NULL OR ended_at >= started_at", name="ends_after_it_starts"
        ),
        Index("ix_outcome_task", "workspace_id", "task_id", "round", "state"),
        Index("ix_outcome_enrollment", "workspace_id", "enrollment_id"),
        Index("ix_outcome_build", "workspace_id", "build_id"),
    )

    task_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    round: Mapped[int]
    #: What the task was about when it ended; where it was about none, what was current then.
    build_id: Mapped[UUID | None]
    state: Mapped[OutcomeState] = mapped_column(one_of(OutcomeState))
    source: Mapped[Source] = mapped_column(one_of(Source), default=Source.PORTAL)
    #: What stopped them, or why they would rather not.
    note: Mapped[str] = mapped_column(Text, default="")
    #: Single ease question: 1 very difficult … 7 very easy.
    ease: Mapped[int | None]
    viewed_at: Mapped[datetime | None]
    #: Known only where they said that they start, or the product told.
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    task: Mapped[Task] = relationship(lazy="raise_on_sql", viewonly=True)
    enrollment: Mapped[Enrollment] = relationship(lazy="raise_on_sql", viewonly=True)
    build: Mapped[Build | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def seconds(self) -> float | None:
        """Time on task; None where either end is not known."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()
