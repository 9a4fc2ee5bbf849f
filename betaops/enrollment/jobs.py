"""Work behind the scenes: mails with tokens, files in and out, tidying."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from betaops.enrollment import letters
from betaops.enrollment.models import State
from betaops.enrollment.queries import exporting
from betaops.enrollment.queries import testers as queries
from betaops.enrollment.service import (
    applying,
    deciding,
    importing,
    inviting,
    leaving,
    signing_in,
    telling,
)
from betaops.kernel.jobs import Run
from betaops.kernel.work import Actor, Work
from betaops.programs import queries as program_queries

BATCH = 100
KEEP_EXPORTS = timedelta(days=1)


def mail_confirmation(work: Work, *, application_id: str) -> None:
    minted = applying.mint_confirmation(work, UUID(application_id))
    if minted is not None:
        letters.confirmation(work, *minted)


def mail_sign_in(work: Work, *, mail_key: str, next_path: str | None = None) -> None:
    for minted in signing_in.mint_links(work, mail_key):
        letters.sign_in(work, minted, next_path)


def mail_invitation(work: Work, *, invitation_id: str) -> None:
    minted = inviting.mint_invitation(work, UUID(invitation_id))
    if minted is not None:
        letters.invitation(work, *minted)


def import_testers(run: Run, *, import_id: str) -> None:
    """Long: read a file that was put away with `importing.begin_import`."""
    with run.work() as work:
        file = importing.file_of(work, UUID(import_id))
    if file:
        importing.read_in(run.work, UUID(import_id), run.platform.files.get(file), run.progress)
        with run.work() as work:
            importing.forget_file(work, UUID(import_id))
        run.platform.files.delete(file)


def decide_many(
    run: Run, *, program_id: str, wanted: dict[str, Any], state: str, actor: dict[str, str], note: str = ""
) -> dict[str, int]:
    """Long: bring everybody whom the list's filters name to `state`; the first to apply gets the last seat."""
    tally = deciding.Tally()
    with run.work() as work:
        program = program_queries.program(work.session, UUID(program_id))
        everybody = queries.ids(work.session, program, queries.Wanted(**wanted))
    for start in range(0, len(everybody), BATCH):
        with run.work() as work:
            work.actor = Actor("member", UUID(actor["id"]), actor["name"])
            batch = everybody[start : start + BATCH]
            tally.add(deciding.decide_many(work, UUID(program_id), batch, State(state), note=note))
        run.progress(min(start + BATCH, len(everybody)), len(everybody))
    return {"changed": tally.changed, "no_seat": tally.no_seat, "unfit": tally.unfit}


def export_testers(run: Run, *, program_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Long: the list as a CSV in the file store, for a day."""
    with run.platform.database.reading(run.claimed.workspace_id) as session:
        program = program_queries.program(session, UUID(program_id))
        data = exporting.csv_of(session, program, queries.Wanted(**wanted), progress=run.progress)
    name = run.platform.files.put(data, "text/csv")
    with run.work() as work:
        work.enqueue("enrollment.drop_export", {"file": name}, at=work.now + KEEP_EXPORTS)
    return {"file": name}


def drop_export(work: Work, *, file: str) -> None:
    work.platform.files.delete(file)


def complete_testers(run: Run, *, program_id: str) -> None:
    """Long: after a program closed, those who took part have completed it."""
    done = 0
    while True:
        with run.work() as work:
            some = leaving.complete_some(work, UUID(program_id))
        done += some
        if not some:
            return
        run.progress(done, done)


def tidy(work: Work) -> None:
    """Nightly: forms that nobody confirmed, links that open nothing."""
    applying.drop_expired(work)
    signing_in.drop_old_links(work)


def forget_told(work: Work) -> None:
    """Changes of people that every process has heard of."""
    telling.forget_told(work)
