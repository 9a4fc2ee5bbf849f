"""Reading the evidence anew, when something came in and every night; writing large dossiers."""

from datetime import timedelta
from uuid import UUID

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.readiness import dossier, queries, service

#: How long a dossier is kept that was written behind the scenes.
KEEP_DOSSIERS = timedelta(days=1)


def read(work: Work, *, program_id: str) -> dict[str, int]:
    """Judge every expectation of a program and count its participation; then have its people counted."""
    try:
        program = program_queries.program(work.session, UUID(program_id))
    except NotFound:
        return {"readings": 0}
    readings = service.take_readings(work, program)
    service.count_weeks(work, program)
    service.count_soon(work, program.id)
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


def write_dossier(run: Run, *, program_id: str) -> dict[str, str]:
    """Long: a dossier in the file store, for a day."""
    with run.platform.database.reading_still(run.claimed.workspace_id) as session:
        program = program_queries.program(session, UUID(program_id))
        data = dossier.written(queries.dossier_contents(session, program, run.progress))
    name = run.platform.files.put(data, "application/json")
    with run.work() as work:
        work.enqueue("readiness.drop_dossier", {"file": name}, at=work.now + KEEP_DOSSIERS)
    return {"file": name}


def drop_dossier(work: Work, *, file: str) -> None:
    """Its day is over."""
    work.platform.files.delete(file)
