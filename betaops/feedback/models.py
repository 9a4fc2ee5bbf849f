"""Reports, the people behind them, what was said about them, and their pictures."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quoting
from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


class Kind(StrEnum):
    """What a report is. Praise has its place: a product without it cannot be told from one nobody likes."""

    BUG = "bug"
    IDEA = "idea"
    PRAISE = "praise"
    QUESTION = "question"


class Severity(StrEnum):
    """How much a bug stands in the way, worst first."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    TRIVIAL = "trivial"


class State(StrEnum):
    NEW = "new"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    FIXED = "fixed"
    CLOSED = "closed"
    DECLINED = "declined"
    #: Only by a merge, which names the report that goes on.
    DUPLICATE = "duplicate"


#: Somebody still has to do something about it.
OPEN = (State.NEW, State.TRIAGED, State.IN_PROGRESS)
#: An outcome that the people behind a report are told.
OUTCOMES = (State.FIXED, State.CLOSED, State.DECLINED)
#: Severities that cost a tester the use of the product, or a large part of it.
CRITICAL = (Severity.BLOCKER, Severity.MAJOR)

_ONWARD = (State.TRIAGED, State.IN_PROGRESS, State.FIXED, State.CLOSED, State.DECLINED)
#: What may follow what by a member's decision; `duplicate` is entered and left by merging and unmerging.
FOLLOWING: dict[State, tuple[State, ...]] = {
    State.NEW: _ONWARD,
    State.TRIAGED: (State.IN_PROGRESS, State.FIXED, State.CLOSED, State.DECLINED),
    State.IN_PROGRESS: (State.TRIAGED, State.FIXED, State.CLOSED, State.DECLINED),
    State.FIXED: (State.TRIAGED, State.IN_PROGRESS, State.CLOSED),
    State.CLOSED: (State.TRIAGED, State.IN_PROGRESS),
    State.DECLINED: (State.TRIAGED, State.IN_PROGRESS),
    State.DUPLICATE: (),
}

#: The column that keeps the newest moment of each state.
MOMENTS: dict[State, str] = {
    State.NEW: "created_at",
    State.TRIAGED: "triaged_at",
    State.IN_PROGRESS: "started_at",
    State.FIXED: "fixed_at",
    State.CLOSED: "closed_at",
    State.DECLINED: "declined_at",
    State.DUPLICATE: "merged_at",
}


class Source(StrEnum):
    """Where a report came in."""

    PORTAL = "portal"
    CONSOLE = "console"
    API = "api"


class Turn(StrEnum):
    """Whose word is awaited in the conversation."""

    TEAM = "team"
    REPORTER = "reporter"
    NOBODY = "nobody"


#: Settled, with people behind it, who were not told; in the words of both databases.
_UNTOLD = "told_at IS NULL AND people > 0 AND state IN ('fixed', 'closed', 'declined')"


