"""Roll-outs: begun, moved from step to step, held, ended. Each step changes the flag as a person would.

Always the flag is locked first and its roll-out after it, so that nobody waits in a circle.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from betaops.flags import rolling
from betaops.flags.events import (
    RolloutFinished,
    RolloutPaused,
    RolloutPlanned,
    RolloutResumed,
    RolloutStepEntered,
)
from betaops.flags.models import LIVE, Change, Flag, FlagProposal, Guardrail, Rollout, RolloutState
from betaops.flags.rolling import Step
from betaops.flags.service import driving, revisions
from betaops.flags.service.driving import of_rollout
from betaops.flags.service.flags import put
from betaops.kernel.errors import DomainError, Invalid, NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

LONGEST_REASON = 2_000


def start_rollout(
    work: Work,
    flag_id: UUID,
    steps: Sequence[Step],
    *,
    condition: int | None = None,
    at: datetime | None = None,
    proposal: FlagProposal | None = None,
) -> Rollout:
    """Raise the share of `condition` (of all without one) step by step, from now or from `at` on.

    Asked twice with one plan, it is one roll-out. Where a second person has to agree, they agree to the whole
    (`service.proposals`); it then goes from step to step by itself.
    """
    flag = work.lock(Flag, flag_id)
    revisions.allow(work, flag.product_id, proposal)
    driving.refuse_archived(flag)
    plan = tuple(steps)
    live = _live(work, flag.id)
    if live is not None and (live.plan, live.condition, live.planned_at) == (plan, condition, at):
        return live
    if live is not None:
        raise Refused("rollout_is_live", _("A roll-out of this flag is planned or under way. End it first."))
    _check(flag, plan, condition)
    if at is None:
        _may_begin(work, flag)
    else:
        at = to_come(work, at)
    rollout = Rollout(
        flag_id=flag.id,
        condition=condition,
        conditions=len(flag.conditions),
        steps=[step._asdict() for step in plan],
        state=RolloutState.WAITING,
        starts_at=at or work.now,
        created_at=work.now,
        created_by=proposal.proposed_by if proposal else work.actor.name,
    )
    try:
        with work.session.begin_nested():
            work.add(rollout)
    except IntegrityError as error:
        raise Refused("rollout_is_live", _("A roll-out of this flag is planned or under way.")) from error
    words = [f"{step.share:g} % · {step.hours} h" for step in plan]
    proposed_by = proposal.proposed_by if proposal else ""
    work.record(
        RolloutPlanned(**of_rollout(flag, rollout), plan=words, starts_at=at, proposed_by=proposed_by)
    )
    if at is None:
        _begin(work, flag, rollout, proposal)
    return rollout


def advance_rollout(work: Work, rollout_id: UUID) -> Rollout | None:
    """What is due now: begin, or enter the next step. One step at most, however late it is.

    A step that the flag refuses pauses the roll-out, which then says why. None: nothing was due.
    """
    flag, rollout = _held(work, rollout_id)
    driving.follow_switch(work, flag)
    if not flag.is_active:
        return None
    due_at = {RolloutState.WAITING: rollout.starts_at, RolloutState.RUNNING: rollout.next_at}.get(
        rollout.state
    )
    if due_at is None or due_at > work.now:
        return None
    work.actor = replace(work.actor, name=rollout.created_by)
    is_waiting = rollout.state is RolloutState.WAITING
    try:
        with work.session.begin_nested():
            if is_waiting:
                _check(flag, rollout.plan, rollout.condition)
                _may_begin(work, flag)
                _begin(work, flag, rollout)
            else:
                _go_on(work, flag, rollout, "due")
    except DomainError as refusal:
        why = str(refusal.message or refusal)
        (driving.end if is_waiting else _pause)(work, flag, rollout, why)
    return rollout


def pause_rollout(work: Work, rollout_id: UUID, reason: str = "") -> Rollout:
    """Nobody new gets it; whoever has it keeps it. Said twice, it changes nothing."""
    flag, rollout = _held(work, rollout_id)
    if rollout.state is RolloutState.WAITING:
        raise Refused("rollout_waits", _("The roll-out has not begun. End it to call it off."))
    _is_under_way(rollout)
    _pause(work, flag, rollout, _reason(reason))
    return rollout


def pause_for_guardrail(work: Work, flag: Flag, reason: str) -> None:
    """Hold whatever roll-out the flag (locked) has; one that waits will find the guardrail broken."""
    rollout = _live(work, flag.id)
    if rollout is not None and rollout.state is RolloutState.RUNNING:
        _pause(work, flag, work.lock(Rollout, rollout.id), reason)


def resume_rollout(work: Work, rollout_id: UUID) -> Rollout:
    """Go on where it stood. `Refused` while a guardrail is broken: that takes `sign_resume`."""
    flag, rollout = _held(work, rollout_id)
    _is_under_way(rollout)
    driving.refuse_while_broken(work, flag.id)
    if rollout.state is RolloutState.PAUSED and rollout.next_at and rollout.paused_at:
        _resume(work, flag, rollout, rolling.moved(rollout.next_at, rollout.paused_at, work.now))
    return rollout


def resume_for_signature(work: Work, flag: Flag) -> None:
    """Go on after a broken guardrail: the step that broke it is watched in full again."""
    rollout = _live(work, flag.id)
    if rollout is not None and rollout.state is RolloutState.PAUSED and rollout.step is not None:
        step = rollout.plan[rollout.step]
        _resume(work, flag, work.lock(Rollout, rollout.id), work.now + rolling.dwell(step))


def skip_step(
    work: Work, rollout_id: UUID, from_step: int | None = None, *, proposal: FlagProposal | None = None
) -> Rollout:
    """Enter the next step at once, or finish. Nothing where it is not at `from_step` (from 0) any more."""
    flag, rollout = _held(work, rollout_id)
    if from_step is not None and (from_step != rollout.step or rollout.state is RolloutState.FINISHED):
        return rollout
    revisions.allow(work, flag.product_id, proposal)
    _is_under_way(rollout)
    if rollout.state is RolloutState.PAUSED:
        raise Refused("rollout_is_paused", _("The roll-out is paused. Resume it first."))
    if not flag.is_active:
        raise Refused("flag_is_off", _("The flag is off for everybody. Switch it on first."))
    _go_on(work, flag, rollout, "skipped", proposal)
    return rollout


def step_back(work: Work, rollout_id: UUID, from_step: int | None = None) -> Rollout:
    """Return to the step before, whose share is smaller; a paused roll-out stays paused there. Never waits."""
    flag, rollout = _held(work, rollout_id)
    _is_under_way(rollout)
    if from_step not in (None, rollout.step):
        return rollout
    if not rollout.step:
        raise Refused("first_step", _("The roll-out is at its first step. To go lower, end it."))
    _enter(work, flag, rollout, rollout.step - 1, "back")
    return rollout


def end_rollout(work: Work, rollout_id: UUID, reason: str = "") -> Rollout:
    """Stop it for good; the share stays where it is. Said twice, it changes nothing."""
    flag, rollout = _held(work, rollout_id)
    if rollout.state in LIVE:
        driving.end(work, flag, rollout, _reason(reason))
    return rollout


def to_come(work: Work, at: datetime) -> datetime:
    """`at` in UTC; `Invalid` where it is past, or absurdly far away."""
    if sentence := rolling.problem_of_moment(at, work.now):
        raise Invalid("bad_moment", sentence, field="at")
    return at.astimezone(UTC)


def _held(work: Work, rollout_id: UUID) -> tuple[Flag, Rollout]:
    flag_id = work.session.scalar(select(Rollout.flag_id).where(Rollout.id == rollout_id))
    if flag_id is None:
        raise NotFound
    return work.lock(Flag, flag_id), work.lock(Rollout, rollout_id)


def _live(work: Work, flag_id: UUID) -> Rollout | None:
    return work.session.scalar(select(Rollout).where(Rollout.flag_id == flag_id, Rollout.state.in_(LIVE)))


def _check(flag: Flag, plan: tuple[Step, ...], condition: int | None) -> None:
    if sentence := rolling.problem_of_condition(flag.filters, condition):
        raise Invalid("no_condition", sentence, field="condition")
    if sentence := rolling.problem_of_steps(plan):
        raise Invalid("bad_steps", sentence, field="steps")


def _may_begin(work: Work, flag: Flag) -> None:
    if not flag.is_active:
        raise Refused("flag_is_off", _("The flag is off for everybody. Switch it on first."))
    driving.refuse_while_broken(work, flag.id)


def _is_under_way(rollout: Rollout) -> None:
    if rollout.state not in LIVE or rollout.step is None:
        raise Refused("rollout_is_over", _("The roll-out is not under way."))


def _begin(work: Work, flag: Flag, rollout: Rollout, proposal: FlagProposal | None = None) -> None:
    """What guardrails saw before says nothing about it."""
    rollout.conditions = len(flag.conditions)
    work.session.execute(
        update(Guardrail)
        .where(Guardrail.flag_id == flag.id)
        .values(counts_since=work.now, reading=None, read_at=None)
    )
    _enter(work, flag, rollout, 0, "begun", proposal)


def _go_on(work: Work, flag: Flag, rollout: Rollout, way: str, proposal: FlagProposal | None = None) -> None:
    if rollout.is_at_last_step or rollout.step is None:
        _finish(work, flag, rollout)
    else:
        _enter(work, flag, rollout, rollout.step + 1, way, proposal)


def _enter(
    work: Work, flag: Flag, rollout: Rollout, number: int, way: str, proposal: FlagProposal | None = None
) -> None:
    """The roll-out first and the flag after it: what the flag is to have must be what its roll-out says."""
    step = rollout.plan[number]
    is_paused = rollout.state is RolloutState.PAUSED
    rollout.step, rollout.entered_at = number, work.now
    rollout.next_at = work.now + rolling.dwell(step)
    if is_paused:
        rollout.paused_at = work.now
    else:
        rollout.state = RolloutState.RUNNING
        rollout.held_at = None if flag.is_active else work.now
    work.session.flush()
    put(
        work,
        flag,
        {"filters": rolling.with_share(flag.filters, rollout.condition, step.share)},
        change=Change.STEPPED,
        note=_("Roll-out, step %(step)s of %(steps)s", step=number + 1, steps=len(rollout.steps)),
        proposal=proposal,
    )
    work.record(
        RolloutStepEntered(
            **of_rollout(flag, rollout), step=number + 1, steps=len(rollout.steps), share=step.share, way=way
        )
    )
    if rollout.is_at_last_step and step.hours == 0 and not is_paused:
        _finish(work, flag, rollout)


def _pause(work: Work, flag: Flag, rollout: Rollout, reason: str) -> None:
    if rollout.state is not RolloutState.RUNNING:
        return
    # What it stood still before the pause does not count either.
    rollout.state, rollout.paused_at = RolloutState.PAUSED, rollout.held_at or work.now
    rollout.pause_reason, rollout.held_at = reason, None
    work.record(RolloutPaused(**of_rollout(flag, rollout), note=reason))


def _resume(work: Work, flag: Flag, rollout: Rollout, next_at: datetime) -> None:
    rollout.state, rollout.next_at = RolloutState.RUNNING, next_at
    rollout.paused_at, rollout.pause_reason = None, ""
    work.session.flush()
    driving.follow_switch(work, flag)
    work.record(RolloutResumed(**of_rollout(flag, rollout)))


def _finish(work: Work, flag: Flag, rollout: Rollout) -> None:
    rollout.state, rollout.ended_at = RolloutState.FINISHED, work.now
    work.record(RolloutFinished(**of_rollout(flag, rollout)))


def _reason(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST_REASON]
