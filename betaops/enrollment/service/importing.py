"""A CSV of people into a program: in chunks, each a transaction, so that a file of any length never blocks others.

Nothing is told to anybody for each person; `TestersImported` at the end speaks of all.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from betaops.enrollment import sheets
from betaops.enrollment.events import TestersImported
from betaops.enrollment.models import (
    SEATED,
    Enrollment,
    EnrollmentTransition,
    State,
    Tester,
    TesterImport,
    search_words,
)
from betaops.enrollment.service.testers import add_identities
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import encode, new_id
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.programs.service import take_seats

CHUNK = 2_000
LARGEST_BYTES = 50 * 1024 * 1024
MOST_REFUSALS_KEPT = 1_000
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Opener = Callable[[], AbstractContextManager[Work]]


def begin_import(work: Work, program_id: UUID, *, title: str, data: bytes, target: State) -> TesterImport:
    """Put the file away and have it read by a job."""
    record = new_import(work, program_id, title=title, data=data, target=target)
    record.file = work.platform.files.put(data, "text/csv")
    work.enqueue("enrollment.import_testers", {"import_id": str(record.id)}, once=f"import:{record.id}")
    return record


def new_import(work: Work, program_id: UUID, *, title: str, data: bytes, target: State) -> TesterImport:
    """The row that keeps progress and report."""
    if len(data) > LARGEST_BYTES:
        raise Invalid("too_large", _("A file has at most 50 MB. Split it."), field="file")
    if target not in (State.APPLIED, State.ACCEPTED):
        raise Invalid("bad_target", _("People come in as applicants or as accepted."), field="target")
    program = work.session.scalar(select(Program).where(Program.id == program_id))
    if program is None:
        raise NotFound
    record = TesterImport(
        program_id=program.id,
        title=title.strip()[:255] or "testers.csv",
        target=target,
        who=work.actor.name,
        created_at=work.now,
        rows_total=sheets.count_rows(data),
    )
    work.add(record)
    work.session.flush()
    return record


def file_of(work: Work, import_id: UUID) -> str:
    """Where the file lies; empty once it was read."""
    return work.lock(TesterImport, import_id).file


def forget_file(work: Work, import_id: UUID) -> None:
    work.lock(TesterImport, import_id).file = ""


def read_in(open_work: Opener, import_id: UUID, data: bytes, progress: Callable[[int, int], None]) -> None:
    """Read the file to its end; may be started again after a crash and goes on where it stopped."""
    with open_work() as work:
        record = work.lock(TesterImport, import_id)
        if record.finished_at is not None:
            return
        done, total = record.rows_done, record.rows_total
    try:
        rows = sheets.read(data)
        for chunk in _chunks(row for row in rows if row.row > done):
            with open_work() as work:
                record = work.lock(TesterImport, import_id)
                _take_in(work, record, [row for row in chunk if isinstance(row, sheets.Person)])
                _refuse(record, [row for row in chunk if isinstance(row, sheets.Refusal)])
                record.rows_done = chunk[-1].row
                record.rows_total = max(total, record.rows_done)
            progress(chunk[-1].row, max(total, chunk[-1].row))
    except sheets.Unreadable as error:
        with open_work() as work:
            record = work.lock(TesterImport, import_id)
            record.failure, record.finished_at = str(error), work.now
        return
    with open_work() as work:
        record = work.lock(TesterImport, import_id)
        record.finished_at, record.rows_total = work.now, max(record.rows_done, 1)
        work.record(
            TestersImported(
                import_id=record.id,
                program_id=record.program_id,
                created=record.created,
                updated=record.updated,
                refused=record.refused,
            )
        )


def _chunks(rows: Iterator[sheets.Person | sheets.Refusal]) -> Iterator[list[sheets.Person | sheets.Refusal]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _refuse(record: TesterImport, refused: Sequence[sheets.Refusal]) -> None:
    record.refused += len(refused)
    room = MOST_REFUSALS_KEPT - len(record.refusals)
    if refused and room > 0:
        record.refusals = [*record.refusals, *(row.to_json() for row in refused[:room])]


def _take_in(work: Work, record: TesterImport, people: Sequence[sheets.Person]) -> None:
    """Bulk statements: a handful for the whole chunk, whatever its length."""
    if not people:
        return
    work.lock(Program, record.program_id)
    known = {
        row.mail_key: row
        for row in work.session.execute(
            select(Tester.id, Tester.mail_key, Tester.name, Tester.locale, Tester.attributes).where(
                Tester.mail_key.in_([person.key for person in people])
            )
        )
    }
    new = [person for person in people if person.key not in known]
    testers = _insert_testers(work, new)
    changed = _update_testers(work, [(person, known[person.key]) for person in people if person.key in known])
    testers.update({key: row.id for key, row in known.items()})
    enrolled = _enroll(work, record, [testers[person.key] for person in people])
    record.created += len(new)
    fresh = {row.id for row in known.values()} & enrolled
    record.updated += len(changed | fresh)
    record.unchanged += len(known) - len(changed | fresh)


def _insert_testers(work: Work, people: Sequence[sheets.Person]) -> dict[str, UUID]:
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "mail": person.mail,
            "mail_key": person.key,
            "name": person.name or person.mail.partition("@")[0],
            "words": search_words(person.name or person.mail.partition("@")[0], person.key),
            "locale": _locale(person.locale) or "en",
            "attributes": person.attributes,
            "created_at": work.now,
            "seen_at": None,
            "version": 1,
            "changed_at": work.now,
            "changed_by": work.actor.name,
        }
        for person in people
    ]
    _insert(work, Tester, rows)
    add_identities(
        work,
        [(row["id"], distinct) for row in rows for distinct in (row["mail_key"], encode("tst", row["id"]))],
    )
    return {row["mail_key"]: row["id"] for row in rows}


def _update_testers(work: Work, pairs: Sequence[tuple[sheets.Person, Any]]) -> set[UUID]:
    """What the file knows better: a name where it has one, a language, attributes over the old ones."""
    changes = []
    for person, row in pairs:
        attributes = {**row.attributes, **person.attributes}
        name, locale = person.name or row.name, _locale(person.locale) or row.locale
        if (name, locale, attributes) != (row.name, row.locale, row.attributes):
            changes.append(
                {
                    "b_id": row.id,
                    "name": name,
                    "words": search_words(name, row.mail_key),
                    "locale": locale,
                    "attributes": attributes,
                }
            )
    if changes:
        table = Tester.__table__
        work.session.connection().execute(
            update(table)  # type: ignore[arg-type]  # a mapped class's __table__ is a Table
            .where(table.c.id == bindparam("b_id"))
            .values(version=table.c.version + 1, changed_at=work.now, changed_by=work.actor.name),
            changes,
        )
    return {change["b_id"] for change in changes}


def _enroll(work: Work, record: TesterImport, tester_ids: Sequence[UUID]) -> set[UUID]:
    """Put into the program whoever is not in it yet; returns their tester ids."""
    present = set(
        work.session.scalars(
            select(Enrollment.tester_id).where(
                Enrollment.program_id == record.program_id, Enrollment.tester_id.in_(tester_ids)
            )
        )
    )
    absent = [tester_id for tester_id in tester_ids if tester_id not in present]
    seats = take_seats(work, record.program_id, len(absent)) if record.target in SEATED else 0
    rows = []
    for index, tester_id in enumerate(absent):
        state = record.target if record.target not in SEATED or index < seats else State.WAITLISTED
        rows.append(
            {
                "id": new_id(),
                "workspace_id": work.workspace_id,
                "program_id": record.program_id,
                "tester_id": tester_id,
                "state": state,
                "answers": {},
                "source": "import",
                "applied_at": work.now,
                "waitlisted_at": work.now if state is State.WAITLISTED else None,
                "accepted_at": work.now if state is State.ACCEPTED else None,
                "changed_at": work.now,
            }
        )
    _insert(work, Enrollment, rows)
    _insert(
        work,
        EnrollmentTransition,
        [
            {
                "id": new_id(),
                "workspace_id": row["workspace_id"],
                "enrollment_id": row["id"],
                "former": None,
                "state": row["state"],
                "at": work.now,
                "actor_kind": work.actor.kind,
                "actor_id": work.actor.id,
                "who": record.who,
                "note": _("Imported from %(title)s", title=record.title),
            }
            for row in rows
        ],
    )
    record.waitlisted += sum(row["state"] is State.WAITLISTED for row in rows)
    return set(absent)


def _insert(work: Work, model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        work.session.connection().execute(insert(model.__table__), rows)


def _locale(text: str) -> str:
    return text if _LOCALE.fullmatch(text) else ""
