"""Sealing what happened, and checking that the seals hold. The arithmetic is in `chain`."""

import uuid
from datetime import datetime, timedelta

import structlog

from betaops.accounts import queries
from betaops.accounts.chain import START, seal_digest
from betaops.accounts.models import AuditCheck, AuditSeal, SealedEvent
from betaops.kernel.work import Work

log = structlog.get_logger("audit")

BATCH = 5_000
#: No transaction is open for longer: an event older than this that no seal covers is an old one.
LONGEST_TRANSACTION = timedelta(hours=1)
CHECK_EVERY = timedelta(days=1)


def seal_all(work: Work) -> int:
    """Cover what no seal covers yet. Returns how many events that were.

    Always in every chain: the newest seal of any says how far back the search must go.
    """
    newest = queries.newest_seal(work.session)
    since = newest.sealed_at - LONGEST_TRANSACTION if newest else None
    return sum(_seal(work, chain, since) for chain in queries.chains_waiting(work.session, since))


def _seal(work: Work, chain: uuid.UUID, since: datetime | None) -> int:
    """Cover the waiting events of one chain, a seal for each batch."""
    sealed = 0
    while events := queries.events_waiting(work.session, chain, since, BATCH):
        last = queries.newest_seal(work.session, chain)
        previous = last.digest if last else START
        made = AuditSeal(
            chain=chain,
            number=last.number + 1 if last else 1,
            previous=previous,
            digest=seal_digest(previous, events),
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


def check(work: Work, chain: uuid.UUID) -> AuditCheck:
    """Verify a chain and keep the outcome for the audit page."""
    found = work.session.merge(queries.verify(work.session, chain, work.now))
    work.session.flush()
    if found.broken_at is not None:
        log.error("audit_chain_broken", chain=str(chain), seal=found.broken_at)
    return found


def check_due(work: Work) -> None:
    """Verify the chains whose last check is a day old, or that never had one."""
    for chain in queries.chains_to_check(work.session, work.now - CHECK_EVERY):
        check(work, chain)
