"""The hash chain over the events: what was recorded cannot be changed or dropped unseen."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.models import AuditSeal, SealedEvent
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work

BATCH = 5_000
START = b"\0" * 32


class Verdict(NamedTuple):
    """`broken_at`: number of the first seal that does not hold, None when all do."""

    seals: int
    events: int
    broken_at: int | None


def event_digest(event: RecordedEvent) -> bytes:
    """SHA-256 over the event as canonical JSON."""
    body = {
        "id": str(event.id),
        "workspace": str(event.workspace_id),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "actor": [event.actor_kind, str(event.actor_id)],
        "data": event.data,
    }
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()


def seal(work: Work) -> AuditSeal | None:
    """Cover the events that no seal covers yet, oldest first; None when there are none."""
    waiting = work.session.scalars(
        select(RecordedEvent)
        .outerjoin(SealedEvent, SealedEvent.event_id == RecordedEvent.id)
        .where(SealedEvent.event_id.is_(None))
        .order_by(RecordedEvent.id)
        .limit(BATCH)
    ).all()
    if not waiting:
        return None
    last = work.session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    number, previous = (last.number + 1, last.digest) if last else (1, START)
    digests = [event_digest(event) for event in waiting]
    made = AuditSeal(number=number, previous=previous, digest=_chained(previous, digests), sealed_at=work.now)
    work.add(made)
    work.session.add_all(
        SealedEvent(event_id=event.id, seal_number=number, digest=digest)
        for event, digest in zip(waiting, digests, strict=True)
    )
    return made


def verify(session: Db) -> Verdict:
    """Recompute the whole chain from the events as they are now."""
    previous, events, count = START, 0, 0
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.number)):
        count += 1
        rows = session.execute(
            select(SealedEvent.digest, RecordedEvent)
            .join(RecordedEvent, RecordedEvent.id == SealedEvent.event_id)
            .where(SealedEvent.seal_number == link.number)
            .order_by(SealedEvent.event_id)
        ).all()
        digests = [event_digest(event) for _kept, event in rows]
        events += len(digests)
        if link.number != count or link.previous != previous or link.digest != _chained(previous, digests):
            return Verdict(count, events, link.number)
        previous = link.digest
    return Verdict(count, events, None)


def unsealed(session: Db) -> int:
    """How many events wait for the next seal."""
    total = session.scalar(select(func.count()).select_from(RecordedEvent)) or 0
    return total - (session.scalar(select(func.count()).select_from(SealedEvent)) or 0)


def _chained(previous: bytes, digests: Sequence[bytes]) -> bytes:
    return hashlib.sha256(previous + b"".join(digests)).digest()
