"""Everybody whom a task concerns and what became of it, as CSV."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from werkzeug.wrappers import Response

from betaops.accounts.permissions import Permission
from betaops.enrollment.sheets import safe
from betaops.kernel.i18n import gettext as _
from betaops.tasks import queries, words
from betaops.tasks.queries import Person
from betaops.tasks.views.frame import blueprint, program_of, task_of
from betaops.web.access import needs
from betaops.web.application import reading

#: Rows of one file; a program with more takes the API.
MOST_ROWS = 10_000


@blueprint.get("/tasks/<id(tsk):task_id>/export.csv")
@needs(Permission.EXPORT_READ)
def export(slug: str, task_id: UUID) -> Response:
    """The present round, the silent too. Cells that a sheet would compute stay text."""
    program = program_of(slug)
    task = task_of(program, task_id)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([_("Tester"), _("Mail address"), _("Outcome"), _("What they say"), _("Seconds"), _("Ease"),
                    _("Started"), _("Ended"), _("Round")])  # fmt: skip
    for person in _all(task.id):
        sheet.writerow([safe(cell) for cell in [*_cells(person), str(task.round)]])
    response = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{program.slug}-task.csv"'
    return response


def _all(task_id: UUID) -> Iterator[Person]:
    cursor: str | None = None
    for _page in range(MOST_ROWS // 200):
        page = queries.people(reading(), task_id, cursor=cursor, size=200)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _cells(person: Person) -> list[str]:
    said = person.outcome
    if said is None:
        return [person.tester.name, person.tester.mail, "", "", "", "", "", ""]
    return [
        person.tester.name,
        person.tester.mail,
        str(words.OUTCOMES[said.state]),
        said.note,
        f"{said.seconds:g}" if said.seconds is not None else "",
        str(said.ease or ""),
        said.started_at.isoformat(timespec="seconds") if said.started_at else "",
        said.ended_at.isoformat(timespec="seconds") if said.ended_at else "",
    ]
