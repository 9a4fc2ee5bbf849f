"""Reports that were written because a task stopped somebody."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.feedback.models import Report, TaskReport
from betaops.tasks.models import Task


def task_of(session: Session, report_id: UUID) -> Task | None:
    """The task that a report came from."""
    return session.scalar(
        select(Task).join(TaskReport, TaskReport.task_id == Task.id).where(TaskReport.report_id == report_id)
    )


def tasks_of(session: Session, report_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Titles of the tasks that reports came from."""
    rows = session.execute(
        select(TaskReport.report_id, Task.title)
        .join(Task, Task.id == TaskReport.task_id)
        .where(TaskReport.report_id.in_(list(report_ids)))
    )
    return {row[0]: row[1] for row in rows}


def reports_of_task(session: Session, task_id: UUID, limit: int = 20) -> Sequence[Report]:
    """The newest first."""
    return session.scalars(
        select(Report)
        .join(TaskReport, TaskReport.report_id == Report.id)
        .where(TaskReport.task_id == task_id)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(limit)
    ).all()


def counts_by_task(session: Session, task_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Reports that came from each task; tasks without any are left out."""
    rows = session.execute(
        select(TaskReport.task_id, func.count())
        .where(TaskReport.task_id.in_(list(task_ids)))
        .group_by(TaskReport.task_id)
    )
    return {row[0]: row[1] for row in rows}
