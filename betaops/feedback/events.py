"""What happened to a report."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    report_id: UUID
    program_id: UUID
    #: None where a member or a program wrote it for nobody in particular.
    enrollment_id: UUID | None
    report_kind: str
    severity: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportAmended(Event):
    """Kind, severity, title, version, owner or privacy; `changes` is a line for each: "severity: minor → major"."""

    report_id: UUID
    program_id: UUID
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class ReportStateChanged(Event):
    """`note` is what the people behind the report are told; `is_silent` where they are told nothing."""

    report_id: UUID
    program_id: UUID
    former: str
    state: str
    note: str = ""
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportMerged(Event):
    """The people behind the report stand behind `into_id` from now on."""

    report_id: UUID
    into_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportReplied(Event):
    """A member wrote to whoever reported."""

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReporterAnswered(Event):
    """Whoever reported wrote back."""

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportNoted(Event):
    """An internal note was added."""

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportVoted(Event):
    report_id: UUID
    program_id: UUID
    enrollment_id: UUID


@dataclass(frozen=True, kw_only=True)
class VoteWithdrawn(Event):
    report_id: UUID
    program_id: UUID
    enrollment_id: UUID


@dataclass(frozen=True, kw_only=True)
class FixChecked(Event):
    """One of the people behind a fixed report tried it: it `works`, or still does not."""

    report_id: UUID
    program_id: UUID
    enrollment_id: UUID
    works: bool


@dataclass(frozen=True, kw_only=True)
class BoardChanged(Event):
    """Whether testers of the program see each other's reports."""

    program_id: UUID
    is_open: bool
