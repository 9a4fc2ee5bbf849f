"""Who is in: by hand, and by rule.

Membership is written as a difference, and each difference leaves a dated `CohortChange`. Of every write the
snapshots of flags are told.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.cohorts import rules
from betaops.cohorts.events import CohortPicked
from betaops.cohorts.models import Cause, Cohort, CohortChange, CohortMember, Kind
from betaops.cohorts.queries.facts import known, moving
from betaops.enrollment.models import Enrollment
from betaops.enrollment.service.telling import tell_changed
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
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
    entered = _enter(work, cohort, wanted, Cause.HAND)
    if entered:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, added=len(entered)
            )
        )
        touch_program(work, cohort.program_id, entered)
    return len(entered)


def remove_members(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Take people out by hand; how many were in."""
    cohort = _by_hand(work, cohort_id)
    wanted = set(tester_ids)
    _check_all_enrolled(work, cohort, wanted)
    left = _leave(work, cohort, wanted, Cause.HAND)
    if left:
        work.record(
            CohortPicked(
                cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, removed=len(left)
            )
        )
        touch_program(work, cohort.program_id, left)
    return len(left)


def refresh_soon(work: Work, cohort: Cohort) -> None:
    """Work the rule out: now where the program is small, in a job where it is not."""
    if cohort.kind is not Kind.RULE:
        return
    people = work.session.scalar(
        select(func.count()).select_from(Enrollment).where(Enrollment.program_id == cohort.program_id)
    )
    if (people or 0) <= FEW_PEOPLE:
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
        people = known(work.session, cohort.program_id, some)
        wanted |= {person.tester_id for person in people if inside(person.facts, work.now)}
    entered = _enter(work, cohort, wanted, Cause.RULE)
    left = _leave(work, cohort, asked - wanted, Cause.RULE)
    if entered or left:
        touch_program(work, cohort.program_id, [*entered, *left])
    return len(entered), len(left)


def mark_swept(work: Work, cohort_id: UUID) -> None:
    """Everybody was asked."""
    work.lock(Cohort, cohort_id).swept_at = work.now


def refresh_tester(work: Work, tester_id: UUID) -> None:
    """Ask every rule about one person whose facts changed.

    Snapshots are told even where nobody moved: the facts themselves may stand in a flag's condition.
    """
    program_ids = work.session.scalars(
        select(Enrollment.program_id).where(Enrollment.tester_id == tester_id).order_by(Enrollment.program_id)
    ).all()
    for program_id in program_ids:
        _refresh_in(work, program_id, tester_id)
    tell_changed(work, [tester_id])


def _refresh_in(work: Work, program_id: UUID, tester_id: UUID) -> None:
    cohorts = work.session.scalars(
        select(Cohort).where(Cohort.program_id == program_id, Cohort.kind == Kind.RULE).order_by(Cohort.id)
    ).all()
    if not cohorts:
        return
    person = next(known(work.session, program_id, [tester_id]))
    current = set(
        work.session.scalars(select(CohortMember.cohort_id).where(CohortMember.tester_id == tester_id))
    )
    for cohort in cohorts:
        wanted = cohort.rule is not None and rules.evaluate(cohort.rule, person.facts, work.now)
        if wanted and cohort.id not in current:
            _enter(work, cohort, {tester_id}, Cause.FACTS)
        elif not wanted and cohort.id in current:
            _leave(work, cohort, {tester_id}, Cause.FACTS)


def touch_program(work: Work, program_id: UUID, tester_ids: Collection[UUID] = ()) -> None:
    """Have every process compile the flags of the program's product again, or only forget `tester_ids`, where
    nothing but people changed."""
    if tester_ids:
        tell_changed(work, tester_ids)
        return
    product_id = work.session.scalar(select(Program.product_id).where(Program.id == program_id))
    if product_id is not None:
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


def _enter(work: Work, cohort: Cohort, tester_ids: set[UUID], cause: Cause) -> list[UUID]:
    """Insert; those who were in already (another worker was quicker) are left alone. Returns who is new."""
    flavour = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    entered: list[UUID] = []
    for some in _portions(tester_ids):
        rows = [
            {
                "id": new_id(),
                "workspace_id": cohort.workspace_id,
                "cohort_id": cohort.id,
                "tester_id": tester_id,
                "since": work.now,
            }
            for tester_id in some
        ]
        entered += work.session.scalars(
            flavour.insert(CohortMember)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(CohortMember.tester_id)
        ).all()
    _note(work, cohort, entered, cause, is_in=True)
    return entered


def _leave(work: Work, cohort: Cohort, tester_ids: set[UUID], cause: Cause) -> list[UUID]:
    left: list[UUID] = []
    for some in _portions(tester_ids):
        left += work.session.scalars(
            delete(CohortMember)
            .where(CohortMember.cohort_id == cohort.id, CohortMember.tester_id.in_(some))
            .returning(CohortMember.tester_id)
            .execution_options(synchronize_session=False)
        ).all()
    _note(work, cohort, left, cause, is_in=False)
    return left


def _note(work: Work, cohort: Cohort, tester_ids: list[UUID], cause: Cause, *, is_in: bool) -> None:
    if tester_ids:
        work.session.execute(
            insert(CohortChange),
            [
                {
                    "id": new_id(),
                    "workspace_id": cohort.workspace_id,
                    "cohort_id": cohort.id,
                    "tester_id": tester_id,
                    "is_in": is_in,
                    "at": work.now,
                    "cause": cause,
                    "who": work.actor.name,
                }
                for tester_id in tester_ids
            ],
        )


def _portions(tester_ids: set[UUID]) -> Iterable[list[UUID]]:
    ordered = sorted(tester_ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