class Report(Base, Tenant, Versioned):
    """One piece of feedback. Who wrote it stands in its votes, so that erasing a person leaves the finding."""

    __tablename__ = "report"
    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        # No action: reports go only with their whole program, and then together.
        belongs_to("merged_into_id", "report", ondelete="NO ACTION"),
        UniqueConstraint("program_id", "number"),
        UniqueConstraint("program_id", "submission"),
        CheckConstraint("severity IS NULL OR kind = 'bug'", name="only_bugs_have_a_severity"),
        CheckConstraint("merged_into_id IS NULL OR state = 'duplicate'", name="only_duplicates_are_merged"),
        CheckConstraint("people >= 0", name="people_are_counted"),
        CheckConstraint("number >= 1", name="numbers_start_at_one"),
        Index("ix_report_newest", "workspace_id", "program_id", "created_at", "id"),
        Index("ix_report_impact", "workspace_id", "program_id", "impact", "id"),
        Index("ix_report_state", "workspace_id", "program_id", "state", "severity"),
        Index("ix_report_merged_into", "merged_into_id"),
        Index("ix_report_owner", "owner_id"),
        Index(
            "ix_report_untold",
            "workspace_id",
            "program_id",
            "touched_at",
            sqlite_where=text(_UNTOLD),
            postgresql_where=text(_UNTOLD),
        ),
    )

    program_id: Mapped[UUID]
    #: Counts within the program: people say "#12".
    number: Mapped[int]
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    title: Mapped[str] = mapped_column(String(200))
    #: Markdown, from whoever reported.
    body: Mapped[str] = mapped_column(Text, default="")
    #: How to make it happen again (bugs), Markdown.
    steps: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[Severity | None] = mapped_column(one_of(Severity))
    state: Mapped[State] = mapped_column(one_of(State), default=State.NEW)
    #: What the reporter's device told, by the names in `environment.FIELDS`.
    environment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Version of the product under test, as the reporter or their build named it.
    app_version: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[Source] = mapped_column(one_of(Source), default=Source.PORTAL)
    #: Somebody reported it: their vote says who, unless they were erased since.
    has_reporter: Mapped[bool] = mapped_column(default=False)
    #: Of the form that was sent: sending it twice makes one report.
    submission: Mapped[UUID | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    merged_into_id: Mapped[UUID | None]
    #: Never shown to other testers, whatever the program's board says.
    is_private: Mapped[bool] = mapped_column(default=False)
    turn: Mapped[Turn] = mapped_column(one_of(Turn), default=Turn.NOBODY)
    #: How many people stand behind it: reporter and voters, each once.
    people: Mapped[int] = mapped_column(default=0)
    #: `triage.impact` of kind, severity and people, kept for sorting.
    impact: Mapped[float] = mapped_column(default=0.0)
    #: `triage.fingerprint` of title and body.
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    created_at: Mapped[datetime]
    triaged_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    fixed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    merged_at: Mapped[datetime | None]
    #: First reply of a member to the reporter.
    answered_at: Mapped[datetime | None]
    #: When the people behind it were told the outcome it has now.
    told_at: Mapped[datetime | None]
    #: What the reporter was told with the outcome, Markdown.
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    #: Last sign of interest in it from anybody.
    touched_at: Mapped[datetime]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def outcome_at(self) -> datetime | None:
        """When it reached the outcome it has now."""
        moment: datetime | None = None if self.is_open else getattr(self, MOMENTS[self.state])
        return moment

    def may_become(self, state: State) -> bool:
        return state in FOLLOWING[self.state]

    def become(self, state: State, at: datetime) -> None:
        """Changes state and its moment; whether it may is asked before (`may_become`, or a merge)."""
        self.state, self.told_at = state, None
        if state is not State.NEW:
            setattr(self, MOMENTS[state], at)


class ReportTransition(Base, Tenant):
    """One dated change of a report's state; without a former one, it came in."""

    __tablename__ = "report_transition"
    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        belongs_to("report_id", "report"),
        Index("ix_report_transition_program", "workspace_id", "program_id", "at"),
        Index("ix_report_transition_report", "workspace_id", "report_id"),
    )

    program_id: Mapped[UUID]
    report_id: Mapped[UUID]
    former: Mapped[State | None] = mapped_column(one_of(State, "former"))
    state: Mapped[State] = mapped_column(one_of(State))
    at: Mapped[datetime]


class ReportTag(Base, Tenant):
    """A theme that somebody of the team found a report to be about."""

    __tablename__ = "report_tag"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"),
        UniqueConstraint("report_id", "key"),
        Index("ix_report_tag_key", "workspace_id", "key", "report_id"),
        CheckConstraint("key <> ''", name="a_theme_says_something"),
    )

    report_id: Mapped[UUID]
    #: As it was first written.
    name: Mapped[str] = mapped_column(String(60))
    #: In small letters: what makes two spellings one theme.
    key: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200), default="")


