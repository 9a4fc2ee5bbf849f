"""Usage work that runs by itself."""

from betaops.kernel.jobs import Run
from betaops.usage import queries, service


def summarise(run: Run) -> dict[str, int]:
    """Write down each tester's activity as facts for cohort rules, workspace by workspace."""
    with run.platform.database.reading() as session:
        workspaces = queries.workspaces(session)
    changed = 0
    for done, workspace_id in enumerate(workspaces, 1):
        with run.work() as work:
            work.enter(workspace_id)
            changed += service.summarise(work)
        run.progress(done, len(workspaces))
    return {"changed": changed}
