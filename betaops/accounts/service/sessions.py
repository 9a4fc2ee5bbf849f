"""Signed-in browsers: rows that can be taken back. Members and testers share the table, not the cookie."""

import uuid
from datetime import timedelta

from sqlalchemy import delete

from betaops.accounts.events import SessionRevoked
from betaops.accounts.models import HolderKind, Session
from betaops.kernel import tokens
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work

#: Without a request for so long, it ends.
IDLE = {HolderKind.MEMBER: timedelta(hours=12), HolderKind.TESTER: timedelta(days=30)}
#: It ends after so long whatever happens.
ABSOLUTE = {HolderKind.MEMBER: timedelta(days=7), HolderKind.TESTER: timedelta(days=90)}
#: Opened by a password alone, to set a second factor up: no longer than this.
LIMITED = timedelta(hours=1)
#: For so long after a proof, sensitive changes need no new one.
FRESH = timedelta(minutes=15)
#: `last_seen_at` is written at most this often.
SEEN_EVERY = timedelta(minutes=1)


def open_session(
    work: Work,
    kind: HolderKind,
    holder_id: uuid.UUID,
    *,
    workspace_id: uuid.UUID | None = None,
    address: str | None = None,
    agent: str | None = None,
    instead_of: str | None = None,
    is_limited: bool = False,
) -> tokens.Token:
    """A new session with a new token; `instead_of` (a token the browser came with) is ended."""
    if instead_of is not None:
        close_session(work, instead_of)
    token = tokens.mint()
    work.add(
        Session(
            token_digest=token.digest,
            holder_kind=kind,
            holder_id=holder_id,
            workspace_id=workspace_id,
            created_at=work.now,
            last_seen_at=work.now,
            expires_at=work.now + (LIMITED if is_limited else IDLE[kind]),
            fresh_until=work.now + FRESH,
            address=(address or "")[:45] or None,
            agent=(agent or "")[:300] or None,
            is_limited=is_limited,
        )
    )
    return token


def seen(work: Work, session_id: uuid.UUID) -> None:
    """The holder did something: the idle end moves on, never beyond the absolute one."""
    row = work.session.get(Session, session_id)
    if row is not None:
        row.last_seen_at = work.now
        if not row.is_limited:
            row.expires_at = min(work.now + IDLE[row.holder_kind], row.created_at + ABSOLUTE[row.holder_kind])


def freshen(work: Work, session_id: uuid.UUID) -> None:
    """The holder has just proved again who they are."""
    row = work.session.get(Session, session_id)
    if row is not None:
        row.fresh_until = work.now + FRESH


def unlimit(work: Work, session_id: uuid.UUID) -> None:
    """A second factor is there now: the session leads everywhere."""
    row = work.session.get(Session, session_id)
    if row is not None and row.is_limited:
        row.is_limited = False
        row.expires_at = work.now + IDLE[row.holder_kind]


def close_session(work: Work, token: str) -> None:
    work.session.execute(delete(Session).where(Session.token_digest == tokens.digest(token)))


def close_all(work: Work, kind: HolderKind, holder_id: uuid.UUID, *, but: uuid.UUID | None = None) -> None:
    """Sign out everywhere, except from the session `but`."""
    ending = delete(Session).where(Session.holder_kind == kind, Session.holder_id == holder_id)
    work.session.execute(ending if but is None else ending.where(Session.id != but))


def revoke(work: Work, user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End one of the user's own sessions."""
    row = work.session.get(Session, session_id)
    if row is None or row.holder_kind is not HolderKind.MEMBER or row.holder_id != user_id:
        raise NotFound
    work.session.delete(row)
    work.record(SessionRevoked(user_id=user_id))


def switch_workspace(work: Work, session_id: uuid.UUID, workspace_id: uuid.UUID) -> None:
    row = work.session.get(Session, session_id)
    if row is not None:
        row.workspace_id = workspace_id


def forget_ended(work: Work) -> None:
    """Delete rows that can let nobody in any more."""
    work.session.execute(delete(Session).where(Session.expires_at < work.now))
