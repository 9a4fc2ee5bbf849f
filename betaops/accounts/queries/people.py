"""Reading workspaces, members and invitations."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.addresses import comparable
from betaops.accounts.models import MemberInvitation, Membership, Passkey, User, Workspace
from betaops.accounts.permissions import Role
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound


def has_owner(session: Db) -> bool:
    """Whether anybody owns any workspace of this installation."""
    owner = select(Membership.id).where(Membership.role == Role.OWNER).limit(1)
    return session.scalar(owner.execution_options(unscoped=True)) is not None


def user(session: Db, user_id: uuid.UUID | None) -> User | None:
    return session.get(User, user_id) if user_id is not None else None


def user_by_mail(session: Db, mail: str) -> User | None:
    return session.scalar(select(User).where(User.mail_key == comparable(mail)))


class Standing(NamedTuple):
    """A member in a workspace."""

    membership: Membership
    workspace: Workspace


def standing(session: Db, user_id: uuid.UUID, workspace_id: uuid.UUID | None) -> Standing | None:
    """The user's place in that workspace, else in the one joined first; None without any."""
    places = standings(session, user_id)
    return next(
        (place for place in places if place.workspace.id == workspace_id), places[0] if places else None
    )


def standings(session: Db, user_id: uuid.UUID) -> Sequence[Standing]:
    """All workspaces of a user, the oldest membership first."""
    rows = session.execute(
        select(Membership, Workspace)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created_at, Membership.id)
        .execution_options(unscoped=True)
    )
    return [Standing(*row) for row in rows]


def workspaces(session: Db, limit: int = 20) -> Sequence[Workspace]:
    """Of the whole installation, by their short names; for its operator."""
    return session.scalars(select(Workspace).order_by(Workspace.slug).limit(limit)).all()


def workspace_by_slug(session: Db, slug: str) -> Workspace | None:
    return session.scalar(select(Workspace).where(Workspace.slug == slug))


def workspace(session: Db, workspace_id: uuid.UUID) -> Workspace:
    found = session.get(Workspace, workspace_id)
    if found is None:
        raise NotFound
    return found


class Member(NamedTuple):
    membership: Membership
    user: User
    #: Has a one-time code or a passkey.
    is_protected: bool


_MEMBERS = select(
    Membership,
    User,
    or_(User.totp_secret_sealed.is_not(None), exists().where(Passkey.user_id == User.id)),
).join(User, User.id == Membership.user_id)


def members(session: Db) -> Sequence[Member]:
    """Everybody in this workspace, by name."""
    return [Member(*row) for row in session.execute(_MEMBERS.order_by(User.name, Membership.id))]


def member(session: Db, membership_id: uuid.UUID) -> Member:
    row = session.execute(_MEMBERS.where(Membership.id == membership_id)).one_or_none()
    if row is None:
        raise NotFound
    return Member(*row)


def find_members(session: Db, query: str, limit: int) -> Sequence[User]:
    """Members whose name or address contains `query`."""
    like = f"%{query.casefold().translate(_LIKE)}%"
    found = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(or_(func.lower(User.name).like(like, escape="\\"), User.mail_key.like(like, escape="\\")))
        .order_by(User.name)
        .limit(limit)
    )
    return session.scalars(found).all()


_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def names(session: Db, user_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of users by id; ids of nobody are left out."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}


def owners(session: Db) -> int:
    """How many owners this workspace has."""
    return (
        session.scalar(select(func.count()).select_from(Membership).where(Membership.role == Role.OWNER)) or 0
    )


def invitations(session: Db) -> Sequence[MemberInvitation]:
    return session.scalars(select(MemberInvitation).order_by(MemberInvitation.created_at)).all()


def invitation(session: Db, invitation_id: uuid.UUID) -> MemberInvitation | None:
    """Of this workspace, run out or not."""
    return session.scalar(select(MemberInvitation).where(MemberInvitation.id == invitation_id))


def invitation_by_token(session: Db, token: str, now: datetime) -> MemberInvitation | None:
    return session.scalar(
        select(MemberInvitation)
        .where(MemberInvitation.token_digest == tokens.digest(token), MemberInvitation.expires_at > now)
        .execution_options(unscoped=True)
    )
