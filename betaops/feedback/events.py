"""What happened to a report."""

from dataclasses import dataclass
from uuid import UUID

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    said = _l("reported a %(report_kind)s in %(program)s")

    report_id: UUID
    program_id: UUID
    #: None where a member or a program wrote it for nobody in particular.
    enrollment_id: UUID | None
    report_kind: str
    severity: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportAmended(Event):
    """Kind, severity, title, version, owner or privacy; `changes` is a line for each: "severity: minor → major"."""

    said = _l("amended a report in %(program)s: %(changes)s")

    report_id: UUID
    program_id: UUID
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class ReportStateChanged(Event):
    """`note` is what the people behind the report are told; `is_silent` where they are told nothing."""

    said = _l("moved a report in %(program)s from %(former)s to %(state)s")

    report_id: UUID
    program_id: UUID
    former: str
    state: str
    note: str = ""
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class OutcomeTold(Event):
    """The people behind a report that was settled in silence are told now, with `note`."""

    said = _l("told people what became of their report in %(program)s")

    report_id: UUID
    program_id: UUID
    state: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportsTagged(Event):
    """Reports were found to be about a theme, or not to be."""

    said = _l("sorted reports of %(program)s by theme")

    program_id: UUID
    theme: str


@dataclass(frozen=True, kw_only=True)
class ReportMerged(Event):
    """The people behind the report stand behind `into_id` from now on."""

    said = _l("merged two reports in %(program)s")

    report_id: UUID
    into_id: UUID
    program_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportReplied(Event):
    """A member wrote to whoever reported."""

    said = _l("replied to a report in %(program)s")

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReporterAnswered(Event):
    """Whoever reported wrote back."""

    said = _l("answered about a report in %(program)s")

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportNoted(Event):
    """An internal note was added."""

    said = _l("noted something on a report in %(program)s")

    report_id: UUID
    program_id: UUID
    comment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportQuotingChosen(Event):
    """How far whoever wrote a report may be quoted with it; a `Quoting`."""

    said = _l("said how a report in %(program)s may be quoted: %(quoting)s")

    report_id: UUID
    program_id: UUID
    enrollment_id: UUID
    quoting: str


@dataclass(frozen=True, kw_only=True)
class ReportVoted(Event):
    said = _l("voted for a report in %(program)s")

    report_id: UUID
    program_id: UUID
    enrollment_id: UUID


@dataclass(frozen=True, kw_only=True)
class VoteWithdrawn(Event):
    said = _l("took back a vote for a report in %(program)s")

    report_id: UUID
    program_id: UUID
    enrollment_id: UUID


@dataclass(frozen=True, kw_only=True)
class FixChecked(Event):
    """One of the people behind a fixed report tried it: it `works`, or still does not."""

    said = _l("tried a fix in %(program)s")

    report_id: UUID
    program_id: UUID
    enrollment_id: UUID
    works: bool


@dataclass(frozen=True, kw_only=True)
class BoardChanged(Event):
    """Whether testers of the program see each other's reports."""

    said = _l("changed who sees the reports of %(program)s")

    program_id: UUID
    is_open: bool
