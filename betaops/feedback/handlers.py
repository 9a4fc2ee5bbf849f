"""What feedback does when something happened elsewhere."""

from betaops.cohorts import service as cohort_service
from betaops.enrollment.events import TesterErased
from betaops.feedback import queries, service
from betaops.feedback.events import ReportAmended, ReportReceived
from betaops.feedback.models import Kind
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries


def forget_person(work: Work, event: TesterErased) -> None:
    """Drop what reports still tell about somebody who is gone."""
    service.forget_person(work, event.tester_id)


def count_reporter(work: Work, event: ReportReceived | ReportAmended) -> None:
    """Cohort rules may ask what somebody reported, and of which kind."""
    behind = queries.reporter_of(work.session, event.report_id)
    if behind is not None:
        program = program_queries.program(work.session, event.program_id)
        facts = {"feedback.any", *(f"feedback.{kind}" for kind in Kind)}
        cohort_service.facts_changed(work, program.product_id, {behind.tester.id: facts})
