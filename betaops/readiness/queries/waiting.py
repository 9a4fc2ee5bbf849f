"""Whether a program is to be read anew already."""

from typing import Protocol
from uuid import UUID

from sqlalchemy import Text, bindparam, literal, select
from sqlalchemy.orm import Session

from betaops.kernel.ingest import kept
from betaops.kernel.jobs import Job, JobState
from betaops.kernel.prepared import Prepared, said

READ = "readiness.read"


class OfProgram(Protocol):
    """An event that names its program."""

    @property
    def program_id(self) -> UUID: ...


def unique_key(program_id: UUID) -> str:
    """Under which one reading of a program waits."""
    return f"{READ}:{program_id}"


_awaited = Prepared(
    lambda _dialect: (
        select(literal(1).label("found"))
        .select_from(Job)
        .where(Job.unique_key == bindparam("key", type_=Text()), Job.state == said(JobState.WAITING))
    )
)


def is_not_awaited(session: Session, event: OfProgram) -> bool:
    """Whether a reading of the event's program has to be asked for: not while one waits, which will see the event.

    In SQLite, that is: its one writer ends before anybody claims what waits.
    """
    held, place = kept(session), (READ, event.program_id)
    if place in held:
        return False
    if session.connection().dialect.name != "sqlite":
        return True
    # Who hears that it has to be will ask; and until somebody else writes, who would be claiming that, it waits.
    held[place] = True
    return not _awaited.rows(session, key=unique_key(event.program_id))
