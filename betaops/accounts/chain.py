"""The arithmetic of the hash chain over a workspace's events. Pure.

A seal's digest is SHA-256 over the digest of the seal before and those of its events, oldest first; an
event's digest is SHA-256 over its canonical JSON. Whoever notes a digest elsewhere can prove later that
nothing before it was touched.
"""

import hashlib
import uuid
from collections.abc import Iterable

import orjson

from betaops.kernel.events import RecordedEvent

#: What the first seal of a chain follows.
START = b"\0" * 32
#: The chain of events that belong to no workspace.
NOBODY = uuid.UUID(int=0)


def event_digest(event: RecordedEvent) -> bytes:
    """SHA-256 over the event as canonical JSON: sorted keys, no space, UTC."""
    body = {
        "id": str(event.id),
        "workspace": str(event.workspace_id or NOBODY),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "actor": [event.actor_kind, str(event.actor_id) if event.actor_id else None],
        "data": event.data,
    }
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()


def seal_digest(previous: bytes, events: Iterable[RecordedEvent]) -> bytes:
    return hashlib.sha256(previous + b"".join(map(event_digest, events))).digest()
