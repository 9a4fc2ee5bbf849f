"""What is kept in a report's row about the people behind it."""

from sqlalchemy import func, select

from betaops.feedback import triage
from betaops.feedback.models import Report, Vote
from betaops.kernel.work import Work


def recount(work: Work, report: Report) -> None:
    """Count the people behind `report` again, and with them its impact."""
    work.session.flush()
    report.people = work.session.scalar(select(func.count()).where(Vote.report_id == report.id)) or 0
    weigh(report)


def weigh(report: Report) -> None:
    report.impact = triage.impact(report.kind, report.severity, report.people - 1)
