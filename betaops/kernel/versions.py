"""Rows that several people edit: who saved last, and a refusal to save over what one has not seen."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.errors import Stale
from betaops.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from betaops.kernel.work import Work


class Versioned:
    """Mixin: counts saves and names the last one. Pages carry `version` hidden and hand it back."""

    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200), default="")


def edit(work: "Work", row: Versioned, version: int | None, **values: Any) -> list[str]:
    """Set what differs on `row` (lock it first) and return the names of what did.

    `Stale` when `version` is not the newest; None (commands, API calls without a version) skips that.
    """
    if version is not None and version != row.version:
        raise Stale(
            _(
                "%(who)s saved a newer version while you were editing. Compare, then save again.",
                who=row.changed_by,
            ),
            who=row.changed_by,
            when=row.changed_at,
        )
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        stamp(work, row)
        row.version += 1
    return changed


def stamp(work: "Work", row: Versioned) -> None:
    """Sign `row` with this work's moment and actor."""
    row.changed_at, row.changed_by = work.now, work.actor.name
