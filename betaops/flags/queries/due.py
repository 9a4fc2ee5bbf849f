"""What is due in every workspace, for the job that looks each minute. Nothing is of a flag that is archived."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from betaops.flags.models import Flag, FlagSchedule, Guardrail, Rollout, RolloutState, ScheduleState

Due = Sequence[tuple[UUID, UUID]]


def due_schedules(session: Session, now: datetime) -> Due:
    """(workspace, schedule), in the order of their moments."""
    return _pairs(
        session,
        select(FlagSchedule.workspace_id, FlagSchedule.id)
        .join(Flag, Flag.id == FlagSchedule.flag_id)
        .where(
            FlagSchedule.state == ScheduleState.WAITING, FlagSchedule.at <= now, Flag.archived_at.is_(None)
        )
        .order_by(FlagSchedule.at, FlagSchedule.id),
    )


def due_rollouts(session: Session, now: datetime) -> Due:
    """(workspace, roll-out) of those that begin or go on, or whose flag was switched since they were looked at."""
    is_due = or_(
        and_(Rollout.state == RolloutState.WAITING, Rollout.starts_at <= now, Flag.is_active),
        and_(
            Rollout.state == RolloutState.RUNNING,
            Rollout.held_at.is_(None),
            or_(Rollout.next_at <= now, ~Flag.is_active),
        ),
        and_(Rollout.state == RolloutState.RUNNING, Rollout.held_at.is_not(None), Flag.is_active),
    )
    return _pairs(
        session,
        select(Rollout.workspace_id, Rollout.id)
        .join(Flag, Flag.id == Rollout.flag_id)
        .where(is_due, Flag.archived_at.is_(None))
        .order_by(Rollout.id),
    )


def flags_to_check(session: Session) -> Due:
    """(workspace, flag) of the flags that are on and have a guardrail that is not broken."""
    return _pairs(
        session,
        select(Flag.workspace_id, Flag.id)
        .where(
            Flag.is_active,
            select(Guardrail.id).where(Guardrail.flag_id == Flag.id, Guardrail.broken_at.is_(None)).exists(),
        )
        .order_by(Flag.id),
    )


def _pairs(session: Session, statement: Any) -> Due:
    rows = session.execute(statement.execution_options(unscoped=True))
    return [(row[0], row[1]) for row in rows]
