"""The hash chain over the events of each workspace: what was recorded cannot be changed or dropped unseen.

A seal's digest is SHA-256 over the digest of the seal before and those of its events, oldest first; an
event's digest is SHA-256 over its canonical JSON. Whoever notes a digest elsewhere can prove later that
nothing before it was touched.
"""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from betaops.accounts import queries
from betaops.accounts.models import AuditCheck, AuditSeal, SealedEvent
from betaops.kernel.events import RecordedEvent
from betaops.kernel.work import Work

log = structlog.get_logger("audit")

BATCH = 5_000
START = b"\0" * 32
#: No transaction is open for longer: an event older than this that no seal covers is an old one.
LONGEST_TRANSACTION = timedelta(hours=1)
CHECK_EVERY = timedelta(days=1)


def event_digest(event: RecordedEvent) -> bytes:
    """SHA-256 over the event as canonical JSON: sorted keys, no space, UTC."""
    body = {
        "id": str(event.id),
        "workspace": str(event.workspace_id or queries.NOBODY),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "actor": [event.actor_kind, str(event.actor_id) if event.actor_id else None],
        "data": event.data,
    }
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()


def seal_all(work: Work) -> int:
    """Cover what no seal covers yet, in every chain. Returns how many events that were."""
    newest = queries.newest_seal(work.session)
    since = newest.sealed_at - LONGEST_TRANSACTION if newest else None
    return sum(seal(work, chain, since) for chain in queries.chains_waiting(work.session, since))


def seal(work: Work, chain: uuid.UUID, since: datetime | None = None) -> int:
    """Cover the waiting events of one chain, a seal for each batch."""
    sealed = 0
    while events := queries.events_waiting(work.session, chain, since, BATCH):
        last = queries.newest_seal(work.session, chain)
        previous = last.digest if last else START
        made = AuditSeal(
            chain=chain,
            number=last.number + 1 if last else 1,
            previous=previous,
            digest=_chained(previous, map(event_digest, events)),
            events=len(events),
            sealed_at=work.now,
        )
        work.add(made)
        work.session.execute(
            SealedEvent.__table__.insert(),  # type: ignore[attr-defined]  # a Table
            [{"event_id": event.id, "seal_id": made.id} for event in events],
        )
        sealed += len(events)
    return sealed


def verify(session: Db, chain: uuid.UUID, now: datetime) -> AuditCheck:
    """Recompute a chain from its events as they are now; the row is not stored yet."""
    previous, events, number = START, 0, 0
    broken_at: int | None = None
    for link in session.scalars(select(AuditSeal).where(AuditSeal.chain == chain).order_by(AuditSeal.number)):
        number += 1
        covered = queries.events_under(session, link.id)
        events += len(covered)
        digest = _chained(previous, map(event_digest, covered))
        holds = (link.number, link.previous, link.digest, link.events) == (
            number,
            previous,
            digest,
            len(covered),
        )
        if not holds and broken_at is None:
            broken_at = number
        previous = link.digest
    return AuditCheck(chain=chain, checked_at=now, seals=number, events=events, broken_at=broken_at)


def check(work: Work, chain: uuid.UUID) -> AuditCheck:
    """Verify a chain and keep the outcome for the audit page."""
    found = work.session.merge(verify(work.session, chain, work.now))
    work.session.flush()
    if found.broken_at is not None:
        log.error("audit_chain_broken", chain=str(chain), seal=found.broken_at)
    return found


def check_due(work: Work) -> None:
    """Verify the chains whose last check is a day old, or that never had one."""
    for chain in queries.chains_to_check(work.session, work.now - CHECK_EVERY):
        check(work, chain)


def _chained(previous: bytes, digests: Iterable[bytes]) -> bytes:
    return hashlib.sha256(previous + b"".join(digests)).digest()
