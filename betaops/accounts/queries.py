"""Reading accounts. Look-ups by token, address or key begin outside any workspace and say so."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.addresses import comparable
from betaops.accounts.models import (
    AccessLink,
    ApiKey,
    HolderKind,
    MemberInvitation,
    Membership,
    Passkey,
    Purpose,
    RecoveryCode,
    Session,
    User,
    Workspace,
)
from betaops.accounts.permissions import Role
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.events import RecordedEvent


def has_owner(session: Db) -> bool:
    """Whether anybody owns any workspace of this installation."""
    owner = select(Membership.id).where(Membership.role == Role.OWNER).limit(1)
    return session.scalar(owner.execution_options(unscoped=True)) is not None


def user_by_mail(session: Db, mail: str) -> User | None:
    return session.scalar(select(User).where(User.mail_key == comparable(mail)))


def session_by_token(session: Db, token: str, kind: HolderKind, now: datetime) -> Session | None:
    """The live row behind a cookie's token; None for anything unknown, ended or of the other kind."""
    return session.scalar(
        select(Session).where(
            Session.token_digest == tokens.digest(token),
            Session.holder_kind == kind,
            Session.expires_at > now,
        )
    )


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


def workspace(session: Db, workspace_id: uuid.UUID) -> Workspace:
    found = session.get(Workspace, workspace_id)
    if found is None:
        raise NotFound
    return found


class Member(NamedTuple):
    membership: Membership
    user: User


def members(session: Db) -> Sequence[Member]:
    """Everybody in this workspace, by name."""
    rows = session.execute(
        select(Membership, User).join(User, User.id == Membership.user_id).order_by(User.name, Membership.id)
    )
    return [Member(*row) for row in rows]


def member(session: Db, membership_id: uuid.UUID) -> Member:
    row = session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id == membership_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Member(*row)


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


def invitation_by_token(session: Db, token: str, now: datetime) -> MemberInvitation | None:
    return session.scalar(
        select(MemberInvitation)
        .where(MemberInvitation.token_digest == tokens.digest(token), MemberInvitation.expires_at > now)
        .execution_options(unscoped=True)
    )


def link_by_token(session: Db, token: str, purpose: Purpose, now: datetime) -> AccessLink | None:
    """The link, if it is of that purpose, in time and unused."""
    return session.scalar(
        select(AccessLink).where(
            AccessLink.token_digest == tokens.digest(token),
            AccessLink.purpose == purpose,
            AccessLink.expires_at > now,
            AccessLink.used_at.is_(None),
        )
    )


def api_key_by_token(session: Db, token: str, now: datetime) -> ApiKey | None:
    """The live key; None when unknown, revoked or over its date."""
    key = session.scalar(
        select(ApiKey).where(ApiKey.digest == tokens.digest(token)).execution_options(unscoped=True)
    )
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    return key


def api_keys(session: Db) -> Sequence[ApiKey]:
    return session.scalars(
        select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.created_at.desc())
    ).all()


def api_key(session: Db, api_key_id: uuid.UUID) -> ApiKey:
    found = session.scalar(select(ApiKey).where(ApiKey.id == api_key_id))
    if found is None:
        raise NotFound
    return found


def sessions(session: Db, kind: HolderKind, holder_id: uuid.UUID, now: datetime) -> Sequence[Session]:
    """Where somebody is signed in, the last used first."""
    return session.scalars(
        select(Session)
        .where(Session.holder_kind == kind, Session.holder_id == holder_id, Session.expires_at > now)
        .order_by(Session.last_seen_at.desc())
    ).all()


def passkeys(session: Db, user_id: uuid.UUID) -> Sequence[Passkey]:
    return session.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at)
    ).all()


def unused_codes(session: Db, user_id: uuid.UUID) -> int:
    """How many recovery codes are left."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def has_second_factor(session: Db, user: User) -> bool:
    """A one-time code or a passkey is set up."""
    return user.has_second_factor or bool(passkeys(session, user.id))


EVENTS_ORDER = [(RecordedEvent.id, "desc")]


def events(
    workspace_id: uuid.UUID | None,
    *,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Select[Any]:
    """The audit log of one workspace, as a statement to page through."""
    found = select(RecordedEvent).where(RecordedEvent.workspace_id == workspace_id)
    if kind is not None:
        found = found.where(RecordedEvent.kind == kind)
    if since is not None:
        found = found.where(RecordedEvent.at >= since)
    if until is not None:
        found = found.where(RecordedEvent.at < until)
    return found


def event_kinds(session: Db, workspace_id: uuid.UUID | None) -> Sequence[str]:
    """Kinds of event that this workspace has seen."""
    return session.scalars(
        select(RecordedEvent.kind)
        .where(RecordedEvent.workspace_id == workspace_id)
        .distinct()
        .order_by(RecordedEvent.kind)
    ).all()
