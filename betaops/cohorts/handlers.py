"""What cohorts do when something happened to people."""

from betaops.cohorts import queries, service
from betaops.enrollment.events import (
    AgreementSigned,
    EnrollmentApplied,
    EnrollmentChanged,
    IdentityLinked,
    TesterChanged,
    TesterErased,
    TestersImported,
)
from betaops.enrollment.service import telling
from betaops.kernel.work import Work
from betaops.programs.events import AgreementPublished


def refresh_enrolled(work: Work, event: EnrollmentChanged) -> None:
    """Somebody's place in a program changed. Who applies brings answers."""
    is_new = not event.former or isinstance(event, EnrollmentApplied)
    service.refresh_tester(work, event.tester_id, None if is_new else {"enrollment"})


def refresh_changed(work: Work, event: TesterChanged | IdentityLinked) -> None:
    """Somebody's attributes, name, address or language changed; or they have another id, under which much may be known."""
    service.refresh_tester(
        work, event.tester_id, _facts_in(event) if isinstance(event, TesterChanged) else None
    )


def _facts_in(event: TesterChanged) -> set[str]:
    found = {"tester"} if set(event.changed) - {"attributes"} else set()
    if "attributes" in event.changed:
        found |= {f"attribute.{name}" for name in event.attributes} or {"attribute"}
    return found


def forget_person(work: Work, event: TesterErased) -> None:
    """Their rows went with them; what columns know of them goes now."""
    service.forget(work, event.tester_id)


def refresh_imported(work: Work, event: TestersImported) -> None:
    """A file changed many people: each rule is asked about everybody, in a job of its own."""
    for cohort_id in queries.rule_cohorts(work.session, event.program_id):
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
    service.read_again(work, event.program_id)
    telling.tell_all_changed(work)


def refresh_signed(work: Work, event: AgreementSigned) -> None:
    """Somebody accepted an agreement."""
    service.refresh_tester(work, event.tester_id, {"agreement"}, stands_in_flags=False)


def refresh_published(work: Work, event: AgreementPublished) -> None:
    """Another agreement is in force: who accepted the former one has not accepted this one."""
    service.everybody_changed(work, event.program_id, "agreement")
