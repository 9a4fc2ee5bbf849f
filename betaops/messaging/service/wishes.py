"""What people want to get, and addresses that get nothing."""

from uuid import UUID

from sqlalchemy import select

from betaops.enrollment.models import Tester
from betaops.kernel.db import scope_to
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work
from betaops.messaging import queries
from betaops.messaging.events import AddressReleased, AddressSuppressed, PreferenceChanged
from betaops.messaging.models import Preference, Reason, Suppression, Topic


def prefer(work: Work, tester: Tester, wanted: dict[Topic, bool]) -> None:
    """Keep what a person wants to get, and write down what changed."""
    tester = work.lock(Tester, tester.id)
    former = queries.preferences(work.session, tester.id)
    rows = {
        row.topic: row
        for row in work.session.scalars(select(Preference).where(Preference.tester_id == tester.id))
    }
    for topic, is_wanted in wanted.items():
        if former[topic] is is_wanted:
            continue
        row = rows.get(topic)
        if row is None:
            row = Preference(tester_id=tester.id, topic=topic, is_wanted=is_wanted, changed_at=work.now)
            work.add(row)
        row.is_wanted, row.changed_at = is_wanted, work.now
        work.record(PreferenceChanged(tester_id=tester.id, topic=topic, is_wanted=is_wanted))


def tester_behind(work: Work, workspace_id: UUID, tester_id: UUID) -> Tester:
    """Whoever an unsubscribe link is about; from here on the work is in their workspace."""
    scope_to(work.session, workspace_id)
    tester = work.session.scalar(select(Tester).where(Tester.id == tester_id))
    if tester is None:
        raise NotFound
    return tester


def suppress(work: Work, mail_key: str, reason: Reason) -> Suppression:
    """Send nothing of any topic to this address from now on."""
    row = work.session.scalar(select(Suppression).where(Suppression.mail_key == mail_key))
    if row is not None:
        return row
    row = Suppression(mail_key=mail_key, reason=reason, at=work.now, who=work.actor.name)
    work.add(row)
    work.record(AddressSuppressed(suppression_id=row.id, reason=reason))
    return row


def release(work: Work, suppression_id: UUID) -> None:
    """The address gets mails again."""
    row = queries.suppression(work.session, suppression_id)
    work.delete(row)
    work.record(AddressReleased(suppression_id=row.id))
