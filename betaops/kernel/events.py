"""What happened, as rows: at once audit log, activity feed and outbox.

A room states its events as frozen dataclasses of ids and plain values. Every UUID among the fields
becomes a *subject* of the event, so the history of any thing is one indexed look-up.
"""

import dataclasses
import re
import types
import typing
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Self

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from betaops.kernel.db import Base, Identified
from betaops.kernel.errors import NotFound
from betaops.kernel.ids import new_ids
from betaops.kernel.inserts import Inserts

_KINDS: dict[str, type["Event"]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event. `kind` is the class name in snake case and is kept in the database: never rename.

    `said` (lazily translated) follows the actor's name in the audit log, with `%(field)s` filled from the event:
    "changed a member's role from %(before)s to %(after)s". Without one, the kind is shown in words.
    """

    kind: ClassVar[str]
    said: ClassVar[Any] = None

    def __init_subclass__(cls) -> None:
        cls.kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        _KINDS[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """For a column of JSON, whose serialiser writes ids by itself."""
        return {
            name: value if type(value) is uuid.UUID else _plain(value) for name, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The event again; fields that the class no longer has are passed over."""
        hints = typing.get_type_hints(cls)
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: _typed(hints[name], value) for name, value in data.items() if name in names})

    def subjects(self) -> Iterable[uuid.UUID]:
        """Every id that the event speaks of, once."""
        found: dict[int, uuid.UUID] = {}
        for value in vars(self).values():
            if isinstance(value, uuid.UUID):
                found[value.int] = value
            elif isinstance(value, tuple | list):
                found.update((item.int, item) for item in value if isinstance(item, uuid.UUID))
        return found.values()


def class_of(kind: str) -> type[Event] | None:
    """The event of that kind; None when no room knows it any more."""
    return _KINDS.get(kind)


class RecordedEvent(Identified, Base):
    """One event. Append-only: a trigger refuses updates."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "workspace_id", "id"), Index(None, "workspace_id", "at", "id"))

    workspace_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[uuid.UUID | None]
    data: Mapped[dict[str, Any]]

    def event(self) -> Event:
        """The event as its room stated it; `NotFound` when no room knows this kind any more."""
        if self.kind not in _KINDS:
            raise NotFound
        return _KINDS[self.kind].from_json(self.data)


class EventSubject(Base):
    """Which things an event speaks of. On SQLite its key is the table: one tree less to write for each."""

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True
    )


#: Almost everything that changes anything is recorded: see `kernel.inserts`.
_events, _subjects = Inserts(RecordedEvent), Inserts(EventSubject)


def write_events(
    session: Session,
    events: Sequence[Event],
    *,
    workspace_id: uuid.UUID | None,
    at: datetime,
    actor_kind: str,
    actor_id: uuid.UUID | None,
) -> list[uuid.UUID]:
    """Their rows and their subjects; the rows' ids."""
    ids = new_ids(len(events))
    rows = [
        {"id": event_id, "kind": event.kind, "data": event.to_json()}
        for event_id, event in zip(ids, events, strict=True)
    ]
    shared = {"workspace_id": workspace_id, "at": at, "actor_kind": actor_kind, "actor_id": actor_id}
    _events.write(session, rows, shared)
    turn = _subjects.turn(session, "subject_id")
    subjects = [
        (turn(subject), spoken)
        for event, spoken in zip(events, map(turn, ids), strict=True)
        for subject in event.subjects()
    ]
    _subjects.write_turned(session, subjects)
    return ids


def history(
    session: Session,
    workspace_id: uuid.UUID,
    subject_id: uuid.UUID,
    *,
    limit: int = 50,
    kinds: Sequence[str] | None = None,
) -> Sequence[RecordedEvent]:
    """The newest `limit` events about `subject_id` in one workspace, newest first."""
    found = (
        select(RecordedEvent)
        .join(EventSubject, EventSubject.event_id == RecordedEvent.id)
        .where(EventSubject.subject_id == subject_id, RecordedEvent.workspace_id == workspace_id)
        .order_by(RecordedEvent.id.desc())
        .limit(limit)
    )
    if kinds is not None:
        found = found.where(RecordedEvent.kind.in_(kinds))
    return session.scalars(found).all()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _typed(next(part for part in parts if part is not type(None)), value)
    if origin in (tuple, list):
        return origin(_typed(parts[0], item) for item in value)
    if hint is uuid.UUID:
        return uuid.UUID(value)
    if hint in (datetime, date):
        return hint.fromisoformat(value)
    return value
