"""Parts of a program's testers on whom a verdict may hang."""

from collections import defaultdict
from math import ceil
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember
from betaops.enrollment.models import Enrollment
from betaops.feedback.models import Report, Vote
from betaops.readiness.flipping import Kind, Part

#: Of those who report, the share that counts as the loudest; and how many they are at least.
LOUDEST, FEWEST_LOUD = 0.1, 1
#: More cohorts than that are not looked through.
MOST_COHORTS = 50


def parts(session: Session, program_id: UUID) -> list[Part]:
    """The loudest reporters, then each cohort by its name."""
    return [*_loudest(session, program_id), *_cohorts(session, program_id)]


def _cohorts(session: Session, program_id: UUID) -> list[Part]:
    names = dict(
        session.execute(
            select(Cohort.id, Cohort.name)
            .where(Cohort.program_id == program_id)
            .order_by(Cohort.name)
            .limit(MOST_COHORTS)
        ).all()
    )
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for cohort_id, tester_id in session.execute(
        select(CohortMember.cohort_id, CohortMember.tester_id).where(CohortMember.cohort_id.in_(names))
    ):
        members[cohort_id].add(tester_id)
    return [
        Part(Kind.COHORT, name, frozenset(members[cohort_id]))
        for cohort_id, name in names.items()
        if members[cohort_id]
    ]


def _loudest(session: Session, program_id: UUID) -> list[Part]:
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
    return [Part(Kind.LOUDEST, "", people)] if people else []
