"""Rooms above say that facts changed which they hand in; whoever a rule asks about is looked at again soon."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from betaops.cohorts.queries.reading import facts_read, readers
from betaops.kernel.work import Work

#: Somebody who does ten things in a row is asked about once.
SOON = timedelta(seconds=10)


def facts_changed(work: Work, product_id: UUID, changed: Mapping[UUID, Collection[str]]) -> None:
    """By person: whole names of facts. Nothing happens where no rule of the product reads them."""
    if work.is_quiet or not changed:
        return
    read = facts_read(work.session, product_id)
    for tester_id in sorted(changed):
        if not read.isdisjoint(changed[tester_id]):
            work.enqueue(
                "cohorts.refresh_tester",
                {"tester_id": str(tester_id), "stands_in_flags": False},
                at=work.now + SOON,
                unique=f"cohorts.refresh_tester:{tester_id}:facts",
            )


def everybody_changed(work: Work, program_id: UUID, source: str) -> None:
    """Facts of `source` changed for the whole program: rules that read any are asked about everybody."""
    for cohort_id in readers(work.session, program_id, source):
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
