"""Themes of reports: what people put on them, and the texts in which more are looked for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.feedback.models import Report, ReportTag, State

#: Reports that themes are looked for in, the newest.
MOST_TEXTS = 2_000
MOST_NAMES = 200


def themes_of(session: Session, report_id: UUID) -> Sequence[ReportTag]:
    return session.scalars(
        select(ReportTag).where(ReportTag.report_id == report_id).order_by(ReportTag.key)
    ).all()


def theme_names(session: Session, program_id: UUID) -> list[tuple[str, str]]:
    """(key, name) of every theme of a program, to choose from."""
    rows = session.execute(
        select(ReportTag.key, func.min(ReportTag.name))
        .join(Report, Report.id == ReportTag.report_id)
        .where(Report.program_id == program_id)
        .group_by(ReportTag.key)
        .order_by(ReportTag.key)
        .limit(MOST_NAMES)
    )
    return [(row[0], row[1]) for row in rows]


def without_theme(session: Session, program_id: UUID) -> Sequence[Report]:
    """The newest reports that nobody has put a theme on, duplicates left out."""
    tagged = select(ReportTag.id).where(ReportTag.report_id == Report.id).exists()
    return session.scalars(
        select(Report)
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE, ~tagged)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(MOST_TEXTS)
    ).all()
