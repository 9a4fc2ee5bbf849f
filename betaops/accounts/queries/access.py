"""Reading what lets somebody in: sessions, links, keys, factors. Look-ups by token begin outside any workspace."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from betaops.accounts.models import (
    AccessLink,
    ApiKey,
    HolderKind,
    Passkey,
    Purpose,
    RecoveryCode,
    Session,
    User,
)
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound


def session_by_token(session: Db, token: str, kind: HolderKind, now: datetime) -> Session | None:
    """The live row behind a cookie's token; None for anything unknown, ended or of the other kind."""
    return session.scalar(
        select(Session).where(
            Session.token_digest == tokens.digest(token),
            Session.holder_kind == kind,
            Session.expires_at > now,
        )
    )


def sessions(session: Db, kind: HolderKind, holder_id: uuid.UUID, now: datetime) -> Sequence[Session]:
    """Where somebody is signed in, the last used first."""
    return session.scalars(
        select(Session)
        .where(Session.holder_kind == kind, Session.holder_id == holder_id, Session.expires_at > now)
        .order_by(Session.last_seen_at.desc())
    ).all()


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


def recent_links(session: Db, user_id: uuid.UUID, purpose: Purpose, now: datetime) -> int:
    """How many links of that purpose the user was given within the last hour."""
    given = (
        select(func.count())
        .select_from(AccessLink)
        .where(
            AccessLink.user_id == user_id,
            AccessLink.purpose == purpose,
            AccessLink.created_at > now - timedelta(hours=1),
        )
    )
    return session.scalar(given) or 0


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


def key_names(session: Db, api_key_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of this workspace's keys by id, revoked ones too."""
    rows = session.execute(select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(api_key_ids)))
    return {row.id: row.name for row in rows}


def passkeys(session: Db, user_id: uuid.UUID) -> Sequence[Passkey]:
    return session.scalars(
        select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at)
    ).all()


def passkey(session: Db, user_id: uuid.UUID, passkey_id: uuid.UUID) -> Passkey:
    """One of the user's own."""
    found = session.scalar(select(Passkey).where(Passkey.user_id == user_id, Passkey.id == passkey_id))
    if found is None:
        raise NotFound
    return found


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
