"""Taking events in: once each, linked to whom they belong to, counted by person and day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Uuid, bindparam, select

from betaops.cohorts import service as cohort_service
from betaops.enrollment.addresses import mail_key
from betaops.enrollment.models import Identity
from betaops.enrollment.service import testers
from betaops.kernel.errors import DomainError
from betaops.kernel.ids import new_id
from betaops.kernel.inserts import Inserts
from betaops.kernel.prepared import Prepared, inserting, listed_words, words_as_text
from betaops.kernel.work import Work
from betaops.programs.identities import is_signed
from betaops.usage import readers
from betaops.usage.builds import VERSION
from betaops.usage.capture import Captured
from betaops.usage.models import UsageDaily, UsageEvent
from betaops.usage.service.describing import describe
from betaops.usage.service.using import note_builds

log = structlog.get_logger("usage")


def take(
    work: Work,
    product_id: UUID,
    events: Sequence[Captured],
    *,
    signed_with: tuple[bytes, ...] | None = None,
) -> int:
    """Write what is new of `events`; how many were. Sent again, it changes nothing.

    Says who and how they are where an event does (`$identify`, `$create_alias`, `$set`); earlier events of a newly
    linked id are adopted by the `IdentityLinked` event's handler. With `signed_with`, the product's identity
    secrets, no event links an id, and what one means is taken for somebody's only where it proves to be about them.
    """
    events = list({event.uuid: event for event in events}.values())
    owners = _owners(work, events)
    if signed_with is None:
        for event in events:
            _link(work, owners, event)
    new = _insert(work, product_id, events, owners)
    written = [(event, owners.get(event.distinct_id)) for event in events if event.uuid in new]
    count(work, product_id, ((owner, event.at.date(), event.name) for event, owner in written if owner))
    note_builds(
        work,
        product_id,
        ((owner, event.properties.get(VERSION), event.at) for event, owner in written if owner),
    )
    for tester_id in sorted({owner for _event, owner in written if owner}):
        testers.seen(work, tester_id)
    believed = [
        (event, owner)
        for event, owner in written
        if signed_with is None or is_signed(signed_with, event.distinct_id, event.identity_hash)
    ]
    describe(work, [(owner, event) for event, owner in believed if owner])
    cohort_service.facts_changed(work, product_id, _deeds(written))
    known = {event.uuid for event, _owner in believed}
    for event, owner in written:
        is_believed = event.uuid in known
        _interpret(work, product_id, owner if is_believed else None, event, is_believed=is_believed)
    return len(new)


def _deeds(written: Iterable[tuple[Captured, UUID | None]]) -> dict[UUID, set[str]]:
    """What each of the known people did, as names of facts."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for event, owner in written:
        if owner is not None:
            found[owner].add(f"usage.{event.name}")
    return found


def _interpret(
    work: Work, product_id: UUID, owner: UUID | None, event: Captured, *, is_believed: bool
) -> None:
    """Let the room read it that knows what it means; an event that makes no sense to it is kept all the same."""
    noter = readers.noter_of(event.name)
    if noter is not None:
        noter(work, product_id, owner, event)
    reader = readers.of(event.name)
    if reader is None or (readers.needs_proof(event.name) and not is_believed):
        return
    try:
        with work.session.begin_nested():
            reader(work, product_id, owner, event)
    except DomainError as refusal:
        log.info("event_not_understood", name=event.name, why=refusal.code)


def count(work: Work, product_id: UUID, facts: Iterable[tuple[UUID, date, str]]) -> None:
    """Add (tester, day, name), one for each event, to the daily counts."""
    totals = Counter(facts)
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "product_id": product_id,
            "tester_id": tester_id,
            "day": day,
            "name": name,
            "events": events,
        }
        # In one order for all writers, so that two of them never wait for each other.
        for (tester_id, day, name), events in sorted(totals.items())
    ]
    _COUNT.each(work.session, rows)


def _counting(dialect: str) -> Any:
    row = inserting(UsageDaily, dialect)
    return row.on_conflict_do_update(
        index_elements=["product_id", "day", "tester_id", "name"],
        set_={"events": UsageDaily.events + row.excluded.events},
    )


_COUNT = Prepared(_counting)
_EVENTS = Inserts(UsageEvent, passes_over=True, returns="uuid")


def _insert(work: Work, product_id: UUID, events: Sequence[Captured], owners: dict[str, UUID]) -> set[UUID]:
    """The uuids that were not there yet."""
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "product_id": product_id,
            "uuid": event.uuid,
            "distinct_id": event.distinct_id,
            "tester_id": owners.get(event.distinct_id),
            "name": event.name,
            "at": event.at,
            "received_at": work.now,
            "properties": event.properties,
        }
        for event in events
    ]
    return _EVENTS.returning(work.session, rows)


def _owners(work: Work, events: Sequence[Captured]) -> dict[str, UUID]:
    """Whose each distinct id in `events` is, as far as known; an address counts in every spelling."""
    spellings = {distinct_id: _spelling(distinct_id) for distinct_id in _ids_in(events)}
    wanted = {*spellings, *spellings.values()}
    work.session.flush()
    known: dict[str, UUID] = dict(
        _IDENTITIES.rows(work.session, workspace_id=work.workspace_id, distinct_ids=words_as_text(wanted))
    )
    return {
        distinct_id: known.get(distinct_id) or known[spelling]
        for distinct_id, spelling in spellings.items()
        if distinct_id in known or spelling in known
    }


_IDENTITIES = Prepared(
    lambda dialect: select(Identity.distinct_id, Identity.tester_id).where(
        Identity.workspace_id == bindparam("workspace_id", type_=Uuid()),
        Identity.distinct_id.in_(select(listed_words(dialect, "distinct_ids"))),
    )
)


def _ids_in(events: Sequence[Captured]) -> set[str]:
    found = {event.distinct_id for event in events}
    for event in events:
        for other in (
            event.properties.get("$anon_distinct_id"),
            event.properties.get("alias"),
            _mail_in(event),
        ):
            if isinstance(other, str) and other:
                found.add(other)
    return found


def _spelling(distinct_id: str) -> str:
    return mail_key(distinct_id) if "@" in distinct_id else distinct_id


def _mail_in(event: Captured) -> str | None:
    mail = event.set_properties().get("email")
    return mail if isinstance(mail, str) and "@" in mail else None


def _link(work: Work, owners: dict[str, UUID], event: Captured) -> None:
    """Learn ids from an event that tells them; an id that is somebody's already stays theirs."""
    if event.name == "$identify":
        mail = _mail_in(event)
        owner = owners.get(event.distinct_id) or (owners.get(mail) if mail else None)
        _own(work, owners, owner, event.distinct_id)
        _own(work, owners, owner, event.properties.get("$anon_distinct_id"))
    elif event.name == "$create_alias":
        alias = event.properties.get("alias")
        owner = owners.get(event.distinct_id) or (owners.get(alias) if isinstance(alias, str) else None)
        _own(work, owners, owner, event.distinct_id)
        _own(work, owners, owner, alias)


def _own(work: Work, owners: dict[str, UUID], owner: UUID | None, distinct_id: Any) -> None:
    if owner is None or not isinstance(distinct_id, str) or not distinct_id.strip() or distinct_id in owners:
        return
    try:
        testers.link_identity(work, owner, distinct_id)
    except DomainError:
        return
    owners[distinct_id] = owner
