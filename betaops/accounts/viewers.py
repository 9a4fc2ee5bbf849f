"""Who is looking: members by Flask-Login over our own session rows, programs by their key."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session as Db

from betaops.accounts import policy, queries
from betaops.accounts.models import HolderKind, Session, User
from betaops.accounts.permissions import ROLES
from betaops.accounts.queries import Standing
from betaops.accounts.service import keys, people, sessions
from betaops.kernel import clock
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work
from betaops.web import appearance
from betaops.web.access import Viewer
from betaops.web.application import SAFE_METHODS, afterwards, reading

View = TypeVar("View", bound=Callable[..., Any])

#: So much longer than a proof holds, a form that was opened in time may be sent.
GRACE = timedelta(minutes=15)

login_manager = LoginManager()
login_manager.session_protection = None

#: Without a second factor, a member sees only these until there is one.
SET_UP_FACTOR = (
    "accounts.second_factor",
    "accounts.add_totp",
    "accounts.passkey_creation",
    "accounts.add_passkey",
)


class SignedIn(UserMixin):
    """A member's live session, as Flask-Login wants it: its id is the random token, never the user's."""

    def __init__(self, token: str, row: Session, user: User) -> None:
        self.token, self.row, self.user = token, row, user

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader
def _load(token: str) -> SignedIn | None:
    row = queries.session_by_token(reading(), token, HolderKind.MEMBER, clock.now())
    user = queries.user(reading(), row.holder_id) if row is not None else None
    if row is None or user is None or user.disabled_at is not None:
        return None
    return SignedIn(token, row, user)


def register(app: Flask) -> None:
    """Not `login_manager.init_app`: its remember-me cookie, which we do not have, would touch every answer."""
    app.login_manager = login_manager  # type: ignore[attr-defined]  # where Flask-Login looks for it
    app.jinja_env.globals["workspaces"] = workspaces
    appearance.keep_with(app, _keep_look)


def signed_in() -> SignedIn | None:
    """The member's session of this request."""
    return current_user if isinstance(current_user, SignedIn) else None


def is_proven() -> bool:
    """Whether the member proved lately who they are. What was opened in time may be sent a little later.

    A limited session has just begun with a password and may do nothing but set a second factor up.
    """
    present = signed_in()
    if present is None:
        return False
    grace = timedelta(0) if request.method in SAFE_METHODS else GRACE
    return present.row.is_limited or clock.now() < present.row.fresh_until + grace


def proven(page: str) -> Callable[[View], View]:
    """Only for members who proved themselves lately; others are asked first, then led to `page` (an endpoint).

    Stands under the mark that says who may call the route.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if is_proven():
                return view(*args, **values)
            if request.method not in SAFE_METHODS:
                flash(_("Confirm that it is you, then do that once more. Nothing was changed."), "warning")
            return redirect(url_for("accounts.prove", next=url_for(page)), 303)

        return cast(View, guarded)

    return wrap


def member(session: Db) -> Viewer | None:
    """The viewer of console routes."""
    present = signed_in()
    if present is None:
        return None
    g.workspaces = queries.standings(session, present.user.id)
    place = _present_place(present.row)
    if place is None:
        return None
    _note_seen(present.row)
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
        detour=SET_UP_FACTOR if present.row.is_limited else (),
    )


def workspaces() -> Sequence[Standing]:
    """Every workspace of the member of this request, for the switcher."""
    return cast(Sequence[Standing], g.get("workspaces", ()))


def key(session: Db) -> Viewer | None:
    """The viewer of API routes."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = queries.api_key_by_token(session, token.strip(), clock.now())
    if found is None:
        return None
    key_id = found.id
    if found.last_used_at is None or clock.now() - found.last_used_at > sessions.SEEN_EVERY:
        afterwards(lambda work: keys.used(work, key_id))
    return Viewer(
        kind="key",
        id=key_id,
        name=found.name,
        workspace_id=found.workspace_id,
        permissions=frozenset([*found.scopes, policy.SELF]),
    )


def cookie_token() -> str | None:
    """The token that the browser came with, live or not; a sign-in puts a new one in its place."""
    return cast("str | None", cookie.get("_user_id"))


def _present_place(row: Session) -> Standing | None:
    """Where the session works; the workspace joined first when it has lost its place there."""
    places = workspaces()
    chosen = (place for place in places if place.workspace.id == row.workspace_id)
    return next(chosen, places[0] if places else None)


def _note_seen(row: Session) -> None:
    session_id = row.id
    if clock.now() - row.last_seen_at > sessions.SEEN_EVERY:
        afterwards(lambda work: sessions.seen(work, session_id))


def _keep_look(work: Work, who: Viewer, theme: str, density: str) -> None:
    if who.id is not None:
        people.keep_look(work, who.id, theme, density)
