"""What people said about being quoted from what they write in a program."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import QuoteConsent
from betaops.enrollment.quoting import Choice


def standing(session: Session, enrollment_ids: Iterable[UUID]) -> dict[UUID, Choice]:
    """What each said last; who never said anything is left out."""
    rows = session.scalars(
        select(QuoteConsent)
        .where(QuoteConsent.enrollment_id.in_(list(enrollment_ids)))
        .order_by(QuoteConsent.signed_at, QuoteConsent.id)
    )
    return {row.enrollment_id: Choice(row.quoting, row.signed_at) for row in rows}


def standing_of(session: Session, enrollment_id: UUID) -> Choice | None:
    return standing(session, [enrollment_id]).get(enrollment_id)


def quote_consents(session: Session, enrollment_id: UUID) -> Sequence[QuoteConsent]:
    """All that was said, the first first."""
    return session.scalars(
        select(QuoteConsent)
        .where(QuoteConsent.enrollment_id == enrollment_id)
        .order_by(QuoteConsent.signed_at, QuoteConsent.id)
    ).all()
