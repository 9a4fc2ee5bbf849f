"""What other rooms ask about a program's feedback: counts, blockers, who met them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.doings import Doings
from betaops.enrollment.models import Enrollment
from betaops.feedback.events import ReportAmended
from betaops.feedback.models import CRITICAL, OPEN, Kind, Report, Severity, State, Vote
from betaops.kernel.events import history
from betaops.programs.models import Program


def waiting(session: Session, program_id: UUID) -> int:
    """How many reports wait for triage: the number in the navigation."""
    return (
        session.scalar(select(func.count()).where(Report.program_id == program_id, Report.state == State.NEW))
        or 0
    )


def to_triage(session: Session, program_id: UUID) -> "Unanswered":
    """What waits for triage, and since when the oldest does."""
    row = session.execute(
        select(func.count(), func.min(Report.created_at)).where(
            Report.program_id == program_id, Report.state == State.NEW
        )
    ).one()
    return Unanswered(*row)


def open_blockers(session: Session, program_id: UUID) -> Sequence[Report]:
    """Blocker bugs that are not settled, the oldest first."""
    return session.scalars(
        select(Report)
        .where(Report.program_id == program_id, Report.severity == Severity.BLOCKER, Report.state.in_(OPEN))
        .order_by(Report.created_at, Report.id)
    ).all()


def new_blockers(session: Session, product_id: UUID, since: datetime) -> int:
    """Reports in a product's programs that came in as blockers since then, or were found to be some.

    Duplicates count as the report that goes on; what was declined does not count.
    """
    reports = session.execute(
        select(Report.id, Report.workspace_id, Report.created_at)
        .join(Program, Program.id == Report.program_id)
        .where(
            Program.product_id == product_id,
            Report.severity == Severity.BLOCKER,
            Report.state.not_in((State.DECLINED, State.DUPLICATE)),
            Report.touched_at >= since,
        )
    ).all()
    return sum(
        report.created_at >= since or _became_blocker(session, report.workspace_id, report.id, since)
        for report in reports
    )


def _became_blocker(session: Session, workspace_id: UUID, report_id: UUID, since: datetime) -> bool:
    amended = history(session, workspace_id, report_id, kinds=[ReportAmended.kind])
    return any(
        line.startswith("severity: ") and line.endswith(f"→ {Severity.BLOCKER}")
        for row in amended
        if row.at >= since
        for line in row.data["changes"]
    )


class Unanswered(NamedTuple):
    """Reports that wait for the team: how many, and since when the oldest does."""

    number: int
    oldest_at: datetime | None


def unanswered_blockers(session: Session, program_id: UUID) -> Unanswered:
    row = session.execute(
        select(func.count(), func.min(Report.created_at)).where(
            Report.program_id == program_id,
            Report.severity == Severity.BLOCKER,
            Report.state.in_(OPEN),
            Report.answered_at.is_(None),
            Report.has_reporter,
        )
    ).one()
    return Unanswered(*row)


def testers_with_critical(
    session: Session,
    program_id: UUID,
    *,
    severities: Sequence[Severity] = CRITICAL,  # noqa: PT028  # no test, whatever its name begins with
    states: Sequence[State] | None = None,  # noqa: PT028  # as above
) -> dict[UUID, int]:
    """Testers who stand behind a critical bug (their own, a "me too", or a merged duplicate): how many each.

    Declined reports do not count; `states` narrows further (`models.OPEN`: what still troubles them).
    """
    counted = states or [state for state in State if state not in (State.DECLINED, State.DUPLICATE)]
    rows = session.execute(
        select(Enrollment.tester_id, func.count())
        .join(Vote, Vote.enrollment_id == Enrollment.id)
        .join(Report, Report.id == Vote.report_id)
        .where(Report.program_id == program_id, Report.severity.in_(severities), Report.state.in_(counted))
        .group_by(Enrollment.tester_id)
    ).all()
    return dict(rows)


def testers_by_kind(session: Session, program_id: UUID) -> dict[Kind, set[UUID]]:
    """Who wrote at least one report of each kind (testers' ids)."""
    rows = session.execute(
        select(Report.kind, Enrollment.tester_id)
        .join(Vote, Vote.report_id == Report.id)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .where(Report.program_id == program_id, Vote.is_reporter)
        .distinct()
    )
    found: dict[Kind, set[UUID]] = {kind: set() for kind in Kind}
    for kind, tester_id in rows:
        found[kind].add(tester_id)
    return found


def counts_by_kind(session: Session, program_id: UUID) -> dict[Kind, int]:
    """Reports of each kind, duplicates left out."""
    rows = session.execute(
        select(Report.kind, func.count())
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE)
        .group_by(Report.kind)
    ).all()
    found = dict(rows)
    return {kind: found.get(kind, 0) for kind in Kind}


def newest(session: Session, program_id: UUID, limit: int = 5) -> Sequence[Report]:
    """The latest reports, duplicates left out."""
    return session.scalars(
        select(Report)
        .where(Report.program_id == program_id, Report.state != State.DUPLICATE)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(limit)
    ).all()


def doings(
    session: Session, program_id: UUID, tester_ids: Sequence[UUID], names: Collection[str]
) -> dict[UUID, dict[str, Doings]]:
    """What each of these people reported by kind and day, and `any`: facts for cohort rules."""
    found: dict[UUID, dict[str, Counter[date]]] = defaultdict(lambda: defaultdict(Counter))
    for tester_id, kind, created_at in session.execute(
        select(Enrollment.tester_id, Report.kind, Report.created_at)
        .select_from(Vote)
        .join(Report, Report.id == Vote.report_id)
        .join(Enrollment, Enrollment.id == Vote.enrollment_id)
        .where(
            Vote.is_reporter,
            Enrollment.program_id == program_id,
            Enrollment.tester_id.in_(tester_ids),
        )
    ):
        for name in ("any", kind.value):
            found[tester_id][name][created_at.date()] += 1
    return {
        tester_id: {name: Doings.of(days.items()) for name, days in by_name.items()}
        for tester_id, by_name in found.items()
    }
