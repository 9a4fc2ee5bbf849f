"""Themes of reports, confirmed by people: what is suggested counts only when somebody has put it on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from betaops.feedback.events import ReportsTagged
from betaops.feedback.models import Report, ReportTag
from betaops.kernel.errors import Invalid, NotFound
from betaops.kernel.i18n import gettext as _
from betaops.kernel.ids import new_id
from betaops.kernel.work import Work

LONGEST_TAG = 60
#: Rows of one statement.
BATCH = 200


def tag_reports(work: Work, program_id: UUID, report_ids: Sequence[UUID], name: str) -> None:
    """Put a theme on reports of a program. Each has it only once, however it is spelled."""
    words = " ".join(name.replace("\0", "").split())
    if not words:
        raise Invalid("no_theme", _("Write a theme: one or two words."), field="tag")
    if len(words) > LONGEST_TAG or len(words.lower()) > LONGEST_TAG:
        raise Invalid("long_theme", _("A theme has at most %(most)s letters.", most=LONGEST_TAG), field="tag")
    _check(work, program_id, report_ids)
    rows = [
        {
            "id": new_id(),
            "workspace_id": work.workspace_id,
            "report_id": report_id,
            "name": words,
            "key": words.lower(),
            "created_at": work.now,
            "created_by": work.actor.name,
        }
        for report_id in report_ids
    ]
    insert = sqlite.insert if work.platform.database.is_sqlite else postgresql.insert
    for at in range(0, len(rows), BATCH):
        work.session.execute(insert(ReportTag).values(rows[at : at + BATCH]).on_conflict_do_nothing())
    work.record(ReportsTagged(program_id=program_id, theme=words))


def untag_report(work: Work, report: Report, key: str) -> None:
    """Take a theme off; nothing happens where it is gone already."""
    work.session.execute(delete(ReportTag).where(ReportTag.report_id == report.id, ReportTag.key == key))
    work.record(ReportsTagged(program_id=report.program_id, theme=key))


def _check(work: Work, program_id: UUID, report_ids: Sequence[UUID]) -> None:
    """One id that is not of the program refuses all."""
    for at in range(0, len(report_ids), BATCH):
        some = set(report_ids[at : at + BATCH])
        found = select(func.count()).where(Report.program_id == program_id, Report.id.in_(some))
        if work.session.scalar(found) != len(some):
            raise NotFound
