"""What a program's reports add up to: kept by a job, or where nothing is kept yet counted from the reports."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Enrollment
from betaops.feedback.figures import Figures, Move, Slice, Waits, first_week, waits, weeks, weight
from betaops.feedback.models import (
    CRITICAL,
    OPEN,
    OUTCOMES,
    FeedbackTally,
    Report,
    ReportTag,
    ReportTransition,
    State,
    Vote,
)
from betaops.feedback.queries.conditions import stale, untold
from betaops.feedback.triage import version_key
from betaops.kernel import ids
from betaops.programs.models import Phase, Program

#: Of versions, cohorts and themes, so many are shown.
MOST = 12
COUNT = "feedback.count"

_IS_OPEN = Report.state.in_(OPEN)
_IS_CRITICAL = and_(_IS_OPEN, Report.severity.in_(CRITICAL))
_SUMS = (
    func.count(),
    func.coalesce(func.sum(case((_IS_OPEN, 1), else_=0)), 0),
    func.coalesce(func.sum(case((_IS_CRITICAL, 1), else_=0)), 0),
    func.coalesce(func.sum(case((_IS_OPEN, Report.impact), else_=0.0)), 0.0),
)
_OPEN_IMPACT = _SUMS[3]


class Kept(NamedTuple):
    """The figures and when they were counted."""

    figures: Figures
    counted_at: datetime


def dashboard(session: Session, program_id: UUID, now: datetime) -> Kept:
    """As they were last counted; counted now where they never were."""
    row = session.execute(
        select(FeedbackTally.figures, FeedbackTally.counted_at).where(FeedbackTally.program_id == program_id)
    ).one_or_none()
    if row is None:
        return Kept(counted(session, program_id, now), now)
    return Kept(Figures.of_json(row.figures), row.counted_at)


def counted(session: Session, program_id: UUID, now: datetime) -> Figures:
    """From the reports themselves. Duplicates stand in the report they went into."""
    outcomes, told = session.execute(
        select(func.count(), func.count(Report.told_at)).where(
            Report.program_id == program_id, Report.state.in_(OUTCOMES), Report.people > 0
        )
    ).one()
    return Figures(
        kinds=_by_kind(session, program_id),
        versions=_by_version(session, program_id),
        cohorts=_by_cohort(session, program_id),
        themes=_by_theme(session, program_id),
        weeks=weeks(_moves(session, program_id, now), now.date()),
        waits=_waits(session, program_id),
        outcomes=outcomes,
        told=told,
        stale=session.scalar(
            select(func.count()).where(Report.program_id == program_id, stale(session, program_id, now))
        )
        or 0,
    )


def counted_programs(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, program) of every program under way of the installation: as time goes by, weeks change."""
    rows = session.execute(
        select(Program.workspace_id, Program.id)
        .where(Program.phase.in_((Phase.RECRUITING, Phase.RUNNING, Phase.CLOSING)))
        .order_by(Program.id),
        execution_options={"unscoped": True},
    )
    return [(row[0], row[1]) for row in rows]


def _of(program_id: UUID, *keys: Any) -> Select[Any]:
    return select(*keys, *_SUMS).where(Report.program_id == program_id, Report.state != State.DUPLICATE)


def _by_kind(session: Session, program_id: UUID) -> list[Slice]:
    """Of bugs, each severity by itself."""
    rows = session.execute(
        _of(program_id, Report.kind, Report.severity).group_by(Report.kind, Report.severity)
    )
    return [
        Slice(severity.value if severity else kind.value, kind.value, *_plain(sums))
        for kind, severity, *sums in rows
    ]


def _by_version(session: Session, program_id: UUID) -> list[Slice]:
    rows = session.execute(
        _of(program_id, Report.app_version).where(Report.app_version != "").group_by(Report.app_version)
    ).all()
    newest = sorted(rows, key=lambda row: version_key(row[0]), reverse=True)[:MOST]
    return [Slice(row[0], row[0], *_plain(row[1:])) for row in newest]


def _by_theme(session: Session, program_id: UUID) -> list[Slice]:
    rows = session.execute(
        _of(program_id, ReportTag.key, func.min(ReportTag.name))
        .join(ReportTag, ReportTag.report_id == Report.id)
        .group_by(ReportTag.key)
        .order_by(_OPEN_IMPACT.desc(), ReportTag.key)
        .limit(MOST)
    )
    return [Slice(key, name, *_plain(sums)) for key, name, *sums in rows]


