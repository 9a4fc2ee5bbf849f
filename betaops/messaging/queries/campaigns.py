"""The announcements of a program, and what became of each copy."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort
from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.mail import Mail, MailState
from betaops.kernel.paging import Page, keyset
from betaops.messaging.models import Campaign, Delivery, DeliveryState


def has_cohort(session: Session, program_id: UUID, cohort_id: UUID) -> bool:
    found = select(Cohort.id).where(Cohort.id == cohort_id, Cohort.program_id == program_id)
    return session.scalar(found) is not None


def campaigns(session: Session, program_id: UUID, *, cursor: str | None = None) -> Page[Campaign]:
    """Newest first."""
    return keyset(
        session,
        select(Campaign).where(Campaign.program_id == program_id),
        order=[(Campaign.created_at, "desc"), (Campaign.id, "desc")],
        cursor=cursor,
    )


def campaign(session: Session, program_id: UUID, campaign_id: UUID) -> Campaign:
    found = session.scalar(
        select(Campaign).where(Campaign.id == campaign_id, Campaign.program_id == program_id)
    )
    if found is None:
        raise NotFound
    return found


def campaign_to_send(session: Session, campaign_id: UUID) -> Campaign | None:
    """For the job; None where it was discarded."""
    return session.scalar(select(Campaign).where(Campaign.id == campaign_id))


def waiting(session: Session, campaign_id: UUID, *, limit: int) -> Sequence[Delivery]:
    """The next deliveries to write, locked so that a second job passes them over."""
    return session.scalars(
        select(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.WAITING)
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def tallies(session: Session, campaign_ids: Collection[UUID]) -> dict[UUID, dict[DeliveryState, int]]:
    """How many deliveries stand where, by announcement; every state is named."""
    found: dict[UUID, dict[DeliveryState, int]] = {
        campaign_id: dict.fromkeys(DeliveryState, 0) for campaign_id in campaign_ids
    }
    rows = session.execute(
        select(Delivery.campaign_id, Delivery.state, func.count())
        .where(Delivery.campaign_id.in_(campaign_ids))
        .group_by(Delivery.campaign_id, Delivery.state)
    )
    for campaign_id, state, number in rows:
        found[campaign_id][state] = number
    return found


class Sent(NamedTuple):
    delivery: Delivery
    tester: Tester
    mail_state: MailState | None


def deliveries(session: Session, campaign_id: UUID, *, cursor: str | None = None) -> Page[Any]:
    """Each person's copy: (delivery, tester, state of the mail), in the order of names."""
    found: Any = (
        select(Delivery, Tester, Mail.state)
        .join(Enrollment, Enrollment.id == Delivery.enrollment_id)
        .join(Tester, Tester.id == Enrollment.tester_id)
        .outerjoin(Mail, Mail.id == Delivery.mail_id)
        .where(Delivery.campaign_id == campaign_id)
    )
    page = keyset(session, found, order=[(Tester.name, "asc"), (Delivery.id, "asc")], cursor=cursor)
    return Page([Sent(*row) for row in page.items], page.next, page.previous)
