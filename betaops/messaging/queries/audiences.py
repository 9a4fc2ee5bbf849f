"""Who is in an audience at a moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import CohortMember
from betaops.enrollment.models import INSIDE, Enrollment, Tester
from betaops.enrollment.models import State as EnrollmentState
from betaops.messaging.audience import Audience, Who
from betaops.messaging.models import Preference, Suppression, Topic


class Recipient(NamedTuple):
    enrollment: Enrollment
    tester: Tester


def recipient(session: Session, enrollment_id: UUID) -> Recipient | None:
    """One person in one program; None where they are gone."""
    row = session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.id == enrollment_id)
    ).one_or_none()
    return Recipient(row[0], row[1]) if row else None


def recipients_among(session: Session, enrollment_ids: Sequence[UUID]) -> dict[UUID, Recipient]:
    """Those of some enrollments that are still there, by enrollment."""
    rows = session.execute(
        select(Enrollment, Tester)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .where(Enrollment.id.in_(enrollment_ids))
    )
    return {row[0].id: Recipient(row[0], row[1]) for row in rows}


def recipients(
    session: Session, program_id: UUID, audience: Audience, now: datetime, *, limit: int
) -> list[Recipient]:
    """The first `limit` of the audience, in the order of names."""
    both: Any = select(Enrollment, Tester)
    rows = session.execute(
        _audience(both, program_id, audience, now).order_by(Tester.name, Enrollment.id).limit(limit)
    )
    return [Recipient(row[0], row[1]) for row in rows]


def audience_ids(session: Session, program_id: UUID, audience: Audience, now: datetime) -> Sequence[UUID]:
    """Enrollments of the whole audience."""
    return session.scalars(
        _audience(select(Enrollment.id), program_id, audience, now).order_by(Enrollment.id)
    ).all()


class Reach(NamedTuple):
    """How many an announcement is for, and how many of them it will not be sent to."""

    people: int
    unwanted: int
    suppressed: int

    @property
    def reached(self) -> int:
        return self.people - self.unwanted - self.suppressed


def reach(session: Session, program_id: UUID, audience: Audience, now: datetime) -> Reach:
    def count(*more: Any) -> int:
        counted = _audience(select(func.count(Enrollment.id)), program_id, audience, now).where(*more)
        return session.scalar(counted) or 0

    return Reach(count(), count(~_is_suppressed(), _turned_off(Topic.NEWS)), count(_is_suppressed()))


def _turned_off(topic: Topic) -> Any:
    return (
        select(Preference.id)
        .where(Preference.tester_id == Tester.id, Preference.topic == topic, Preference.is_wanted.is_(False))
        .exists()
    )


def _is_suppressed() -> Any:
    return (
        select(Suppression.id)
        .where(Suppression.mail_key == Tester.mail_key, Suppression.workspace_id == Tester.workspace_id)
        .exists()
    )


def _audience(statement: Select[Any], program_id: UUID, audience: Audience, now: datetime) -> Select[Any]:
    statement = statement.join(Tester, Tester.id == Enrollment.tester_id).where(
        Enrollment.program_id == program_id
    )
    if audience.who is Who.WAITING:
        return statement.where(Enrollment.state.in_((EnrollmentState.APPLIED, EnrollmentState.WAITLISTED)))
    statement = statement.where(Enrollment.state.in_(INSIDE))
    if audience.who is Who.COHORT:
        member = select(CohortMember.tester_id).where(CohortMember.cohort_id == audience.cohort_id)
        return statement.where(Enrollment.tester_id.in_(member))
    if audience.who is Who.SILENT:
        heard = func.coalesce(Tester.seen_at, Enrollment.accepted_at, Enrollment.applied_at)
        return statement.where(heard <= now - timedelta(days=audience.days))
    return statement
