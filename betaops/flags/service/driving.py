"""What roll-outs and guardrails ask of whoever changes their flag."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from betaops.flags import rolling
from betaops.flags.definitions import Problem
from betaops.flags.events import FlagScheduleCancelled, RolloutEnded
from betaops.flags.models import (
    LIVE,
    UNDER_WAY,
    Flag,
    FlagSchedule,
    Guardrail,
    Rollout,
    RolloutState,
    ScheduleState,
)
from betaops.kernel.errors import Invalid, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work


def respect(work: Work, flag_id: UUID, filters: dict[str, Any]) -> None:
    """`Invalid` where `filters` would change what a roll-out under way sets."""
    rollout = _under_way(work, flag_id)
    found = _conflict(rollout, filters) if rollout is not None else None
    if found is not None:
        raise Invalid(
            "rollout_under_way",
            found.sentence,
            field=found.place,
            problems=[{"place": found.place, "detail": found.sentence}],
        )


def respect_all(work: Work, wanted: Sequence[tuple[Flag, Mapping[str, Any]]]) -> None:
    """The same for many flags with the definitions that they are to have; also no broken guardrail is passed by."""
    ids = [flag.id for flag, _definition in wanted]
    rollouts = {
        rollout.flag_id: rollout
        for rollout in work.session.scalars(
            select(Rollout).where(Rollout.flag_id.in_(ids), Rollout.state.in_(UNDER_WAY))
        )
    }
    broken = set(
        work.session.scalars(
            select(Guardrail.flag_id).where(Guardrail.flag_id.in_(ids), Guardrail.broken_at.is_not(None))
        )
    )
    for flag, definition in wanted:
        rollout = rollouts.get(flag.id)
        found = _conflict(rollout, definition.get("filters") or {}) if rollout is not None else None
        if found is not None:
            raise Invalid("rollout_under_way", _in_flag(flag, found.sentence))
        if flag.id in broken and not flag.is_active and definition.get("active", True):
            raise Refused("guardrail_broken", _in_flag(flag, _must_sign()))


def follow_switch(work: Work, flag: Flag) -> None:
    """While the flag is off its roll-out stands still; the time that it was off counts for no step."""
    rollout = _under_way(work, flag.id)
    if rollout is None or rollout.state is not RolloutState.RUNNING or rollout.next_at is None:
        return
    if not flag.is_active and rollout.held_at is None:
        rollout.held_at = work.now
    elif flag.is_active and rollout.held_at is not None:
        rollout.next_at = rolling.moved(rollout.next_at, rollout.held_at, work.now)
        rollout.held_at = None


def let_go(work: Work, flag: Flag) -> None:
    """Nothing changes an archived flag by itself: its roll-out ends, and what waits for its moment is cancelled."""
    for rollout in work.session.scalars(
        select(Rollout).where(Rollout.flag_id == flag.id, Rollout.state.in_(LIVE)).with_for_update()
    ).all():
        end(work, flag, rollout, _("The flag was archived."))
    for schedule in work.session.scalars(
        select(FlagSchedule)
        .where(FlagSchedule.flag_id == flag.id, FlagSchedule.state == ScheduleState.WAITING)
        .with_for_update()
    ).all():
        cancel(work, flag, schedule)


def end(work: Work, flag: Flag, rollout: Rollout, reason: str) -> None:
    """Of a roll-out that is held: it goes no further, the share stays."""
    rollout.state, rollout.ended_at, rollout.end_reason = RolloutState.ENDED, work.now, reason
    work.record(RolloutEnded(**of_rollout(flag, rollout), note=reason))


def cancel(work: Work, flag: Flag, schedule: FlagSchedule) -> None:
    """Of a change that is held and waits."""
    schedule.state, schedule.settled_at = ScheduleState.CANCELLED, work.now
    work.record(FlagScheduleCancelled(**of_schedule(flag, schedule)))


def of_rollout(flag: Flag, rollout: Rollout) -> dict[str, Any]:
    """What every event about a roll-out says."""
    return {
        "flag_id": flag.id,
        "product_id": flag.product_id,
        "rollout_id": rollout.id,
        "key": flag.key,
    }


def of_schedule(flag: Flag, schedule: FlagSchedule) -> dict[str, Any]:
    """What every event about a scheduled change says."""
    return {
        "flag_id": flag.id,
        "product_id": flag.product_id,
        "schedule_id": schedule.id,
        "key": flag.key,
    }


def refuse_archived(flag: Flag) -> None:
    """`Refused` until it is brought back."""
    if flag.archived_at is not None:
        raise Refused("archived", _("This flag is archived. Bring it back first."))


def refuse_while_broken(work: Work, flag_id: UUID) -> None:
    """`Refused` until somebody signed for the guardrails that are broken."""
    broken = work.session.scalar(
        select(Guardrail.id).where(Guardrail.flag_id == flag_id, Guardrail.broken_at.is_not(None)).limit(1)
    )
    if broken is not None:
        raise Refused("guardrail_broken", _must_sign())


def _under_way(work: Work, flag_id: UUID) -> Rollout | None:
    return work.session.scalar(
        select(Rollout).where(Rollout.flag_id == flag_id, Rollout.state.in_(UNDER_WAY))
    )


def _conflict(rollout: Rollout, filters: Mapping[str, Any]) -> Problem | None:
    if rollout.share is None:
        return None
    return rolling.conflict(
        filters, condition=rollout.condition, conditions=rollout.conditions, share=rollout.share
    )


def _must_sign() -> str:
    return _("A guardrail of this flag is broken. Somebody has to sign on the flag's page to go on.")


def _in_flag(flag: Flag, sentence: str) -> str:
    return _("Flag %(key)s: %(problem)s", key=flag.key, problem=sentence)
