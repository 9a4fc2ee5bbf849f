"""Roll-outs, scheduled changes and guardrails, for pages and programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.flags.events import RolloutStepEntered
from betaops.flags.models import (
    LIVE,
    Flag,
    FlagSchedule,
    Guardrail,
    Rollout,
    ScheduleState,
)
from betaops.kernel.errors import NotFound
from betaops.kernel.events import history
from betaops.kernel.paging import Page, keyset

#: How many changes of one flag may wait, and how many settled ones its page still shows.
MOST_WAITING, SETTLED = 20, 5


def rollout(session: Session, rollout_id: UUID) -> Rollout:
    found = session.scalar(select(Rollout).where(Rollout.id == rollout_id))
    if found is None:
        raise NotFound
    return found


def last_rollout(session: Session, flag_id: UUID) -> Rollout | None:
    """The one that lives, else the newest that is over."""
    return session.scalar(
        select(Rollout)
        .where(Rollout.flag_id == flag_id)
        .order_by(Rollout.state.in_(LIVE).desc(), Rollout.created_at.desc(), Rollout.id.desc())
        .limit(1)
    )


def rollouts_of(
    session: Session, flag_id: UUID, *, cursor: str | None = None, size: int = 50
) -> Page[Rollout]:
    """All of a flag, the newest first."""
    return keyset(
        session,
        select(Rollout).where(Rollout.flag_id == flag_id),
        order=[(Rollout.id, "desc")],
        cursor=cursor,
        size=size,
    )


def entered_steps(session: Session, rollout: Rollout) -> dict[int, datetime]:
    """When each step (from 0) was last entered."""
    rows = history(session, rollout.workspace_id, rollout.id, kinds=[RolloutStepEntered.kind], limit=200)
    return {row.data["step"] - 1: row.at for row in reversed(rows)}


def schedule(session: Session, schedule_id: UUID) -> FlagSchedule:
    found = session.scalar(select(FlagSchedule).where(FlagSchedule.id == schedule_id))
    if found is None:
        raise NotFound
    return found


def schedules_of(session: Session, flag_id: UUID) -> list[FlagSchedule]:
    """Those that wait, the next first, then the last few that are settled."""
    is_waiting = FlagSchedule.state == ScheduleState.WAITING
    found = session.scalars(
        select(FlagSchedule)
        .where(FlagSchedule.flag_id == flag_id)
        .order_by(is_waiting.desc(), FlagSchedule.settled_at.desc(), FlagSchedule.at, FlagSchedule.id)
        .limit(MOST_WAITING + SETTLED)
    ).all()
    waiting = [each for each in found if each.state is ScheduleState.WAITING]
    return [*waiting, *found[len(waiting) :][:SETTLED]]


def guardrail(session: Session, guardrail_id: UUID) -> Guardrail:
    found = session.scalar(select(Guardrail).where(Guardrail.id == guardrail_id))
    if found is None:
        raise NotFound
    return found


def guardrails_of(session: Session, flag_id: UUID) -> Sequence[Guardrail]:
    return session.scalars(select(Guardrail).where(Guardrail.flag_id == flag_id).order_by(Guardrail.id)).all()


class Mark(NamedTuple):
    """What a list of flags says beside one: its live roll-out, and whether a guardrail is broken."""

    rollout: Rollout | None
    is_broken: bool


def marks(session: Session, product_id: UUID) -> dict[UUID, Mark]:
    """By flag; those with neither are left out."""
    live = {
        rollout.flag_id: rollout
        for rollout in session.scalars(
            select(Rollout)
            .join(Flag, Flag.id == Rollout.flag_id)
            .where(Flag.product_id == product_id, Rollout.state.in_(LIVE))
        )
    }
    broken = {flag_id for flag_id, _key in flags_stopped(session, product_id)}
    return {flag_id: Mark(live.get(flag_id), flag_id in broken) for flag_id in live.keys() | broken}


def flags_stopped(session: Session, product_id: UUID) -> list[tuple[UUID, str]]:
    """(flag, key) of those that wait for a signature because a guardrail is broken."""
    rows = session.execute(
        select(Flag.id, Flag.key)
        .where(
            Flag.product_id == product_id,
            Flag.id.in_(select(Guardrail.flag_id).where(Guardrail.broken_at.is_not(None))),
        )
        .order_by(Flag.key)
    )
    return [(row.id, row.key) for row in rows]
