"""Who works in a workspace: invitations, roles, leaving. There is always an owner."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from betaops.accounts import queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import (
    MemberInvitationRevoked,
    MemberInvited,
    MemberRemoved,
    MemberRoleChanged,
    WorkspaceRenamed,
)
from betaops.accounts.models import MemberInvitation, Membership, User, Workspace
from betaops.accounts.permissions import Role
from betaops.accounts.service import workspaces
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound, Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Actor, Work

INVITED_FOR = timedelta(days=7)


def invite(work: Work, mail: str, role: Role) -> MemberInvitation:
    """Invite an address, or invite it anew: the earlier link stops working."""
    mail_key = comparable(mail)
    known = queries.user_by_mail(work.session, mail)
    if known is not None and _works_here(work, known):
        raise Refused("already_member", _("This person works here already."), field="mail")
    invitation = work.session.scalar(select(MemberInvitation).where(MemberInvitation.mail_key == mail_key))
    invitation = invitation or MemberInvitation(mail=mail, mail_key=mail_key)
    invitation.role = role
    _send(work, invitation)
    return invitation


def invite_again(work: Work, invitation_id: uuid.UUID) -> MemberInvitation:
    """A new link to somebody who has not come."""
    invitation = work.lock(MemberInvitation, invitation_id)
    _send(work, invitation)
    return invitation


def _send(work: Work, invitation: MemberInvitation) -> None:
    token = tokens.mint()
    invitation.token_digest, invitation.invited_by_id = token.digest, work.actor.id
    invitation.created_at, invitation.expires_at = work.now, work.now + INVITED_FOR
    work.add(invitation)
    work.record(MemberInvited(invitation_id=invitation.id, role=invitation.role))
    work.enqueue(
        "accounts.send_invitation",
        {"invitation_id": str(invitation.id), "token": work.vault.seal(token.plain)},
    )


def _works_here(work: Work, user: User) -> bool:
    return any(place.workspace.id == work.workspace_id for place in queries.standings(work.session, user.id))


def revoke_invitation(work: Work, invitation_id: uuid.UUID) -> None:
    invitation = work.lock(MemberInvitation, invitation_id)
    work.delete(invitation)
    work.record(MemberInvitationRevoked(invitation_id=invitation.id))


def accept_invitation(
    work: Work, token: str, user: User | None, *, name: str = "", password: str | None = None
) -> User:
    """Join as invited, as `user` or with an account made now. Of two that try at once, one wins."""
    invitation = queries.invitation_by_token(work.session, token, work.now)
    if invitation is None:
        raise Refused("link_spent", _("This invitation was used, taken back, or has run out."))
    work.enter(invitation.workspace_id)
    invitation = work.lock(MemberInvitation, invitation.id)
    if user is None:
        user = workspaces.create_user(work, invitation.mail, name, password=password)
    work.actor = Actor("member", user.id, user.name)
    if not _works_here(work, user):
        workspaces.join(work, user, invitation.role)
    work.delete(invitation)
    return user


def change_role(work: Work, membership_id: uuid.UUID, role: Role) -> None:
    """Takes effect with the member's next request."""
    _hold_owners(work)
    membership = work.lock(Membership, membership_id)
    if membership.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(work)
    if membership.role is not role:
        before, membership.role = membership.role, role
        work.record(
            MemberRoleChanged(
                membership_id=membership.id, user_id=membership.user_id, before=before, after=role
            )
        )


def remove(work: Work, membership_id: uuid.UUID) -> None:
    """The person keeps their account, and loses this workspace with the next request."""
    _hold_owners(work)
    membership = work.lock(Membership, membership_id)
    if membership.role is Role.OWNER:
        _keep_an_owner(work)
    work.delete(membership)
    work.record(MemberRemoved(membership_id=membership.id, user_id=membership.user_id))


def leave(work: Work, user_id: uuid.UUID | None) -> None:
    """Give up one's own place here."""
    own = work.session.scalar(select(Membership.id).where(Membership.user_id == user_id))
    if own is None:
        raise NotFound
    remove(work, own)


def rename(work: Work, name: str) -> None:
    workspace = work.session.get(Workspace, work.workspace_id)
    if workspace is None:
        raise NotFound
    if workspace.name != name:
        workspace.name = name
        work.record(WorkspaceRenamed(workspace_id=workspace.id))


def _hold_owners(work: Work) -> None:
    """Two owners who remove each other at once: the second waits here and is then the last."""
    work.session.execute(select(Membership.id).where(Membership.role == Role.OWNER).with_for_update())


def _keep_an_owner(work: Work) -> None:
    if queries.owners(work.session) <= 1:
        raise Refused("last_owner", _("This is the last owner. Make somebody else an owner first."))
