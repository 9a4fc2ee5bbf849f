"""Reading the audit log and the chain over it. Events are no tenant rows: every statement names its workspace."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.chain import NOBODY, START, seal_digest
from betaops.accounts.models import AuditCheck, AuditSeal, SealedEvent
from betaops.kernel.events import RecordedEvent
from betaops.kernel.paging import Page, keyset


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


def chains_waiting(session: Db, since: datetime | None) -> Sequence[uuid.UUID]:
    """Chains with events that no seal covers."""
    found = _waiting(select(func.coalesce(RecordedEvent.workspace_id, NOBODY)).distinct(), since)
    return sorted(session.scalars(found))


def events_waiting(
    session: Db, chain: uuid.UUID, since: datetime | None, most: int
) -> Sequence[RecordedEvent]:
    """Events of a chain that no seal covers, the oldest first; `since` bounds the search."""
    found = _waiting(select(RecordedEvent).where(_of(chain)), since)
    return session.scalars(found.order_by(RecordedEvent.id).limit(most)).all()


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


def _waiting(found: Select[Any], since: datetime | None) -> Select[Any]:
    found = found.where(~exists().where(SealedEvent.event_id == RecordedEvent.id))
    if since is not None:
        # The first 48 bits of a UUIDv7 are its millisecond.
        found = found.where(RecordedEvent.id >= uuid.UUID(int=int(since.timestamp() * 1000) << 80))
    return found


def _of(chain: uuid.UUID) -> ColumnElement[bool]:
    is_nobodys = RecordedEvent.workspace_id.is_(None)
    return is_nobodys if chain == NOBODY else RecordedEvent.workspace_id == chain
