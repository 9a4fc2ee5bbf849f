"""Whoever reported says how far the report may be quoted."""

from betaops.enrollment.models import Enrollment
from betaops.enrollment.quoting import Quoting
from betaops.enrollment.wording import QUOTING
from betaops.feedback.events import ReportQuotingChosen
from betaops.feedback.models import Report, ReportConsent
from betaops.feedback.queries import vote_of
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work


def choose_quoting(work: Work, report: Report, enrollment: Enrollment, quoting: Quoting) -> None:
    """Allow it or take it back; `NotFound` for whoever did not write it."""
    report = work.lock(Report, report.id)
    mine = vote_of(work.session, report.id, enrollment.id)
    if mine is None or not mine.is_reporter:
        raise NotFound
    note_choice(work, report, enrollment, quoting)
    work.record(
        ReportQuotingChosen(
            report_id=report.id,
            program_id=report.program_id,
            enrollment_id=enrollment.id,
            quoting=quoting.value,
        )
    )


def note_choice(work: Work, report: Report, enrollment: Enrollment, quoting: Quoting) -> None:
    """Keep it with the sentence they read."""
    work.add(
        ReportConsent(
            report_id=report.id,
            enrollment_id=enrollment.id,
            quoting=quoting,
            text=str(QUOTING[quoting]),
            signed_at=work.now,
        )
    )
    work.session.flush()
