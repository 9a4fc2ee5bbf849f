"""What people want to get."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Tester
from betaops.kernel.errors import NotFound
from betaops.kernel.paging import Page, keyset
from betaops.messaging.models import Preference, Suppression, Topic


def preferences(session: Session, tester_id: UUID) -> dict[Topic, bool]:
    """What a person wants to get; every topic is named."""
    rows = session.execute(
        select(Preference.topic, Preference.is_wanted).where(Preference.tester_id == tester_id)
    )
    return {**dict.fromkeys(Topic, True), **{row.topic: row.is_wanted for row in rows}}


def is_wanted(session: Session, tester: Tester, topic: Topic | None) -> bool:
    """Whether a mail of `topic` may go to this person; None is transactional and stopped by nothing."""
    return topic is None or (
        preferences(session, tester.id)[topic] and not is_suppressed(session, tester.mail_key)
    )


def is_suppressed(session: Session, mail_key: str) -> bool:
    return session.scalar(select(Suppression.id).where(Suppression.mail_key == mail_key)) is not None


def suppressed_among(session: Session, mail_keys: Collection[str]) -> set[str]:
    """Those of some addresses that get no mail."""
    return set(session.scalars(select(Suppression.mail_key).where(Suppression.mail_key.in_(mail_keys))))


def unwilling_among(session: Session, tester_ids: Collection[UUID], topic: Topic) -> set[UUID]:
    """Those of some testers who turned `topic` off."""
    return set(
        session.scalars(
            select(Preference.tester_id).where(
                Preference.tester_id.in_(tester_ids),
                Preference.topic == topic,
                Preference.is_wanted.is_(False),
            )
        )
    )


def suppressions(session: Session, *, cursor: str | None = None) -> Page[Suppression]:
    """Newest first."""
    return keyset(
        session,
        select(Suppression),
        order=[(Suppression.at, "desc"), (Suppression.id, "desc")],
        cursor=cursor,
    )


def suppression(session: Session, suppression_id: UUID) -> Suppression:
    found = session.scalar(select(Suppression).where(Suppression.id == suppression_id))
    if found is None:
        raise NotFound
    return found
