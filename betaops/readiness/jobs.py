"""Reading the evidence anew, when something came in and every night; writing files."""

from uuid import UUID

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.readiness import dossier, queries, service, telling
from betaops.readiness.documents.pdf import pdf
from betaops.readiness.models import CONTENT_TYPES, DecisionState, FileKind

#: Letters of one transaction, so that nobody else waits long for the database.
BATCH = 20


def read(work: Work, *, program_id: str) -> dict[str, int]:
    """Judge every expectation of a program and count its participation; then have its people counted."""
    try:
        program = program_queries.program(work.session, UUID(program_id))
    except NotFound:
        return {"readings": 0}
    readings = service.take_readings(work, program)
    service.count_weeks(work, program)
    service.count_soon(work, program.id)
    service.recheck(work, program)
    return {"readings": len(readings)}


def count(run: Run, *, program_id: str) -> None:
    """Long: count a program's people while others write, then keep the numbers."""
    with run.platform.database.reading_still(run.claimed.workspace_id) as session:
        try:
            program = program_queries.program(session, UUID(program_id))
        except NotFound:
            return
        found = queries.count(session, program, clock.now())
    with run.work() as work:
        service.keep_people(work, UUID(program_id), found)


def read_all(work: Work) -> None:
    """Every program under way: time alone changes readings, and a lost delivery must not leave one old."""
    for workspace_id, program_id in queries.measured_programs(work.session):
        work.enter(workspace_id)
        service.soon(work, program_id, wait=False)


def write_file(run: Run, *, file_id: str) -> None:
    """Long: a file that somebody asked for, under the name that its row has: done again, it is the same file."""
    with run.platform.database.reading_still(run.claimed.workspace_id) as session:
        row = queries.file_to_write(session, UUID(file_id))
        if row is None:
            return
        kind, name, told = row.kind, row.file, queries.told_in(session, row)
        if kind is FileKind.DOSSIER:
            program = program_queries.program(session, row.program_id)
            data = dossier.written(queries.dossier_contents(session, program, run.progress))
    if told is not None:
        data = pdf(told)
    run.platform.files.put(data, CONTENT_TYPES[kind], name=name)
    with run.work() as work:
        is_awaited = service.note_written(work, UUID(file_id))
    if not is_awaited:
        run.platform.files.delete(name)


def sweep_files(run: Run) -> None:
    """Long: files whose time is over, each in a transaction of its own."""
    with run.platform.database.reading() as session:
        over = queries.files_over(session, clock.now())
    for workspace_id, file_id in over:
        with run.work() as work:
            work.enter(workspace_id)
            service.drop_file(work, file_id)


def drop_dossier(work: Work, *, file: str) -> None:
    """The day of a dossier is over that was written before files had rows of their own."""
    work.platform.files.delete(file)


def recheck(work: Work, *, program_id: str) -> None:
    """Count out of what stands who is gone."""
    try:
        program = program_queries.program(work.session, UUID(program_id))
    except NotFound:
        return
    service.recheck(work, program)


def watch(run: Run) -> None:
    """Long: every program that time may change: what ran out is noticed, recorded and told once.

    Each in a transaction of its own: nobody waits for all of them, and one that fails holds up no other.
    """
    with run.work() as work:
        programs = queries.watched_programs(work.session)
    errors = []
    for number, (workspace_id, program_id) in enumerate(programs, start=1):
        try:
            with run.work() as work:
                work.enter(workspace_id)
                service.watch(work, program_queries.program(work.session, program_id))
        except NotFound:
            continue  # gone since
        except Exception as error:  # noqa: BLE001  # raised when the others were looked at
            errors.append(error)
        run.progress(number, len(programs))
    if errors:
        raise errors[0]


def send_receipts(run: Run, *, program_id: str, decision_id: str) -> dict[str, int]:
    """Long: everybody who took part hears what was decided, unless it is withdrawn meanwhile, or they are gone.
    Started again, it writes to nobody twice."""
    with run.work() as work:
        program = program_queries.program(work.session, UUID(program_id))
        people = [each.enrollment.id for each in queries.people_to_tell(work.session, program)]
    written = 0
    for start in range(0, len(people), BATCH):
        with run.work() as work:
            told = queries.receipt_of(work.session, UUID(decision_id))
            decision = queries.decision(work.session, program.id, UUID(decision_id))
            if told is None or decision.state is not DecisionState.IN_FORCE:
                break
            for to in queries.still_to_tell(work.session, people[start : start + BATCH]):
                telling.receipt(work, program, told, to)
                written += 1
        run.progress(min(start + BATCH, len(people)), len(people))
    return {"written": written}
