"""How far events were passed on."""

from uuid import UUID

from sqlalchemy import select

from betaops.kernel.work import Work
from betaops.usage.models import UsagePosition


def move(work: Work, destination: str, position: UUID) -> None:
    """Everything up to the event `position` has arrived."""
    row = work.session.scalar(select(UsagePosition).where(UsagePosition.destination == destination))
    if row is None:
        work.add(UsagePosition(destination=destination, position=position, moved_at=work.now))
    else:
        row.position, row.moved_at = position, work.now
