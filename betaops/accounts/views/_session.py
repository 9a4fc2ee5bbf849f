"""Starting and ending the browser's session; shared by every way in."""

from typing import cast

from flask import Response, redirect, request, session, url_for
from flask_login import login_user, logout_user

from betaops.accounts import queries
from betaops.accounts.models import HolderKind, User
from betaops.accounts.service import sessions, signing_in
from betaops.accounts.viewers import SignedIn, cookie_token
from betaops.web.application import reading, writing

#: Signed by Flask: a user who has given the password and owes the second factor, and since when.
PENDING = "pending_sign_in"
PENDING_SECONDS = 600


def local(target: str | None) -> str | None:
    """`target` if it is a path of ours, so that no link sends people elsewhere after signing in."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or not target.isprintable()
    ):
        return None
    return target


def admit(user: User, method: str, *, next_url: str | None = None, is_limited: bool = False) -> Response:
    """Sign `user` in: a new token, whatever the browser came with is ended."""
    work = writing()
    place = queries.standing(reading(), user.id, None)
    if place is not None:
        work.enter(place.workspace.id)
    token = sessions.open_session(
        work,
        HolderKind.MEMBER,
        user.id,
        workspace_id=place.workspace.id if place else None,
        address=request.remote_addr,
        agent=request.user_agent.string,
        instead_of=cookie_token(),
        is_limited=is_limited,
    )
    signing_in.signed_in(work, user, method)
    tester = session.get("tester")
    session.clear()
    if tester:
        session["tester"] = tester
    row = queries.session_by_token(reading(), token.plain, HolderKind.MEMBER, work.now)
    assert row is not None
    login_user(SignedIn(token.plain, row, user))
    session["language"] = user.language
    if is_limited:
        return cast(Response, redirect(url_for("accounts.second_factor"), 303))
    return cast(Response, redirect(local(next_url) or url_for("start.start"), 303))


def dismiss() -> None:
    """End this browser's session, row and cookie."""
    token = cookie_token()
    if token is not None:
        sessions.close_session(writing(), token)
    logout_user()
    session.pop(PENDING, None)