def _by_cohort(session: Session, program_id: UUID) -> list[Slice]:
    """By who reported, wherever they belong; somebody in two cohorts stands in both.

    People and reports are brought together here: joined all at once, SQLite looks through everybody for each report.
    """
    cohorts = session.execute(select(Cohort.id, Cohort.name).where(Cohort.program_id == program_id))
    names = {row[0]: row[1] for row in cohorts}
    people: Counter[UUID] = Counter()
    cohorts_of: dict[UUID | None, list[UUID]] = defaultdict(list)
    members = select(CohortMember.cohort_id, CohortMember.tester_id).where(CohortMember.cohort_id.in_(names))
    for cohort_id, tester_id in session.execute(members):
        people[cohort_id] += 1
        cohorts_of[tester_id].append(cohort_id)
    if not people:
        return []
    testers = _testers(session, program_id)
    sums: dict[UUID, list[float]] = defaultdict(lambda: [0, 0, 0, 0.0])
    for enrollment_id, is_open, is_critical, impact in session.execute(
        select(
            Vote.enrollment_id,
            case((_IS_OPEN, 1), else_=0),
            case((_IS_CRITICAL, 1), else_=0),
            case((_IS_OPEN, Report.impact), else_=0.0),
        )
        .join(Report, Report.id == Vote.report_id)
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE, Vote.is_reporter)
    ):
        for cohort_id in cohorts_of.get(testers.get(enrollment_id), ()):
            for at, value in enumerate((1, is_open, is_critical, impact)):
                sums[cohort_id][at] += value
    found = [
        Slice(ids.encode("coh", cohort_id), names[cohort_id], *_plain(told), people=people[cohort_id])
        for cohort_id, told in sums.items()
    ]
    return sorted(found, key=lambda part: (-part.impact, part.name))[:MOST]


def _testers(session: Session, program_id: UUID) -> dict[UUID, UUID]:
    """The tester behind each place in a program; whoever comes in meanwhile is not there yet."""
    places = select(Enrollment.id, Enrollment.tester_id).where(Enrollment.program_id == program_id)
    return {row[0]: row[1] for row in session.execute(places)}


def _plain(sums: Sequence[Any]) -> tuple[int, int, int, float]:
    reports, is_open, critical, impact = sums
    return int(reports), int(is_open), int(critical), round(float(impact), 1)


def _moves(session: Session, program_id: UUID, now: datetime) -> list[Move]:
    rows = session.execute(
        select(
            ReportTransition.at,
            ReportTransition.former,
            ReportTransition.state,
            Report.kind,
            Report.severity,
        )
        .join(Report, Report.id == ReportTransition.report_id)
        .where(
            ReportTransition.program_id == program_id,
            ReportTransition.at >= datetime.combine(first_week(now.date()), time(), UTC),
        )
    )
    return [Move(at, former, state, weight(kind, severity)) for at, former, state, kind, severity in rows]


def _waits(session: Session, program_id: UUID) -> Waits:
    """The first word is a reply or an outcome that was told, whichever came first."""
    rows = session.execute(
        select(Report.created_at, Report.answered_at, Report.told_at, Report.state).where(
            Report.program_id == program_id, Report.has_reporter, Report.state != State.DUPLICATE
        )
    )
    hours, waiting = [], 0
    for created_at, answered_at, told_at, state in rows:
        first = min((at for at in (answered_at, told_at) if at is not None), default=None)
        if first is not None:
            hours.append(max(0.0, (first - created_at).total_seconds() / 3600))
        elif state in OPEN:
            waiting += 1
    return waits(hours, waiting)


def heaviest(session: Session, program_id: UUID, limit: int = 5) -> Sequence[Report]:
    """The open reports with the greatest impact."""
    return session.scalars(
        select(Report)
        .where(Report.program_id == program_id, _IS_OPEN)
        .order_by(Report.impact.desc(), Report.id.desc())
        .limit(limit)
    ).all()


def newest_untold(session: Session, program_id: UUID, limit: int = 5) -> Sequence[Report]:
    return session.scalars(
        select(Report)
        .where(Report.program_id == program_id, untold())
        .order_by(Report.touched_at.desc(), Report.id.desc())
        .limit(limit)
    ).all()