class FeedbackTally(Base, Tenant):
    """What a program's reports add up to, counted by a job: its dashboard costs the same at any number of them."""

    __tablename__ = "feedback_tally"
    __table_args__ = tenant_args(belongs_to("program_id", "program"), UniqueConstraint("program_id"))

    program_id: Mapped[UUID]
    counted_at: Mapped[datetime]
    #: `figures.Figures` as JSON.
    figures: Mapped[dict[str, Any]]


class Vote(Base, Tenant):
    """One person behind a report: whoever wrote it, and everybody who said "me too"."""

    __tablename__ = "vote"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"),
        belongs_to("enrollment_id", "enrollment"),
        UniqueConstraint("report_id", "enrollment_id"),
        Index(
            "uq_vote_one_reporter",
            "report_id",
            unique=True,
            sqlite_where=text("is_reporter"),
            postgresql_where=text("is_reporter"),
        ),
        Index("ix_vote_enrollment", "workspace_id", "enrollment_id"),
    )

    report_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    is_reporter: Mapped[bool] = mapped_column(default=False)
    #: The duplicate by whose merge this person came here; leaves with it when the merge is undone.
    via_id: Mapped[UUID | None]
    at: Mapped[datetime]
    #: After the fix: works for them, or still does not; None until they tried.
    works: Mapped[bool | None]

    enrollment: Mapped[Enrollment] = relationship(lazy="raise_on_sql", viewonly=True)


class ReportConsent(Base, Tenant):
    """What whoever wrote a report said about quoting it. The newest counts, and before what they said for the program."""

    __tablename__ = "report_consent"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"),
        belongs_to("enrollment_id", "enrollment"),
        Index("ix_report_consent_report", "workspace_id", "report_id", "signed_at", "id"),
        Index("ix_report_consent_enrollment", "workspace_id", "enrollment_id"),
    )

    report_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    quoting: Mapped[Quoting] = mapped_column(one_of(Quoting))
    #: The sentence they chose, as they read it.
    text: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]


class TaskReport(Base, Tenant):
    """A report that was written because a task stopped somebody."""

    __tablename__ = "task_report"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"),
        belongs_to("task_id", "task"),
        UniqueConstraint("report_id"),
        Index("ix_task_report_task", "workspace_id", "task_id"),
    )

    report_id: Mapped[UUID]
    task_id: Mapped[UUID]


class CommentKind(StrEnum):
    #: Members only.
    NOTE = "note"
    #: Between members and the reporter, in both directions.
    REPLY = "reply"


class Comment(Base, Tenant):
    """Something said about a report."""

    __tablename__ = "comment"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"), Index("ix_comment_report", "workspace_id", "report_id", "at")
    )

    report_id: Mapped[UUID]
    kind: Mapped[CommentKind] = mapped_column(one_of(CommentKind))
    #: Markdown.
    body: Mapped[str] = mapped_column(Text)
    #: member, tester or key; with the id of the user, tester or key.
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None]
    who: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]

    @property
    def is_by_tester(self) -> bool:
        return self.actor_kind == "tester"


class Attachment(Base, Tenant):
    """A picture with a report, in our own encoding."""

    __tablename__ = "attachment"
    __table_args__ = tenant_args(
        belongs_to("report_id", "report"),
        CheckConstraint("size_bytes > 0", name="has_bytes"),
        Index("ix_attachment_report", "workspace_id", "report_id"),
    )

    report_id: Mapped[UUID]
    #: Name as the sender had it, for people; never a path.
    name: Mapped[str] = mapped_column(String(120))
    #: Random name in the file store.
    file: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime]


class Board(Base, Tenant):
    """What a program lets its testers see of each other's reports. No row: open."""

    __tablename__ = "board"
    __table_args__ = tenant_args(belongs_to("program_id", "program"), UniqueConstraint("program_id"))

    program_id: Mapped[UUID]
    is_open: Mapped[bool] = mapped_column(default=True)
