"""What happened to a flag: its revisions, each with what it changed, and what else was done about it."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from betaops.accounts.models import User
from betaops.flags.differences import Names, differences
from betaops.flags.models import Change, Flag, FlagRevision
from betaops.flags.queries.definitions import columns
from betaops.kernel.errors import NotFound
from betaops.kernel.events import EventSubject, RecordedEvent
from betaops.kernel.paging import Page, keyset


class Told(NamedTuple):
    """A revision and what it changed, in sentences."""

    revision: FlagRevision
    sentences: list[str]


class Happened(NamedTuple):
    """An event; `member` is the name of who did it, None where that is no member or one who is gone."""

    event: RecordedEvent
    member: str | None


def revisions(
    session: Session,
    flag_id: UUID,
    names: Names,
    *,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Told]:
    """The newest first."""
    page: Page[FlagRevision] = keyset(
        session,
        select(FlagRevision).where(FlagRevision.flag_id == flag_id),
        order=[(FlagRevision.version, "desc")],
        cursor=cursor,
        size=size,
    )
    shown = list(page.items)
    return Page(_told(session, shown, names), page.next, page.previous)


def happenings(
    session: Session,
    flag: Flag,
    names: Names,
    kinds: Sequence[str],
    *,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Told | Happened]:
    """Revisions and events of these kinds, the last that was written first: ids are in that order."""
    both = union_all(
        select(FlagRevision.id).where(FlagRevision.flag_id == flag.id),
        select(RecordedEvent.id)
        .join(EventSubject, EventSubject.event_id == RecordedEvent.id)
        .where(
            EventSubject.subject_id == flag.id,
            RecordedEvent.workspace_id == flag.workspace_id,
            RecordedEvent.kind.in_(kinds),
        ),
    ).subquery()
    in_full: Any = (
        select(FlagRevision, RecordedEvent, User.name)
        .select_from(both)
        .outerjoin(FlagRevision, FlagRevision.id == both.c.id)
        .outerjoin(RecordedEvent, RecordedEvent.id == both.c.id)
        .outerjoin(User, User.id == RecordedEvent.actor_id)
    )
    page: Page[Any] = keyset(
        session,
        in_full,
        order=[(both.c.id, "desc")],
        cursor=cursor,
        size=size,
    )
    told = iter(_told(session, [row for row, _event, _name in page if row is not None], names))
    return Page(
        [Happened(event, name) if row is None else next(told) for row, event, name in page],
        page.next,
        page.previous,
    )


def revision(session: Session, flag_id: UUID, version: int) -> FlagRevision:
    found = session.scalar(
        select(FlagRevision).where(FlagRevision.flag_id == flag_id, FlagRevision.version == version)
    )
    if found is None:
        raise NotFound
    return found


def restorable(row: FlagRevision) -> dict[str, Any]:
    """What of it comes back when it is restored, as `change_flag` takes it; whether the flag is on stays as it is."""
    values = columns(row.definition)
    del values["is_active"]
    return values


def _told(session: Session, rows: Sequence[FlagRevision], names: Names) -> list[Told]:
    """Of revisions that follow each other, the newest first."""
    former = [*rows[1:], _before(session, rows[-1]) if rows else None]
    return [Told(row, _changes(before, row, names)) for row, before in zip(rows, former, strict=False)]


def _before(session: Session, row: FlagRevision) -> FlagRevision | None:
    if row.change in (Change.CREATED, Change.FOUND):
        return None
    return session.scalar(
        select(FlagRevision)
        .where(FlagRevision.flag_id == row.flag_id, FlagRevision.version < row.version)
        .order_by(FlagRevision.version.desc())
        .limit(1)
    )


def _changes(former: FlagRevision | None, row: FlagRevision, names: Names) -> list[str]:
    """Nothing for one that was there before histories were kept: nobody knows what it changed."""
    if row.change is Change.FOUND:
        return []
    return differences(former.definition if former else None, row.definition, names)
