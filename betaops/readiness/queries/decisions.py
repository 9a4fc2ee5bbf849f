"""Decisions with their signatures."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.readiness.models import (
    Decision,
    DecisionState,
    Signature,
)


def decision_that_stands(session: Session, program_id: UUID) -> Decision | None:
    """The one that is proposed or in force; there is at most one."""
    return session.scalar(
        select(Decision).where(Decision.program_id == program_id, Decision.state != DecisionState.WITHDRAWN)
    )


def decided_programs(session: Session) -> Sequence[UUID]:
    """Programs of the workspace whose decision stands, whatever phase they are in."""
    return session.scalars(
        select(Decision.program_id).where(Decision.state != DecisionState.WITHDRAWN).order_by(Decision.id)
    ).all()


def count_unsigned(session: Session, program_id: UUID) -> int:
    """Decisions that wait for a second member."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Decision)
            .where(Decision.program_id == program_id, Decision.state == DecisionState.PROPOSED)
        )
        or 0
    )


def decisions(session: Session, program_id: UUID) -> Sequence[Decision]:
    """All, withdrawn ones too, the newest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.program_id == program_id)
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    ).all()


def decision(session: Session, program_id: UUID, decision_id: UUID) -> Decision:
    found = session.scalar(
        select(Decision).where(Decision.id == decision_id, Decision.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def signatures(session: Session, decision_ids: Sequence[UUID]) -> dict[UUID, list[Signature]]:
    """Of each decision, in the order they were given."""
    found: dict[UUID, list[Signature]] = {each: [] for each in decision_ids}
    rows = session.scalars(
        select(Signature)
        .where(Signature.decision_id.in_(decision_ids))
        .order_by(Signature.signed_at, Signature.id)
    )
    for row in rows:
        found[row.decision_id].append(row)
    return found
