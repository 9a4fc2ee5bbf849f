"""A flag's revisions, each with what it changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.flags.differences import differences
from betaops.flags.models import Change, FlagRevision
from betaops.flags.queries.definitions import columns
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset


class Told(NamedTuple):
    """A revision and what it changed, in sentences."""

    revision: FlagRevision
    sentences: list[str]


def revisions(
    session: Session,
    flag_id: UUID,
    cohorts: Mapping[int, str],
    *,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Told]:
    """The newest first; `cohorts` are names by number."""
    page: Page[FlagRevision] = keyset(
        session,
        select(FlagRevision).where(FlagRevision.flag_id == flag_id),
        order=[(FlagRevision.version, "desc")],
        cursor=cursor,
        size=size,
    )
    shown = list(page.items)
    below = _before(session, shown[-1]) if page.next else None
    return Page(
        [
            Told(each, _changes(former, each, cohorts))
            for each, former in zip(shown, [*shown[1:], below], strict=False)
        ],
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


def _before(session: Session, row: FlagRevision) -> FlagRevision | None:
    return session.scalar(
        select(FlagRevision)
        .where(FlagRevision.flag_id == row.flag_id, FlagRevision.version < row.version)
        .order_by(FlagRevision.version.desc())
        .limit(1)
    )


def _changes(former: FlagRevision | None, row: FlagRevision, cohorts: Mapping[int, str]) -> list[str]:
    """Nothing for one that was there before histories were kept: nobody knows what it changed."""
    if row.change is Change.FOUND:
        return []
    return differences(former.definition if former else None, row.definition, cohorts)
