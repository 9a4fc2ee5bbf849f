"""Who is in: by hand, and by rule.

Membership is written as a difference, and each difference leaves a dated `CohortChange`. Every write
also counts up the product's revision, which is what flag snapshots watch.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select

from betaops.cohorts import rules
from betaops.cohorts.events import CohortPicked
from betaops.cohorts.models import Cause, Cohort, Kind
from betaops.cohorts.queries.cohorts import has_more_people
from betaops.cohorts.queries.columns import moving
from betaops.cohorts.queries.facts import facts_of
from betaops.cohorts.service.moves import enter, leave
from betaops.enrollment.models import Enrollment
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work
from betaops.programs import service as program_service
from betaops.programs.models import Program

#: Up to this many people a rule is worked out in the request that saved it, beyond in a job.
FEW_PEOPLE = 2_000
_AT_ONCE = 500


def add_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Put people in by hand; how many were not in yet. One who is not of the program refuses all."""
    cohort = _by_hand(work, cohort_id)
    wanted = set(tester_ids)
    _check_all_enrolled(work, cohort, wanted)
    entered = enter(work, [(cohort.id, each) for each in wanted], Cause.HAND)
    if entered:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, added=len(entered)
            )
        )
        touch_program(work, cohort.program_id, [tester_id for _cohort_id, tester_id in entered])
    return len(entered)


def remove_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Take people out by hand; how many were in."""
    cohort = _by_hand(work, cohort_id)
    wanted = set(tester_ids)
    _check_all_enrolled(work, cohort, wanted)
    left = leave(work, [(cohort.id, each) for each in wanted], Cause.HAND)
    if left:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, removed=len(left)
            )
        )
        touch_program(work, cohort.program_id, [tester_id for _cohort_id, tester_id in left])
    return len(left)


def refresh_soon(work: Work, cohort: Cohort) -> None:
    """Work the rule out: now where the program is small, in a job where it is not."""
    if cohort.kind is not Kind.RULE:
        return
    if not has_more_people(work.session, cohort.program_id, FEW_PEOPLE):
        refresh_cohort(work, cohort.id)
    else:
        work.enqueue(
            "cohorts.refresh_cohort",
            {"cohort_id": str(cohort.id)},
            unique=f"cohorts.refresh_cohort:{cohort.id}",
        )


def refresh_cohort(work: Work, cohort_id: UUID) -> tuple[int, int]:
    """Ask the rule about everybody, in this one transaction: for programs of few people. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id)
    counts = refresh_members(work, cohort_id, moving(work.session, cohort, work.now))
    cohort.swept_at = work.now
    return counts


def refresh_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> tuple[int, int]:
    """Ask the rule about these people, whose facts may have changed since they were picked. (entered, left)"""
    cohort = work.lock(Cohort, cohort_id)
    if cohort.rule is None or not tester_ids:
        return 0, 0
    inside = rules.compiled(cohort.rule)
    asked, wanted = set(tester_ids), set()
    for some in _portions(asked):
        people = facts_of(work.session, cohort.program_id, some, rules.reads(cohort.rule))
        wanted |= {tester_id for tester_id, facts in people.items() if inside(facts, work.now)}
    entered = enter(work, [(cohort.id, each) for each in wanted], Cause.RULE)
    left = leave(work, [(cohort.id, each) for each in asked - wanted], Cause.RULE)
    if entered or left:
        touch_program(work, cohort.program_id, [tester_id for _cohort_id, tester_id in (*entered, *left)])
    return len(entered), len(left)


def mark_swept(work: Work, cohort_id: UUID) -> None:
    """Everybody was asked."""
    work.lock(Cohort, cohort_id).swept_at = work.now


_PRODUCT = Prepared(
    lambda _dialect: select(Program.product_id).where(
        Program.workspace_id == bindparam("workspace_id"), Program.id == bindparam("program_id")
    )
)


def touch_program(work: Work, program_id: UUID, tester_ids: Collection[UUID] = ()) -> None:
    """Have every process compile the flags of the program's product again; `tester_ids` where only people changed."""
    for (product_id,) in _PRODUCT.rows(work.session, workspace_id=work.workspace_id, program_id=program_id):
        program_service.bump_revision(work, product_id)


def _by_hand(work: Work, cohort_id: UUID) -> Cohort:
    cohort = work.lock(Cohort, cohort_id)
    if cohort.kind is not Kind.STATIC:
        raise Refused("rule_decides", _("A rule decides who is in this cohort. Change the rule instead."))
    return cohort


def _check_all_enrolled(work: Work, cohort: Cohort, tester_ids: set[UUID]) -> None:
    for some in _portions(tester_ids):
        found = work.session.scalar(
            select(func.count())
            .select_from(Enrollment)
            .where(Enrollment.program_id == cohort.program_id, Enrollment.tester_id.in_(some))
        )
        if found != len(some):
            raise NotFound


def _portions(tester_ids: Collection[UUID]) -> Iterable[list[UUID]]:
    ordered = sorted(tester_ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
