"""Workspaces and their first owner."""

import re

from sqlalchemy import select

from betaops.accounts import passwords, queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import MemberJoined, WorkspaceCreated
from betaops.accounts.models import Membership, User, Workspace
from betaops.accounts.permissions import Role
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Actor, Work


def create_workspace(work: Work, name: str, *, slug: str | None = None) -> Workspace:
    """A new workspace; the work goes on inside it."""
    workspace = Workspace(name=name, slug=_free_slug(work, slug or name), created_at=work.now)
    work.add(workspace)
    work.enter(workspace.id)
    work.record(WorkspaceCreated(workspace_id=workspace.id))
    return workspace


def found(work: Work, organisation: str, *, mail: str, name: str, password: str | None = None) -> User:
    """A new workspace and its first owner, whose own doing it is from here on."""
    user = create_user(work, mail, name, password=password)
    work.actor = Actor("member", user.id, user.name)
    create_workspace(work, organisation)
    join(work, user, Role.OWNER)
    return user


def create_user(work: Work, mail: str, name: str, *, password: str | None = None) -> User:
    """A person, without a way in unless a password is given. `Refused` for an address that has an account."""
    if queries.user_by_mail(work.session, mail) is not None:
        raise Refused("known", _("There is an account with this address already. Sign in."), field="mail")
    user = User(mail=mail, mail_key=comparable(mail), name=name, created_at=work.now)
    if password is not None:
        user.password_digest = passwords.digest(password)
    work.add(user)
    return user


def join(work: Work, user: User, role: Role) -> Membership:
    """Make `user` a member of this workspace."""
    membership = Membership(user_id=user.id, role=role, created_at=work.now)
    work.add(membership)
    work.record(MemberJoined(membership_id=membership.id, user_id=user.id, role=role))
    return membership


def _free_slug(work: Work, name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or "workspace"
    taken = set(work.session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(base))))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
