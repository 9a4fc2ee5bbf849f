"""Who is looking: members by Flask-Login over our own session rows, programs by their key."""

from typing import Any

from flask import Flask, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session as Db

from betaops.accounts import queries
from betaops.accounts.models import HolderKind, Session, User
from betaops.accounts.permissions import ROLES
from betaops.accounts.service import keys, sessions
from betaops.kernel import clock
from betaops.web.access import Viewer
from betaops.web.application import afterwards, reading

login_manager = LoginManager()
login_manager.session_protection = None

#: Without a second factor, a member sees only these until there is one.
SET_UP_FACTOR = ("accounts.second_factor", "accounts.add_totp", "accounts.sign_out")


class SignedIn(UserMixin):
    """A member's live session, as Flask-Login wants it: its id is the random token, never the user's."""

    def __init__(self, token: str, row: Session, user: User) -> None:
        self.token, self.row, self.user = token, row, user

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader
def _load(token: str) -> SignedIn | None:
    row = queries.session_by_token(reading(), token, HolderKind.MEMBER, clock.now())
    user = reading().get(User, row.holder_id) if row is not None else None
    if row is None or user is None or user.disabled_at is not None:
        return None
    return SignedIn(token, row, user)


def register(app: Flask) -> None:
    login_manager.init_app(app)


def signed_in() -> SignedIn | None:
    """The member's session of this request."""
    return current_user if isinstance(current_user, SignedIn) else None


def member(session: Db) -> Viewer | None:
    """The viewer of console routes."""
    present = signed_in()
    if present is None:
        return None
    place = queries.standing(session, present.user.id, present.row.workspace_id)
    if place is None:
        return None
    _note_seen(present.row)
    must_set_up = present.row.is_limited
    return Viewer(
        kind="member",
        id=present.user.id,
        name=present.user.name,
        mail=present.user.mail,
        workspace_id=place.workspace.id,
        workspace_name=place.workspace.name,
        role=place.membership.role,
        permissions=frozenset(ROLES[place.membership.role]),
        language=present.user.language,
        timezone=present.user.timezone,
        theme=present.user.theme,
        density=present.user.density,
        detour=SET_UP_FACTOR if must_set_up else (),
    )


def key(session: Db) -> Viewer | None:
    """The viewer of API routes."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = queries.api_key_by_token(session, token.strip(), clock.now())
    if found is None:
        return None
    if found.last_used_at is None or clock.now() - found.last_used_at > sessions.SEEN_EVERY:
        afterwards(lambda work: keys.used(work, found.id))
    return Viewer(
        kind="key",
        id=found.id,
        name=found.name,
        workspace_id=found.workspace_id,
        permissions=frozenset(found.scopes),
    )


def _note_seen(row: Session) -> None:
    if clock.now() - row.last_seen_at > sessions.SEEN_EVERY:
        afterwards(lambda work: sessions.seen(work, row.id))


def cookie_token() -> Any:
    """The token that the browser came with, live or not; a sign-in puts a new one in its place."""
    from flask import session as cookie

    return cookie.get("_user_id")
