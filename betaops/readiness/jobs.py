"""Reading the evidence anew, when something came in and every night; writing large dossiers."""

from datetime import timedelta
from uuid import UUID

from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries
from betaops.readiness import dossier, queries, service, telling
from betaops.readiness.models import DecisionState

#: How long a dossier is kept that was written behind the scenes.
KEEP_DOSSIERS = timedelta(days=1)
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
