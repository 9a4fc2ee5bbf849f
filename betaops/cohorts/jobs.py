"""Cohort work that takes longer than a request should."""

from uuid import UUID

from betaops.cohorts import queries, service
from betaops.kernel.work import Work


def refresh_cohort(work: Work, *, cohort_id: str) -> dict[str, int]:
    """Ask a rule about everybody."""
    entered, left = service.refresh_cohort(work, UUID(cohort_id))
    return {"entered": entered, "left": left}


def refresh_tester(work: Work, *, tester_id: str) -> None:
    """Ask every rule about one person."""
    service.refresh_tester(work, UUID(tester_id))


def sweep(work: Work) -> None:
    """Have every rule cohort of the installation worked out again.

    Time alone moves people ("in the last 7 days"), and an event whose delivery died must not leave
    somebody in the wrong cohort for good.
    """
    for workspace_id, cohort_id in queries.rule_cohorts_everywhere(work.session):
        work.enter(workspace_id)
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
