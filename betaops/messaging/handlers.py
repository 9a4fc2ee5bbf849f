"""What messaging does when something happened elsewhere; `telling` writes the mails."""

from betaops.enrollment.events import (
    EnrollmentAccepted,
    EnrollmentDeclined,
    EnrollmentWaitlisted,
    TesterErased,
)
from betaops.feedback.events import (
    OutcomeTold,
    ReportMerged,
    ReportReceived,
    ReportReplied,
    ReportStateChanged,
)
from betaops.feedback.models import OUTCOMES, State
from betaops.kernel.work import Work
from betaops.messaging import service, telling


def welcome(work: Work, event: EnrollmentAccepted) -> None:
    telling.welcome(work, event)


def waitlisted(work: Work, event: EnrollmentWaitlisted) -> None:
    telling.waitlisted(work, event)


def declined(work: Work, event: EnrollmentDeclined) -> None:
    telling.declined(work, event)


def received(work: Work, event: ReportReceived) -> None:
    telling.received(work, event)


def replied(work: Work, event: ReportReplied) -> None:
    telling.replied(work, event)


def merged(work: Work, event: ReportMerged) -> None:
    telling.merged(work, event)


def outcome(work: Work, event: ReportStateChanged | OutcomeTold) -> None:
    """A job tells everybody behind the report, one after the other."""
    if isinstance(event, ReportStateChanged) and event.is_silent:
        return
    if State(event.state) not in OUTCOMES:
        return
    args = {
        "report_id": str(event.report_id),
        "state": event.state,
        "note": event.note,
        "cause": str(work.cause_id),
    }
    work.enqueue("messaging.tell_outcome", args, once=f"messaging.outcome:{work.cause_id}")


def forget_person(work: Work, event: TesterErased) -> None:
    """Mails to somebody who is gone, the waiting ones too."""
    service.forget_person(work, event.tester_id)
