"""People whom no rule moves: always in a cohort, or never."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from betaops.cohorts.events import CohortExceptionsEnded, CohortKeptIn, CohortKeptOut
from betaops.cohorts.models import Cause, Cohort, CohortException, CohortMember, Kind
from betaops.cohorts.queries.reading import rule_of
from betaops.cohorts.service.members import ask, check_all_enrolled, follow, touch_program
from betaops.cohorts.service.moves import Why, enter, leave
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LONGEST_REASON = 500
#: At one time; a longer list is rather a rule.
MOST_PEOPLE = 1_000


def keep_in(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID], *, reason: str = "") -> int:
    """These people of the program are in from now on, whatever the rule says; of how many that was not so."""
    cohort = work.lock(Cohort, cohort_id)
    if cohort.kind is not Kind.RULE:
        raise Refused("by_hand", _("This cohort is picked by hand. Add people instead."))
    changed = _except(work, cohort, tester_ids, is_in=True, reason=reason)
    if changed:
        moved = enter(work, cohort, changed, Why(Cause.EXCEPTION, note=_reason(reason)))
        work.record(
            CohortKeptIn(
                cohort_id=cohort.id,
                program_id=cohort.program_id,
                name=cohort.name,
                people=len(changed),
                reason=_reason(reason),
            )
        )
        touch_program(work, cohort.program_id, moved)
        follow(work, cohort, moved)
    return len(changed)


def keep_out(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID], *, reason: str = "") -> int:
    """These people of the program are never in from now on; of how many that was not so."""
    cohort = work.lock(Cohort, cohort_id)
    changed = _except(work, cohort, tester_ids, is_in=False, reason=reason)
    if changed:
        moved = leave(work, cohort, changed, Why(Cause.EXCEPTION, note=_reason(reason)))
        work.record(
            CohortKeptOut(
                cohort_id=cohort.id,
                program_id=cohort.program_id,
                name=cohort.name,
                people=len(changed),
                reason=_reason(reason),
            )
        )
        touch_program(work, cohort.program_id, moved)
        follow(work, cohort, moved)
    return len(changed)


def end_exceptions(work: Work, cohort_id: UUID, tester_ids: Sequence[UUID]) -> int:
    """Let rule, companies and hands decide about them again; how many were exceptions.

    Who was in a cohort picked by hand when they were kept out comes back.
    """
    cohort = work.lock(Cohort, cohort_id)
    rows = _rows(work, cohort, tester_ids)
    ended = {row.tester_id for row in rows}
    if not ended:
        return 0
    back = {row.tester_id for row in rows if row.was_in}
    for row in rows:
        work.delete(row)
    work.session.flush()
    moved = enter(work, cohort, back, Why(Cause.EXCEPTION_ENDED))
    asked = sorted(ended - back)
    if (rule := rule_of(work.session, cohort)) is not None and asked:
        entered, left = ask(work, cohort, rule, asked, cause=Cause.EXCEPTION_ENDED)
        moved = [*moved, *entered, *left]
    work.record(
        CohortExceptionsEnded(
            cohort_id=cohort.id, program_id=cohort.program_id, name=cohort.name, people=len(ended)
        )
    )
    touch_program(work, cohort.program_id, moved)
    follow(work, cohort, moved)
    return len(ended)


def _except(work: Work, cohort: Cohort, tester_ids: Sequence[UUID], *, is_in: bool, reason: str) -> set[UUID]:
    """Write the exceptions; of whom one is new, another one, or for another reason."""
    wanted = set(tester_ids)
    if len(wanted) > MOST_PEOPLE:
        raise Invalid("too_many", _("At most %(most)s people at once.", most=MOST_PEOPLE), field="testers")
    check_all_enrolled(work, cohort, wanted)
    reason = _reason(reason)
    rows = {row.tester_id: row for row in _rows(work, cohort, tester_ids)}
    picked = _picked(work, cohort, wanted) if cohort.kind is Kind.STATIC else set()
    changed = {each for each in wanted if each not in rows or _differs(rows[each], is_in, reason)}
    for tester_id in sorted(changed):
        row = rows.get(tester_id)
        if row is None:
            row = CohortException(cohort_id=cohort.id, tester_id=tester_id, was_in=tester_id in picked)
            row.workspace_id = cohort.workspace_id
            work.session.add(row)
        row.is_in, row.reason, row.at, row.who = is_in, reason, work.now, work.actor.name
    work.session.flush()
    return changed


def _differs(row: CohortException, is_in: bool, reason: str) -> bool:
    return row.is_in is not is_in or row.reason != reason


def _rows(work: Work, cohort: Cohort, tester_ids: Sequence[UUID]) -> Sequence[CohortException]:
    return work.session.scalars(
        select(CohortException)
        .where(CohortException.cohort_id == cohort.id, CohortException.tester_id.in_(set(tester_ids)))
        .order_by(CohortException.id)
    ).all()


def _picked(work: Work, cohort: Cohort, tester_ids: set[UUID]) -> set[UUID]:
    return set(
        work.session.scalars(
            select(CohortMember.tester_id).where(
                CohortMember.cohort_id == cohort.id,
                CohortMember.tester_id.in_(tester_ids),
                CohortMember.by_company.is_(False),
            )
        )
    )


def _reason(text: str) -> str:
    cleaned = " ".join(text.replace("\0", "").split())
    if len(cleaned) > LONGEST_REASON:
        raise Invalid(
            "too_long", _("Keep it under %(most)s characters.", most=LONGEST_REASON), field="reason"
        )
    return cleaned
