"""Segments of a program's testers on whom a verdict may hang."""

from collections import defaultdict
from math import ceil
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Report, Vote
from betaops.readiness.judging.flipping import Kind, Segment, Segments

#: Of those who report, the share that counts as the loudest; and how many they are at least.
LOUDEST, FEWEST_LOUD = 0.1, 1
#: Memberships in cohorts that are looked through for one reading.
MOST_MEMBERS = 50_000


def segments(session: Session, program_id: UUID) -> Segments:
    """The loudest reporters, then each cohort by its name; none of them where looking at all would take too long."""
    loudest = _loudest(session, program_id)
    members = select(CohortMember.id).join(Cohort).where(Cohort.program_id == program_id)
    number = session.scalar(select(func.count()).select_from(members.limit(MOST_MEMBERS + 1).subquery()))
    if (number or 0) > MOST_MEMBERS:
        return Segments(loudest, is_every_cohort=False)
    return Segments([*loudest, *_cohorts(session, program_id)])


def _cohorts(session: Session, program_id: UUID) -> list[Segment]:
    members: dict[tuple[str, UUID], set[UUID]] = defaultdict(set)
    for name, cohort_id, tester_id in session.execute(
        select(Cohort.name, Cohort.id, CohortMember.tester_id)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(Cohort.program_id == program_id)
        .order_by(Cohort.name, Cohort.id)
    ):
        members[name, cohort_id].add(tester_id)
    return [Segment(Kind.COHORT, name, frozenset(people)) for (name, _id), people in members.items()]


def _loudest(session: Session, program_id: UUID) -> list[Segment]:
    found = session.execute(
        select(Enrollment.tester_id, func.count())
        .join(Vote, Vote.enrollment_id == Enrollment.id)
        .join(Report, Report.id == Vote.report_id)
        .where(Report.program_id == program_id, Vote.is_reporter)
        .group_by(Enrollment.tester_id)
        .order_by(func.count().desc(), Enrollment.tester_id)
    ).all()
    loud = found[: max(FEWEST_LOUD, ceil(LOUDEST * len(found)))]
    people = frozenset(tester_id for tester_id, _reports in loud)
    return [Segment(Kind.LOUDEST, "", people)] if people else []
