"""Noting which pages people left, and after how long: one row with what they sent."""

from datetime import datetime

from betaops.kernel.ids import new_id
from betaops.kernel.inserts import Inserts
from betaops.kernel.work import Work
from betaops.surveys.models import Response, Visit
from betaops.surveys.models.visits import LONGEST_PAGE

#: Who takes longer has been away.
LONGEST_MS = 24 * 3600 * 1000


_visits = Inserts(Visit)


def note_left(
    work: Work, response: Response, page: str, next_page: str | None, *, shown_at: float | None
) -> None:
    """`shown_at` is when the page was shown, in seconds since 1970. Of an anonymous response no moment is kept."""
    if response.is_anonymous:
        return
    row = {
        "id": new_id(),
        "workspace_id": response.workspace_id,
        "response_id": response.id,
        "survey_id": response.survey_id,
        "page": page[:LONGEST_PAGE],
        "next_page": next_page[:LONGEST_PAGE] if next_page is not None else None,
        "left_at": work.now,
        "ms": _since(shown_at, work.now),
    }
    _visits.write(work.session, [row])


def _since(shown_at: float | None, now: datetime) -> int | None:
    found = int((now.timestamp() - shown_at) * 1000) if shown_at is not None else -1
    return found if 0 <= found <= LONGEST_MS else None
