"""What makes a report stale, untold, or one of a week: for lists, and for what they are counted in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from betaops.feedback import triage
from betaops.feedback.figures import Flow
from betaops.feedback.models import OPEN, OUTCOMES, Report, ReportTransition


def stale(session: Session, program_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Open, and untouched for three weeks or seen in older versions only."""
    named = versions(session, program_id)
    newest = triage.version_key(named[0]) if named else None
    old = [version for version in named if triage.version_key(version) != newest]
    return and_(
        Report.state.in_(OPEN),
        or_(Report.touched_at <= now - triage.UNTOUCHED_FOR, Report.app_version.in_(old)),
    )


def untold() -> ColumnElement[bool]:
    """Settled, and the people behind it do not know. In the words of `ix_report_untold`."""
    return and_(Report.told_at.is_(None), Report.people > 0, Report.state.in_(OUTCOMES))


def moved_in(flow: Flow, since: datetime, until: datetime) -> Select[Any]:
    """Ids of reports that came, were settled or reopened in a span."""
    former, state = ReportTransition.former, ReportTransition.state
    which = {
        Flow.CAME: former.is_(None),
        Flow.SETTLED: and_(former.in_(OPEN), state.not_in(OPEN)),
        Flow.REOPENED: and_(former.not_in(OPEN), state.in_(OPEN)),
    }[flow]
    return select(ReportTransition.report_id).where(
        ReportTransition.at >= since, ReportTransition.at < until, which
    )


def versions(session: Session, program_id: UUID) -> list[str]:
    """The versions that reports name, the newest first."""
    named = session.scalars(
        select(Report.app_version).where(Report.program_id == program_id, Report.app_version != "").distinct()
    )
    return sorted(named, key=triage.version_key, reverse=True)
