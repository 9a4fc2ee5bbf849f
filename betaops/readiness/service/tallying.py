"""Counting a program's people: what the overview and the portfolio show without looking at every answer again."""

from uuid import UUID

from sqlalchemy import select

from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import queries
from betaops.readiness.models import ProgramTally


def count_soon(work: Work, program_id: UUID) -> None:
    """Have a program's people counted, once for however many ask in the meantime."""
    work.enqueue(queries.COUNT, {"program_id": str(program_id)}, unique=f"{queries.COUNT}:{program_id}")


def count_people(work: Work, program: Program) -> None:
    """Here and now; a job counts before it writes (`keep_people`), so that nobody waits for the database."""
    keep_people(work, program.id, queries.count(work.session, program, work.now))


def keep_people(work: Work, program_id: UUID, found: queries.Going) -> None:
    """May run as often as one likes."""
    success = found.success
    told = {
        "counted_at": found.counted_at,
        **found.people._asdict(),
        **found.numbers._asdict(),
        "speakers": success.speakers if success else 0,
        "success": success.value if success else None,
        "success_low": success.low if success else None,
        "success_high": success.high if success else None,
        "untouched": success.untouched if success else None,
    }
    kept = select(ProgramTally).where(ProgramTally.program_id == program_id).with_for_update()
    row = work.session.scalar(kept)
    if row is None:
        work.add(ProgramTally(program_id=program_id, **told))
        return
    for name, value in told.items():
        setattr(row, name, value)
