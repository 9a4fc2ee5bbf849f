"""Reading the audit log and the chain over it. Events are no tenant rows: every statement names its workspace."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.chain import NOBODY, START, seal_digest
from betaops.accounts.models import AuditCheck, AuditSeal, SealedEvent
from betaops.kernel.events import RecordedEvent
from betaops.kernel.ids import least_id
from betaops.kernel.paging import Page, keyset

#: No transaction is open for longer: an event older than this that no seal covers is an old one.
LONGEST_TRANSACTION = timedelta(hours=1)


def events(
    session: Db,
    workspace_id: uuid.UUID,
    *,
    kind: str | None = None,
    actor_id: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[RecordedEvent]:
    """A page of one workspace's audit log, the newest first."""
    found = select(RecordedEvent).where(RecordedEvent.workspace_id == workspace_id)
    if kind is not None:
        found = found.where(RecordedEvent.kind == kind)
    if actor_id is not None:
        found = found.where(RecordedEvent.actor_id == actor_id)
    if since is not None:
        found = found.where(RecordedEvent.at >= since)
    if until is not None:
        found = found.where(RecordedEvent.at < until)
    return keyset(
        session,
        found,
        order=[(RecordedEvent.at, "desc"), (RecordedEvent.id, "desc")],
        cursor=cursor,
        size=size,
    )


def event_kinds(session: Db, workspace_id: uuid.UUID) -> Sequence[str]:
    """Kinds of event that this workspace has seen."""
    return session.scalars(
        select(RecordedEvent.kind)
        .where(RecordedEvent.workspace_id == workspace_id)
        .distinct()
        .order_by(RecordedEvent.kind)
    ).all()


def newest_seal(session: Db, chain: uuid.UUID | None = None) -> AuditSeal | None:
    """Of one chain, or of all."""
    found = select(AuditSeal).order_by(AuditSeal.sealed_at.desc(), AuditSeal.number.desc()).limit(1)
    return session.scalar(found if chain is None else found.where(AuditSeal.chain == chain))


def last_check(session: Db, chain: uuid.UUID) -> AuditCheck | None:
    return session.get(AuditCheck, chain)


def sealed_events(session: Db, chain: uuid.UUID) -> int:
    """How many events the seals of a chain cover."""
    return session.scalar(select(func.sum(AuditSeal.events)).where(AuditSeal.chain == chain)) or 0


class Due(NamedTuple):
    """Events of a chain that no seal covers yet, and the seal that is to cover them."""

    seal: AuditSeal
    events: Sequence[uuid.UUID]
    #: The first that no seal covers, of whatever chain.
    begin: uuid.UUID


def first_to_seal(session: Db) -> uuid.UUID | None:
    """No event before this id waits for a seal.

    All chains are always sealed together: the newest seal of any says how far back that is.
    """
    newest = newest_seal(session)
    return least_id(newest.sealed_at - LONGEST_TRANSACTION) if newest else None


def next_due(session: Db, begin: uuid.UUID | None, most: int, now: datetime) -> Due | None:
    """What is to be sealed first of what waits from `begin` on, worked out before it is written."""
    first = session.scalar(_waiting(select(RecordedEvent), begin).order_by(RecordedEvent.id).limit(1))
    if first is None:
        return None
    chain = first.workspace_id or NOBODY
    of_chain = _waiting(select(RecordedEvent).where(_of(chain)), first.id)
    events = session.scalars(of_chain.order_by(RecordedEvent.id).limit(most)).all()
    last = newest_seal(session, chain)
    previous = last.digest if last else START
    made = AuditSeal(
        chain=chain,
        number=last.number + 1 if last else 1,
        previous=previous,
        digest=seal_digest(previous, events),
        events=len(events),
        sealed_at=now,
    )
    return Due(made, [event.id for event in events], first.id)


def events_under(session: Db, seal_id: uuid.UUID) -> Sequence[RecordedEvent]:
    """The events that one seal covers, the oldest first."""
    return session.scalars(
        select(RecordedEvent)
        .join(SealedEvent, SealedEvent.event_id == RecordedEvent.id)
        .where(SealedEvent.seal_id == seal_id)
        .order_by(RecordedEvent.id)
    ).all()


def verify(session: Db, chain: uuid.UUID, now: datetime) -> AuditCheck:
    """Recompute a chain from its events as they are now; the row that is returned is not stored."""
    previous, events, number = START, 0, 0
    broken_at: int | None = None
    for link in session.scalars(select(AuditSeal).where(AuditSeal.chain == chain).order_by(AuditSeal.number)):
        number += 1
        covered = events_under(session, link.id)
        events += len(covered)
        expected = (number, previous, seal_digest(previous, covered), len(covered))
        if (link.number, link.previous, link.digest, link.events) != expected and broken_at is None:
            broken_at = number
        previous = link.digest
    return AuditCheck(chain=chain, checked_at=now, seals=number, events=events, broken_at=broken_at)


def chains(session: Db) -> Sequence[uuid.UUID]:
    """Every chain that has a seal."""
    return session.scalars(select(AuditSeal.chain).distinct().order_by(AuditSeal.chain)).all()


def chains_to_check(session: Db, before: datetime) -> Sequence[uuid.UUID]:
    """Chains that were last checked before then, or never."""
    found = (
        select(AuditSeal.chain)
        .distinct()
        .outerjoin(AuditCheck, AuditCheck.chain == AuditSeal.chain)
        .where(or_(AuditCheck.checked_at.is_(None), AuditCheck.checked_at < before))
    )
    return session.scalars(found).all()


def _waiting(found: Select[Any], begin: uuid.UUID | None) -> Select[Any]:
    found = found.where(~exists().where(SealedEvent.event_id == RecordedEvent.id))
    return found if begin is None else found.where(RecordedEvent.id >= begin)


def _of(chain: uuid.UUID) -> ColumnElement[bool]:
    is_nobodys = RecordedEvent.workspace_id.is_(None)
    return is_nobodys if chain == NOBODY else RecordedEvent.workspace_id == chain
