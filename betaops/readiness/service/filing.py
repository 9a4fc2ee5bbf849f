"""Having files written: one of the same evidence at a time, kept for a day."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from betaops.kernel import files
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import evidence, queries
from betaops.readiness.documents import Document, quoting
from betaops.readiness.models import FileKind, KeptFile
from betaops.readiness.queries import Making

#: How long a file stays after it was asked for, and after it was written.
KEEP_FILES = timedelta(days=1)
WRITE = "readiness.write_file"


def ask_for_pdf(work: Work, program: Program, document: Document, *, name: str, digest: str) -> KeptFile:
    """The one that is kept of that evidence, or else that is being written; a job begins where there is neither."""
    kept = queries.kept_file(work.session, program.id, FileKind.PDF, digest, work.now)
    return kept or _asked(work, program, FileKind.PDF, digest, name, document)


def ask_for_dossier(work: Work, program: Program) -> KeptFile:
    """The one that is being written of that evidence, or a new one: what is kept names the audit log of its own moment."""
    digest = queries.dossier_digest(work.session, program)
    return _asked(work, program, FileKind.DOSSIER, digest, f"dossier-{program.slug}", None)


def ask_again(work: Work, program: Program, file_id: UUID) -> KeptFile:
    """After it was given up; nothing happens to one that is there or on its way."""
    row = work.lock(KeptFile, file_id)
    if row.program_id != program.id:
        raise NotFound
    if row.written_at is None:
        _take_up(work, row)
    return row


def note_written(work: Work, file_id: UUID) -> bool:
    """It is in the file store. False where nobody waits for it any more: whoever wrote it takes it away again."""
    try:
        row = work.lock(KeptFile, file_id)
    except NotFound:
        return False
    row.written_at, row.kept_until = work.now, work.now + KEEP_FILES
    return True


def drop_file(work: Work, file_id: UUID) -> None:
    """Its time is over, unless somebody asked for it meanwhile. The file goes first: a row without one is dropped again,
    a file without a row would stay."""
    try:
        row = work.lock(KeptFile, file_id)
    except NotFound:
        return
    if row.kept_until > work.now:
        return
    work.platform.files.delete(row.file)
    work.delete(row)


def _asked(
    work: Work, program: Program, kind: FileKind, digest: str, name: str, document: Document | None
) -> KeptFile:
    found = queries.file_being_written(work.session, program.id, kind, digest)
    if found is None:
        try:
            with work.session.begin_nested():
                return _begun(work, program, kind, digest, name, document)
        except IntegrityError:  # somebody asked in this very moment
            found = queries.file_being_written(work.session, program.id, kind, digest)
            if found is None:
                raise
    _take_up(work, found)
    return found


def _take_up(work: Work, row: KeptFile) -> None:
    """Somebody waits for it: it stays for longer, and where nobody is at it any more, a job begins anew."""
    row.kept_until = work.now + KEEP_FILES
    if queries.how_far(work.session, row).state is Making.FAILED:
        row.job_id = _enqueue(work, row.id)


def _begun(
    work: Work, program: Program, kind: FileKind, digest: str, name: str, document: Document | None
) -> KeptFile:
    row = KeptFile(
        program_id=program.id,
        kind=kind,
        digest=digest,
        name=name,
        document=None if document is None else quoting.bare(document).to_json(),
        said=None if document is None else evidence.digest(document.to_json()),
        file=files.new_name(),
        asked_at=work.now,
        kept_until=work.now + KEEP_FILES,
    )
    row.job_id = _enqueue(work, row.id)
    work.add(row)
    return row


def _enqueue(work: Work, file_id: UUID) -> UUID:
    job_id = work.enqueue(WRITE, {"file_id": str(file_id)})
    assert job_id is not None  # without a key nothing keeps it out
    return job_id
