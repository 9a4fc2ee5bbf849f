"""What cohorts do when something happened to people."""

from betaops.cohorts import queries, service
from betaops.enrollment.events import EnrollmentChanged, IdentityLinked, TesterChanged, TestersImported
from betaops.enrollment.service import telling
from betaops.kernel.work import Work


def refresh_enrolled(work: Work, event: EnrollmentChanged) -> None:
    """Somebody's place in a program changed."""
    service.refresh_tester(work, event.tester_id)


def refresh_changed(work: Work, event: TesterChanged | IdentityLinked) -> None:
    """Somebody's attributes, address or ids changed."""
    service.refresh_tester(work, event.tester_id)


def refresh_imported(work: Work, event: TestersImported) -> None:
    """A file changed many people: each rule is asked about everybody, in a job of its own."""
    for cohort_id in queries.rule_cohorts(work.session, event.program_id):
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
    telling.tell_all_changed(work)
