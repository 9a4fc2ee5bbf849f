"""What tasks pass down of their own."""

from betaops.cohorts import service as cohort_service
from betaops.enrollment.queries import testers as tester_queries
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.tasks import queries
from betaops.tasks.events import OutcomeRecorded
from betaops.tasks.models import SETTLED, OutcomeState


def count_outcome(work: Work, event: OutcomeRecorded) -> None:
    """Cohort rules may ask what became of tasks."""
    try:
        enrollment = tester_queries.any_enrollment(work.session, event.enrollment_id)
    except NotFound:
        return  # erased since
    states = {state for state in SETTLED if state in (event.state, event.former)}
    facts = {
        f"task.{name}" for state in states for name in queries.fact_names(event.task_id, OutcomeState(state))
    }
    if facts:
        program = program_queries.program(work.session, event.program_id)
        cohort_service.facts_changed(work, program.product_id, {enrollment.tester_id: facts})
