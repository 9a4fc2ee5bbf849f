"""Changes of a flag for a moment: planned, called off, and done once when the moment has come."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from betaops.flags import rolling
from betaops.flags.events import (
    FlagScheduled,
    FlagScheduleDone,
    FlagScheduleFailed,
)
from betaops.flags.models import Change, Flag, FlagProposal, FlagSchedule, ScheduledChange, ScheduleState
from betaops.flags.queries.rolling import MOST_WAITING
from betaops.flags.service import driving, revisions
from betaops.flags.service.driving import of_schedule
from betaops.flags.service.flags import kill, put, revive
from betaops.flags.service.rolling import to_come
from betaops.kernel.errors import DomainError, Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work


def schedule_change(
    work: Work,
    flag_id: UUID,
    change: ScheduledChange,
    at: datetime,
    *,
    share: float | None = None,
    condition: int | None = None,
    proposal: FlagProposal | None = None,
) -> FlagSchedule:
    """Have `change` done at `at`. Asked twice, it is one. Switching off waits for nobody, at no moment."""
    flag = work.lock(Flag, flag_id)
    if change is not ScheduledChange.OFF:
        revisions.allow(work, flag.product_id, proposal)
    driving.refuse_archived(flag)
    if change is not ScheduledChange.SHARE:
        share = condition = None
    elif share is None or not 0 <= share <= 100:
        raise Invalid("bad_share", _("Write a percentage from 0 to 100."), field="share")
    elif sentence := rolling.problem_of_condition(flag.filters, condition):
        raise Invalid("no_condition", sentence, field="condition")
    at = to_come(work, at)
    waiting = select(FlagSchedule).where(
        FlagSchedule.flag_id == flag.id, FlagSchedule.state == ScheduleState.WAITING
    )
    for same in work.session.scalars(waiting.where(FlagSchedule.at == at)):
        if (same.change, same.share, same.condition) == (change, share, condition):
            return same
    if (work.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= MOST_WAITING:
        raise Refused(
            "too_many_schedules", _("At most %(most)s changes wait for their moment.", most=MOST_WAITING)
        )
    schedule = FlagSchedule(
        flag_id=flag.id,
        change=change,
        share=share,
        condition=condition,
        at=at,
        created_at=work.now,
        created_by=proposal.proposed_by if proposal else work.actor.name,
    )
    work.add(schedule)
    proposed_by = proposal.proposed_by if proposal else ""
    work.record(
        FlagScheduled(
            **of_schedule(flag, schedule), change=change.value, at=at, share=share, proposed_by=proposed_by
        )
    )
    return schedule


def cancel_schedule(work: Work, schedule_id: UUID) -> FlagSchedule:
    """Before it is due. Said twice, it changes nothing; `Refused` when it was done meanwhile."""
    flag, schedule = _held(work, schedule_id)
    if schedule.state is ScheduleState.CANCELLED:
        return schedule
    if schedule.state is not ScheduleState.WAITING:
        raise Refused("schedule_is_settled", _("Its moment has come already: it cannot be cancelled."))
    driving.cancel(work, flag, schedule)
    return schedule


def apply_schedule(work: Work, schedule_id: UUID) -> FlagSchedule:
    """Do what is due, in the name of whoever scheduled it; once, however often it is asked."""
    flag, schedule = _held(work, schedule_id)
    if schedule.state is not ScheduleState.WAITING or schedule.at > work.now:
        return schedule
    work.actor = replace(work.actor, name=schedule.created_by)
    told = {**of_schedule(flag, schedule), "change": schedule.change.value, "who": schedule.created_by}
    try:
        with work.session.begin_nested():
            _do(work, flag, schedule)
    except DomainError as refusal:
        schedule.state, schedule.settled_at = ScheduleState.FAILED, work.now
        schedule.problem = str(refusal.message or refusal)
        work.record(FlagScheduleFailed(**told, note=schedule.problem))
        return schedule
    schedule.state, schedule.settled_at = ScheduleState.DONE, work.now
    work.record(FlagScheduleDone(**told, share=schedule.share))
    return schedule


def _do(work: Work, flag: Flag, schedule: FlagSchedule) -> None:
    note = _("Scheduled by %(who)s.", who=schedule.created_by)
    match schedule.change:
        case ScheduledChange.ON:
            revive(work, flag.id, note=note)
        case ScheduledChange.OFF:
            kill(work, flag.id, note=note)
        case ScheduledChange.SHARE:
            if sentence := rolling.problem_of_condition(flag.filters, schedule.condition):
                raise Invalid("no_condition", sentence)
            wanted = rolling.with_share(flag.filters, schedule.condition, schedule.share or 0)
            put(work, flag, {"filters": wanted}, change=Change.SCHEDULED, note=note)


def _held(work: Work, schedule_id: UUID) -> tuple[Flag, FlagSchedule]:
    flag_id = work.session.scalar(select(FlagSchedule.flag_id).where(FlagSchedule.id == schedule_id))
    if flag_id is None:
        raise NotFound
    return work.lock(Flag, flag_id), work.lock(FlagSchedule, schedule_id)
