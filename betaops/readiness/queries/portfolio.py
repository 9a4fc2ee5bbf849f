"""What the portfolio shows of every program: as many statements for one as for a hundred."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.feedback.models import OPEN, Report, Severity
from betaops.programs import queries as program_queries
from betaops.readiness.deciding.recommendation import FAILED, Weight
from betaops.readiness.models import Decision, DecisionState, Expectation, ParticipationWeek, Reading
from betaops.readiness.portfolio import Line
from betaops.readiness.queries.tallies import goings
from betaops.readiness.verdict import Verdict


def portfolio(session: Session, now: datetime) -> list[Line]:
    """Every program of the workspace that is not archived, the newest first."""
    programs = program_queries.programs(session, with_archived=False)
    wanted = [program.id for program in programs]
    numbers = goings(session, programs, now)
    shares, decisions = _participation(session, wanted, now), _decisions(session, wanted)
    verdicts, blockers = _verdicts(session, wanted), _blockers(session, wanted)
    return [
        Line(
            program=program,
            today=now.date(),
            participation=shares.get(program.id),
            engagement=numbers[program.id].engagement,
            musts={
                verdict: sum(found is verdict for _need, found in verdicts[program.id]) for verdict in Verdict
            },
            failed=[need for need, verdict in verdicts[program.id] if verdict in FAILED],
            decision=decisions.get(program.id),
            blockers=blockers.get(program.id, 0),
        )
        for program in programs
    ]


def _participation(session: Session, program_ids: Sequence[UUID], now: datetime) -> dict[UUID, float]:
    """Of each program's last week that is over."""
    this_week = now.date() - timedelta(days=now.date().weekday())
    last = (
        select(ParticipationWeek.program_id, func.max(ParticipationWeek.starts_on).label("starts_on"))
        .where(ParticipationWeek.program_id.in_(program_ids), ParticipationWeek.starts_on < this_week)
        .group_by(ParticipationWeek.program_id)
        .subquery()
    )
    rows = session.scalars(
        select(ParticipationWeek).join(
            last,
            (ParticipationWeek.program_id == last.c.program_id)
            & (ParticipationWeek.starts_on == last.c.starts_on),
        )
    )
    return {row.program_id: row.share for row in rows if row.enrolled}


def _decisions(session: Session, program_ids: Sequence[UUID]) -> dict[UUID, Decision]:
    rows = session.scalars(
        select(Decision).where(
            Decision.program_id.in_(program_ids), Decision.state != DecisionState.WITHDRAWN
        )
    )
    return {row.program_id: row for row in rows}


def _verdicts(session: Session, program_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, Verdict]]]:
    """(need, verdict) of each program's must-haves; not settled where nothing was read yet."""
    last = (
        select(func.max(Reading.taken_on))
        .where(Reading.expectation_id == Expectation.id)
        .correlate(Expectation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Expectation.program_id, Expectation.need, Reading.verdict)
        .outerjoin(Reading, (Reading.expectation_id == Expectation.id) & (Reading.taken_on == last))
        .where(Expectation.program_id.in_(program_ids), Expectation.weight == Weight.MUST)
        .order_by(Expectation.position, Expectation.created_at, Expectation.id)
    )
    found: dict[UUID, list[tuple[str, Verdict]]] = defaultdict(list)
    for program_id, need, verdict in rows:
        found[program_id].append((need, verdict or Verdict.INCONCLUSIVE))
    return found


def _blockers(session: Session, program_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(Report.program_id, func.count())
        .where(
            Report.program_id.in_(program_ids),
            Report.severity == Severity.BLOCKER,
            Report.state.in_(OPEN),
        )
        .group_by(Report.program_id)
    )
    return {row[0]: row[1] for row in rows}
