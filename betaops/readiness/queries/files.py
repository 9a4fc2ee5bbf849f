"""Files that were asked for, and how far they are."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Job, JobState
from betaops.readiness import evidence
from betaops.readiness.documents import Document
from betaops.readiness.models import FileKind, KeptFile
from betaops.readiness.queries.quoting import with_quotes


class Making(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    #: Given up, or nobody is at it any more.
    FAILED = "failed"


class FileNow(NamedTuple):
    """A file, and how far it is: `done` of `total`, both 0 where that cannot be said."""

    row: KeptFile
    state: Making
    done: int = 0
    total: int = 0


def file_now(session: Session, program_id: UUID, file_id: UUID, now: datetime) -> FileNow:
    """`NotFound` also when its time is over, and when somebody who is quoted in it took that back."""
    row = session.scalar(select(KeptFile).where(KeptFile.id == file_id, KeptFile.program_id == program_id))
    if row is None or now >= row.kept_until or not _says_what_may_be_said(session, row):
        raise NotFound
    return how_far(session, row)


def told_in(session: Session, row: KeptFile) -> Document | None:
    """The paper that the file is written from, with the words of its quotes as far as their consent stands now."""
    return None if row.document is None else with_quotes(session, Document.from_json(row.document))


def _says_what_may_be_said(session: Session, row: KeptFile) -> bool:
    told = told_in(session, row)
    return told is None or evidence.digest(told.to_json()) == row.said


def how_far(session: Session, row: KeptFile) -> FileNow:
    if row.written_at is not None:
        return FileNow(row, Making.DONE)
    job = session.scalar(select(Job).where(Job.id == row.job_id, Job.workspace_id == row.workspace_id))
    if job is None or job.state in (JobState.DEAD, JobState.DONE):
        return FileNow(row, Making.FAILED)
    return FileNow(row, Making(job.state.value), job.done, job.total)


def kept_file(
    session: Session, program_id: UUID, kind: FileKind, digest: str, now: datetime
) -> KeptFile | None:
    """The newest that was written of that evidence and can be fetched."""
    return session.scalar(
        select(KeptFile)
        .where(
            KeptFile.program_id == program_id,
            KeptFile.kind == kind,
            KeptFile.digest == digest,
            KeptFile.written_at.is_not(None),
            KeptFile.kept_until > now,
        )
        .order_by(KeptFile.written_at.desc())
        .limit(1)
    )


def file_being_written(session: Session, program_id: UUID, kind: FileKind, digest: str) -> KeptFile | None:
    """There is at most one."""
    return session.scalar(
        select(KeptFile).where(
            KeptFile.program_id == program_id,
            KeptFile.kind == kind,
            KeptFile.digest == digest,
            KeptFile.written_at.is_(None),
        )
    )


def file_to_write(session: Session, file_id: UUID) -> KeptFile | None:
    """None where nobody waits for it any more."""
    return session.scalar(select(KeptFile).where(KeptFile.id == file_id, KeptFile.written_at.is_(None)))


def files_over(session: Session, now: datetime) -> list[tuple[UUID, UUID]]:
    """(workspace, id) of those whose time is over, in all workspaces."""
    found = select(KeptFile.workspace_id, KeptFile.id).where(KeptFile.kept_until <= now).order_by(KeptFile.id)
    return [(each[0], each[1]) for each in session.execute(found.execution_options(unscoped=True))]
