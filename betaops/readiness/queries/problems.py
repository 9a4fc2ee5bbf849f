"""Bugs as findings: who met how many of them, and when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Kind, Report, State
from betaops.readiness.unfound import Problem

_NO_PROBLEM = (State.DECLINED, State.DUPLICATE)


def problems(session: Session, program_id: UUID) -> list[Problem]:
    """Bugs that were neither declined nor merged, in the order they came; duplicates stand in their people."""
    # One that was opened again is not mended, whenever it was thought to be.
    mended_at = case(
        (Report.state.in_((State.FIXED, State.CLOSED)), func.coalesce(Report.fixed_at, Report.closed_at))
    )
    rows = session.execute(
        select(Report.created_at, Report.people, Report.severity, mended_at)
        .where(Report.program_id == program_id, Report.kind == Kind.BUG, Report.state.not_in(_NO_PROBLEM))
        .order_by(Report.created_at, Report.id)
    )
    return [Problem(*row) for row in rows]


def began(session: Session, program_id: UUID) -> tuple[int, datetime | None]:
    """How many testers began, and when the first of them did."""
    row = session.execute(
        select(func.count(Enrollment.activated_at), func.min(Enrollment.activated_at)).where(
            Enrollment.program_id == program_id
        )
    ).one()
    return row[0], row[1]
