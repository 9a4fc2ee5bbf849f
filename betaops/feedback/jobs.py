"""Counting what reports add up to: when something changed, and every hour."""

from uuid import UUID

from betaops.feedback import queries, service
from betaops.kernel import clock
from betaops.kernel.errors import NotFound
from betaops.kernel.jobs import Run
from betaops.kernel.work import Work
from betaops.programs import queries as program_queries


def count(run: Run, *, program_id: str) -> None:
    """Long: count while others write, then keep the numbers."""
    counted_at = clock.now()
    with run.platform.database.reading_still(run.claimed.workspace_id) as session:
        try:
            program = program_queries.program(session, UUID(program_id))
        except NotFound:
            return
        found = queries.counted(session, program.id, counted_at)
    with run.work() as work:
        service.keep_figures(work, UUID(program_id), found, counted_at)


def count_all(work: Work) -> None:
    """Every program under way: weeks begin, people join and leave cohorts."""
    for workspace_id, program_id in queries.counted_programs(work.session):
        work.enter(workspace_id)
        service.soon(work, program_id, wait=False)
