"""Sealing what happened, and checking that the seals hold. The arithmetic is in `chain`."""

import uuid
from datetime import timedelta

import structlog

from betaops.accounts import queries
from betaops.accounts.models import AuditCheck, SealedEvent
from betaops.accounts.queries.audit import Due
from betaops.kernel.inserts import Inserts
from betaops.kernel.work import Work

log = structlog.get_logger("audit")

#: Events under one seal: that many are written while others wait to write.
BATCH = 1_000
CHECK_EVERY = timedelta(days=1)


def seal_all(work: Work) -> int:
    """Cover what no seal covers yet. Returns how many events that were."""
    sealed, begin = 0, queries.first_to_seal(work.session)
    while due := queries.next_due(work.session, begin, BATCH, work.now):
        seal(work, due)
        sealed, begin = sealed + len(due.events), due.begin
    return sealed


def seal(work: Work, due: Due) -> None:
    """Nothing where somebody else has sealed this chain meanwhile: what then waits is found again."""
    last = queries.newest_seal(work.session, due.seal.chain)
    if due.seal.number != (last.number + 1 if last else 1):
        return
    work.add(due.seal)
    _sealed.write(work.session, [{"event_id": each} for each in due.events], {"seal_id": due.seal.id})


_sealed = Inserts(SealedEvent)


def check(work: Work, chain: uuid.UUID) -> AuditCheck:
    """Verify a chain and keep the outcome for the audit page."""
    return keep(work, queries.verify(work.session, chain, work.now))


def keep(work: Work, outcome: AuditCheck) -> AuditCheck:
    """The outcome of `queries.verify`, for the audit page."""
    found = work.session.merge(outcome)
    work.session.flush()
    if found.broken_at is not None:
        log.error("audit_chain_broken", chain=str(found.chain), seal=found.broken_at)
    return found
