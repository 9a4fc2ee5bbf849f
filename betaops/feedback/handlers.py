"""What feedback does when something happened elsewhere, and what it passes down of its own."""

from betaops.cohorts import service as cohort_service
from betaops.enrollment.events import TesterErased
from betaops.feedback import queries, service
from betaops.feedback.events import (
    OutcomeTold,
    ReportAmended,
    ReportMerged,
    ReportReceived,
    ReportReplied,
    ReportsTagged,
    ReportStateChanged,
    ReportVoted,
    VoteWithdrawn,
)
from betaops.feedback.models import Kind, Severity
from betaops.flags import service as flag_service
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries


def forget_person(work: Work, event: TesterErased) -> None:
    """Drop what reports still tell about somebody who is gone."""
    service.forget_person(work, event.tester_id)


def warn_guardrails(work: Work, event: ReportReceived | ReportAmended) -> None:
    """A report came in, or changed, and it may be a blocker: guardrails of the product's flags look at once."""
    if isinstance(event, ReportReceived) and event.severity != Severity.BLOCKER:
        return
    if isinstance(event, ReportAmended) and not any(line.startswith("severity") for line in event.changes):
        return
    program = program_queries.program(work.session, event.program_id)
    flag_service.look_soon(work, program.product_id)


def count_reporter(work: Work, event: ReportReceived | ReportAmended) -> None:
    """Cohort rules may ask what somebody reported, and of which kind."""
    behind = queries.reporter_of(work.session, event.report_id)
    if behind is not None:
        program = program_queries.program(work.session, event.program_id)
        facts = {"feedback.any", *(f"feedback.{kind}" for kind in Kind)}
        cohort_service.facts_changed(work, program.product_id, {behind.tester.id: facts})


def count_soon(
    work: Work,
    event: OutcomeTold
    | ReportAmended
    | ReportMerged
    | ReportReceived
    | ReportReplied
    | ReportStateChanged
    | ReportsTagged
    | ReportVoted
    | VoteWithdrawn,
) -> None:
    """What the program's reports add up to is another number now."""
    service.soon(work, event.program_id)
