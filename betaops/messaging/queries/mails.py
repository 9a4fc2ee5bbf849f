"""The mails of a workspace."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from betaops.accounts.models import Membership
from betaops.kernel.errors import NotFound
from betaops.kernel.mail import Mail, MailState
from betaops.kernel.paging import Page, keyset


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the outbox is narrowed to."""

    state: MailState | None = None
    #: The part of a kind before its dot: the room that wrote it.
    room: str = ""
    words: str = ""


def mails(
    session: Session, workspace_id: UUID, wanted: Wanted, *, cursor: str | None = None, size: int = 50
) -> Page[Mail]:
    """Newest first. Mails know no tenancy criterion (the kernel has none), so the workspace is said here."""
    found = select(Mail).where(_of(workspace_id))
    if wanted.state is not None:
        found = found.where(Mail.state == wanted.state)
    if wanted.room:
        found = found.where(Mail.kind.startswith(f"{wanted.room}.", autoescape=True))
    for word in wanted.words.split()[:8]:
        found = found.where(
            or_(
                Mail.subject.icontains(word, autoescape=True), Mail.recipient.icontains(word, autoescape=True)
            )
        )
    return keyset(
        session, found, order=[(Mail.queued_at, "desc"), (Mail.id, "desc")], cursor=cursor, size=size
    )


def _of(workspace_id: UUID) -> Any:
    """Mails of the workspace, and those of no workspace (password resets) that are to one of its members."""
    members = select(Membership.user_id).where(Membership.workspace_id == workspace_id)
    return or_(
        Mail.workspace_id == workspace_id, and_(Mail.workspace_id.is_(None), Mail.person_id.in_(members))
    )


def mail(session: Session, workspace_id: UUID, mail_id: UUID) -> Mail:
    found = session.scalar(select(Mail).where(_of(workspace_id), Mail.id == mail_id))
    if found is None:
        raise NotFound
    return found


def needing_a_look(session: Session, workspace_id: UUID) -> int:
    """Mails that failed, or of which nobody knows whether they arrived."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Mail)
            .where(Mail.workspace_id == workspace_id, Mail.state.in_((MailState.FAILED, MailState.UNCERTAIN)))
        )
        or 0
    )


def mails_to(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    """What was written to a person, without the texts: they had those."""
    rows = session.execute(
        select(Mail.subject, Mail.kind, Mail.state, Mail.queued_at)
        .where(Mail.person_id == person_id)
        .order_by(Mail.queued_at)
    )
    return [
        {"at": row.queued_at.isoformat(), "subject": row.subject, "about": row.kind, "state": row.state.value}
        for row in rows
    ]
