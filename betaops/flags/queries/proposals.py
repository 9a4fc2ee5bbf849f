"""Changes that wait for a second person, and who that may be."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from betaops.accounts import queries as account_queries
from betaops.accounts.permissions import ROLES
from betaops.accounts.queries import Member
from betaops.flags import policy
from betaops.flags.models import ApprovalRule, Flag, FlagProposal, Guardrail, ProposalState
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset

#: Pages show this many of what was decided, the newest.
MOST_DECIDED = 50


def approval_rule(session: Session, product_id: UUID) -> ApprovalRule | None:
    return session.scalar(select(ApprovalRule).where(ApprovalRule.product_id == product_id))


def approval_is_needed(session: Session, product_id: UUID) -> bool:
    """Whether the product wants a second person for changes of its flags."""
    rule = approval_rule(session, product_id)
    return rule is not None and rule.is_on


class Approval(NamedTuple):
    """Whether a product wants a second person, and what waits for one, the oldest first."""

    is_needed: bool
    waiting: list[FlagProposal]


def approval(session: Session, product_id: UUID) -> Approval:
    """Where there never was a rule, nothing can wait."""
    is_open = (FlagProposal.product_id == ApprovalRule.product_id) & (
        FlagProposal.state == ProposalState.OPEN
    )
    rows: Sequence[Any] = session.execute(
        select(ApprovalRule.is_on, FlagProposal)
        .outerjoin(FlagProposal, is_open)
        .where(ApprovalRule.product_id == product_id)
        .order_by(FlagProposal.id)
    ).all()
    return Approval(any(is_on for is_on, _each in rows), [each for _is_on, each in rows if each is not None])


def approvers(session: Session) -> list[Member]:
    """Members who may change flags, and so agree to what others propose."""
    return [each for each in account_queries.members(session) if policy.MANAGE in ROLES[each.membership.role]]


def proposal(session: Session, proposal_id: UUID) -> FlagProposal:
    found = session.scalar(select(FlagProposal).where(FlagProposal.id == proposal_id))
    if found is None:
        raise NotFound
    return found


def decided_proposals(session: Session, product_id: UUID) -> Sequence[FlagProposal]:
    """The newest, whatever became of them."""
    return session.scalars(
        select(FlagProposal)
        .where(FlagProposal.product_id == product_id, FlagProposal.state != ProposalState.OPEN)
        .order_by(FlagProposal.decided_at.desc(), FlagProposal.id.desc())
        .limit(MOST_DECIDED)
    ).all()


def proposals_page(
    session: Session,
    product_id: UUID,
    *,
    state: ProposalState | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[FlagProposal]:
    """The newest first, of one `state` or of all."""
    found = select(FlagProposal).where(FlagProposal.product_id == product_id)
    if state is not None:
        found = found.where(FlagProposal.state == state)
    return keyset(session, found, order=[(FlagProposal.id, "desc")], cursor=cursor, size=size)


def open_proposals_of(session: Session, like: FlagProposal) -> Sequence[FlagProposal]:
    """Of the same person for the same flag: of a planned action the same, of what changes the flag at once all."""
    is_alike = FlagProposal.plan.is_(None) if like.plan is None else FlagProposal.action == like.action
    return session.scalars(
        _open(like.product_id)
        .where(FlagProposal.key == like.key, FlagProposal.proposer_id == like.proposer_id, is_alike)
        .order_by(FlagProposal.id)
    ).all()


def count_waiting_for(session: Session, product_id: UUID, user_id: UUID | None) -> int:
    """Open proposals of other people than this one."""
    return session.scalar(_waiting_for(product_id, user_id)) or 0


def count_waiting(session: Session, product_id: UUID, user_id: UUID | None) -> int:
    """What waits for this member: open proposals of other people, and flags that a guardrail stopped."""
    stopped = (
        select(func.count(func.distinct(Guardrail.flag_id)))
        .join(Flag, Flag.id == Guardrail.flag_id)
        .where(Flag.product_id == product_id, Guardrail.broken_at.is_not(None))
    )
    to_approve = _waiting_for(product_id, user_id)
    return sum(session.execute(select(to_approve.scalar_subquery(), stopped.scalar_subquery())).one())


def _waiting_for(product_id: UUID, user_id: UUID | None) -> Select[int]:
    waiting = _open(product_id).where(FlagProposal.proposer_id != user_id).subquery()
    return select(func.count()).select_from(waiting)


def _open(product_id: UUID) -> Select[FlagProposal]:
    return select(FlagProposal).where(
        FlagProposal.product_id == product_id, FlagProposal.state == ProposalState.OPEN
    )
