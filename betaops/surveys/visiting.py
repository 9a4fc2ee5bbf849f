"""Noting which pages people left, and after how long: one row with what they sent."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, inspect

from betaops.kernel.ids import new_id
from betaops.kernel.prepared import Prepared
from betaops.kernel.work import Work
from betaops.surveys.models import Response, Visit
from betaops.surveys.models.visits import LONGEST_PAGE

#: Who takes longer has been away.
LONGEST_MS = 24 * 3600 * 1000


def _visit_row(_dialect: str) -> Any:
    columns = inspect(Visit).columns
    return insert(Visit).values({each.name: bindparam(each.name, type_=each.type) for each in columns})


_insert = Prepared(_visit_row)


def note_left(work: Work, response: Response, page: str, next_page: str | None, *, seen: str) -> None:
    """`seen` is what the page carried: milliseconds since 1970 at which it was shown, as `moment` wrote them."""
    work.session.flush()
    row = {
        "id": new_id(),
        "workspace_id": response.workspace_id,
        "response_id": response.id,
        "survey_id": response.survey_id,
        "page": page[:LONGEST_PAGE],
        "next_page": next_page[:LONGEST_PAGE] if next_page is not None else None,
        "left_at": work.now,
        "ms": _since(seen, work.now),
    }
    _insert.each(work.session, [row])


def moment(now: datetime) -> str:
    """For a page to carry."""
    return str(int(now.astimezone(UTC).timestamp() * 1000))


def _since(seen: str, now: datetime) -> int | None:
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 16):
        return None
    found = int(now.timestamp() * 1000) - int(seen)
    return found if 0 <= found <= LONGEST_MS else None
