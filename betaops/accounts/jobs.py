"""Mails with links, the seal over the audit log, tidying up."""

import uuid

from betaops.accounts import queries
from betaops.accounts.models import MemberInvitation, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import audit, links, sessions, throttles
from betaops.accounts.words import ROLE_WORDS
from betaops.kernel import mail
from betaops.kernel.work import Work
from betaops.web.letters import letter, link


def send_invitation(work: Work, *, invitation_id: str, token: str) -> None:
    invitation = work.session.get(MemberInvitation, uuid.UUID(invitation_id))
    if invitation is None:
        return
    plain = work.vault.open(token).decode()
    who = queries.names(work.session, {invitation.invited_by_id} if invitation.invited_by_id else set())
    workspace = queries.workspace(work.session, invitation.workspace_id)
    written = letter(
        "accounts_invitation",
        invitation.mail,
        kind="accounts.invitation",
        workspace=workspace.name,
        who=who.get(invitation.invited_by_id) if invitation.invited_by_id else workspace.name,
        role=ROLE_WORDS[Role(invitation.role)],
        url=link("accounts.invitation", token=plain),
    )
    mail.queue(work, written, key=f"invitation:{invitation.id}:{invitation.created_at.timestamp():.0f}")


def send_reset(work: Work, *, user_id: str, token: str) -> None:
    user = work.session.get(User, uuid.UUID(user_id))
    if user is None:
        return
    plain = work.vault.open(token).decode()
    written = letter(
        "accounts_reset", user.mail, kind="accounts.reset", language=user.language, person_id=user.id,
        url=link("accounts.reset", token=plain),
    )  # fmt: skip
    mail.queue(work, written, key=f"reset:{plain[:12]}")


def seal_audit(work: Work) -> None:
    """Cover what happened since the last seal."""
    audit.seal(work)


def forget(work: Work) -> None:
    """Delete what can let nobody in any more."""
    sessions.forget_ended(work)
    links.forget(work)
    throttles.forget(work)
