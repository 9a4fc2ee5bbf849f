"""Seats: a number in the program's row that the database keeps between 0 and the capacity."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm.util import identity_key

from betaops.kernel.work import Work
from betaops.programs.models import Program


def take_seats(work: Work, program_id: UUID, wanted: int = 1) -> int:
    """Take up to `wanted` seats and say how many there were. Others wait at the row until this work ends."""
    if wanted < 1:
        return 0
    free = work.session.execute(
        select(Program.capacity - Program.seats_taken).where(Program.id == program_id).with_for_update()
    ).scalar_one_or_none()
    got = max(0, min(wanted, free or 0))
    if got:
        work.session.execute(
            update(Program)
            .where(Program.id == program_id)
            .values(seats_taken=Program.seats_taken + got)
            .execution_options(synchronize_session=False)
        )
        _refresh(work, program_id)
    return got


def release_seats(work: Work, program_id: UUID, count: int = 1) -> None:
    """Give back seats that `take_seats` gave."""
    if count < 1:
        return
    work.session.execute(
        update(Program)
        .where(Program.id == program_id)
        .values(seats_taken=Program.seats_taken - count)
        .execution_options(synchronize_session=False)
    )
    _refresh(work, program_id)


def _refresh(work: Work, program_id: UUID) -> None:
    """A `Program` already loaded in this session shows the new number."""
    loaded = work.session.identity_map.get(identity_key(Program, program_id))
    if loaded is not None:
        work.session.expire(loaded, ["seats_taken"])
