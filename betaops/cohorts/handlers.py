"""What cohorts do when something happened to people."""

from betaops.cohorts import queries, service
from betaops.enrollment.events import (
    AgreementSigned,
    EnrollmentChanged,
    IdentityLinked,
    TesterChanged,
    TestersImported,
)
from betaops.enrollment.service import telling
from betaops.kernel.work import Work
from betaops.programs.events import AgreementPublished


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


def refresh_signed(work: Work, event: AgreementSigned) -> None:
    """Somebody accepted an agreement."""
    if queries.readers(work.session, event.program_id, "agreement"):
        service.refresh_tester(work, event.tester_id, stands_in_flags=False)


def refresh_published(work: Work, event: AgreementPublished) -> None:
    """Another agreement is in force: who accepted the former one has not accepted this one."""
    service.everybody_changed(work, event.program_id, "agreement")
