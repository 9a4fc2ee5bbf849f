"""Cohort work that takes longer than a request should."""

from functools import partial
from typing import Any
from uuid import UUID

import orjson

from betaops.cohorts import queries, service
from betaops.cohorts.service import lists, members
from betaops.cohorts.service.laying import Reading
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Actor, Work

_AT_ONCE = 500
#: To say how far it is takes a transaction of its own.
_TOLD_EVERY = 5_000


def refresh_cohort(run: Run, *, cohort_id: str) -> dict[str, int] | None:
    """Ask a rule about everybody: reading first, then writing in short transactions, so that others get between."""
    cohort = UUID(cohort_id)
    reading = partial(run.platform.database.reading, run.claimed.workspace_id)
    try:
        _lay_out(run, reading, cohort)
        with reading() as session:
            moving = queries.moving(session, queries.cohort_by_id(session, cohort), clock.now())
    except NotFound:
        return None
    entered = left = 0
    for start in range(0, max(len(moving), 1), _AT_ONCE):
        if start and not start % _TOLD_EVERY:
            run.progress(start, len(moving))
        with run.work() as work:
            came, went = service.refresh_members(work, cohort, moving[start : start + _AT_ONCE])
            if start + _AT_ONCE >= len(moving):
                service.mark_swept(work, cohort)
        entered, left = entered + came, left + went
    return {"entered": entered, "left": left}


def _lay_out(run: Run, reading: Reading, cohort_id: UUID) -> None:
    """Where the program is large, have the facts that the rule reads in columns."""
    with reading() as session:
        cohort = queries.cohort_by_id(session, cohort_id)
        is_large = queries.has_more_people(session, cohort.program_id, members.FEW_PEOPLE)
        rule = queries.rule_of(session, cohort) if is_large else None
        if rule is None:
            return
        need = queries.need(session, cohort.program_id, rule, clock.now())
    if need is not None:
        service.lay_out(reading, run.work, cohort.program_id, only_tail=need == "tail", progress=run.progress)


def refresh_tester(
    work: Work, *, tester_id: str, changed: list[str] | None = None, stands_in_flags: bool = True
) -> None:
    """Ask the rules that read what `changed` (facts and whole sources) about one person; without it, every rule."""
    service.refresh_tester(work, UUID(tester_id), changed, stands_in_flags=stands_in_flags)


def take_list(run: Run, *, cohort_id: str, file: str, actor: dict[str, Any]) -> dict[str, Any] | None:
    """Put a long list of people into a cohort, in short transactions; what became of it."""
    entries = orjson.loads(run.platform.files.get(file))
    taken = service.Taken()
    try:
        for start in range(0, len(entries), lists.AT_ONCE):
            with run.work() as work:
                work.actor = Actor("member", UUID(actor["id"]) if actor["id"] else None, actor["name"])
                service.take_list(work, UUID(cohort_id), entries[start : start + lists.AT_ONCE], taken)
            run.progress(min(start + lists.AT_ONCE, len(entries)), len(entries))
    except NotFound:
        return None
    return taken.to_json()


def drop_list(work: Work, *, file: str) -> None:
    work.platform.files.delete(file)


def sweep(work: Work) -> None:
    """Have rule cohorts of the whole installation worked out again.

    Time alone moves people ("in the last 7 days"), and an event whose delivery died must not leave
    somebody in the wrong cohort for good.
    """
    for workspace_id, cohort_id in queries.due_for_sweep(work.session, work.now):
        work.enter(workspace_id)
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort_id)},
            unique=f"cohorts.refresh_cohort:{cohort_id}",
        )
