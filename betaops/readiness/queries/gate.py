"""The gate of a program: its criteria with how they stand, who has to sign, whether it is suspended."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import ROLES
from betaops.feedback import queries as feedback_queries
from betaops.flags import queries as flag_queries
from betaops.kernel.errors import NotFound
from betaops.programs.models import Program
from betaops.readiness import policy
from betaops.readiness.board import Row
from betaops.readiness.deciding import checks
from betaops.readiness.deciding.checks import Facts
from betaops.readiness.deciding.quorum import Role
from betaops.readiness.models import CriterionKind, GateCriterion, SignerRole, Suspension
from betaops.readiness.queries.evidence import board, seal


class CriterionNow(NamedTuple):
    """A criterion, and whether it is so."""

    criterion: GateCriterion
    holds: bool


def criteria(session: Session, program_id: UUID) -> Sequence[GateCriterion]:
    """By kind as a program goes through them, then in their order."""
    found = session.scalars(
        select(GateCriterion)
        .where(GateCriterion.program_id == program_id)
        .order_by(GateCriterion.position, GateCriterion.id)
    ).all()
    kinds = list(CriterionKind)
    return sorted(found, key=lambda each: kinds.index(each.kind))


def criterion(session: Session, program_id: UUID, criterion_id: UUID) -> GateCriterion:
    found = session.scalar(
        select(GateCriterion).where(GateCriterion.id == criterion_id, GateCriterion.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def gate(session: Session, program: Program, rows: Sequence[Row] | None = None) -> list[CriterionNow]:
    """Every criterion as it stands now; `rows` where the board was read already."""
    found = criteria(session, program.id)
    if not found:
        return []
    facts = _facts(session, program, board(session, program.id) if rows is None else rows)
    return [
        CriterionNow(
            each,
            checks.holds(each.looked_up, facts) if each.looked_up is not None else each.ticked_at is not None,
        )
        for each in found
    ]


def _facts(session: Session, program: Program, rows: Sequence[Row]) -> Facts:
    return Facts(
        open_blockers=len(feedback_queries.open_blockers(session, program.id)),
        broken_guardrails=len(flag_queries.flags_stopped(session, program.product_id)),
        musts=[row.verdict for row in rows if row.is_must],
        is_sealed=seal(session, program.id) is not None,
    )


def signer_roles(session: Session, program_id: UUID) -> Sequence[SignerRole]:
    return session.scalars(
        select(SignerRole)
        .where(SignerRole.program_id == program_id)
        .order_by(SignerRole.position, SignerRole.id)
    ).all()


def roles_to_sign(session: Session, program_id: UUID) -> list[Role]:
    """Who would have to sign a decision that is proposed now."""
    rows = signer_roles(session, program_id)
    holders = holders_of(session, rows)
    return [Role(row.name, row.user_id, holders[row.id]) for row in rows]


def holders_of(session: Session, rows: Sequence[SignerRole]) -> dict[UUID, str]:
    """By role the name of the member who holds it; empty where whoever may sign does."""
    names = account_queries.names(session, {row.user_id for row in rows if row.user_id is not None})
    return {row.id: names.get(row.user_id, "") if row.user_id else "" for row in rows}


def able_to_sign(session: Session) -> list[account_queries.Member]:
    """Members of the workspace who may sign, by name."""
    return [
        each
        for each in account_queries.members(session)
        if policy.SIGN in ROLES[each.membership.role] and each.user.disabled_at is None
    ]


def suspension(session: Session, program_id: UUID) -> Suspension | None:
    """The one that lasts."""
    return session.scalar(
        select(Suspension).where(Suspension.program_id == program_id, Suspension.resumed_at.is_(None))
    )


def suspensions(session: Session, program_id: UUID) -> Sequence[Suspension]:
    """All, the newest first."""
    return session.scalars(
        select(Suspension)
        .where(Suspension.program_id == program_id)
        .order_by(Suspension.began_at.desc(), Suspension.id.desc())
    ).all()


def suspended_by(session: Session, program: Program, standings: Sequence[CriterionNow]) -> list[str]:
    """Why nothing may be released, in sentences: what came true when it was suspended, and what is true now."""
    lasting = suspension(session, program.id)
    found = list(lasting.because) if lasting is not None else []
    return found + [
        each.criterion.text
        for each in standings
        if each.holds and each.criterion.kind is CriterionKind.SUSPENSION and each.criterion.text not in found
    ]
