"""Counting a program's reports for its dashboard: what it shows without looking at each of them again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from betaops.feedback import queries
from betaops.feedback.figures import Figures
from betaops.feedback.models import FeedbackTally
from betaops.kernel.work import Work

#: How long a change may wait for others, so that many reports in a minute are counted once.
DEBOUNCE = timedelta(seconds=3)


def soon(work: Work, program_id: UUID, *, wait: bool = True) -> None:
    """Have a program's reports counted, once for however many ask in the meantime."""
    work.enqueue(
        queries.COUNT,
        {"program_id": str(program_id)},
        at=work.now + DEBOUNCE if wait else None,
        unique=f"{queries.COUNT}:{program_id}",
    )


def count_reports(work: Work, program_id: UUID) -> None:
    """Here and now; a job counts before it writes (`keep_figures`), so that nobody waits for the database."""
    keep_figures(work, program_id, queries.counted(work.session, program_id, work.now), work.now)


def keep_figures(work: Work, program_id: UUID, found: Figures, counted_at: datetime) -> None:
    """May run as often as one likes; what was counted later stays, though it was kept sooner."""
    figures = found.to_json()
    row = work.session.scalar(
        select(FeedbackTally).where(FeedbackTally.program_id == program_id).with_for_update()
    )
    if row is None:
        work.add(FeedbackTally(program_id=program_id, counted_at=counted_at, figures=figures))
    elif row.counted_at <= counted_at:
        row.counted_at, row.figures = counted_at, figures
