"""Starting and ending the browser's session; shared by every way in."""

import uuid
from typing import cast

from flask import Response, request, session
from flask_login import login_user, logout_user

from betaops.accounts import queries
from betaops.accounts.models import HolderKind, User
from betaops.accounts.service import sessions, signing_in
from betaops.accounts.service.signing_in import Method
from betaops.accounts.viewers import SignedIn, cookie_token
from betaops.accounts.views.frame import platform, to, to_path
from betaops.kernel import clock, tokens
from betaops.web.application import reading, writing

#: Signed by Flask: a user who has given the password and owes the second factor, and since when.
PENDING = "pending_sign_in"
PENDING_SECONDS = 600
#: Signed by us: in this browser, that user has signed in before.
KNOWN_PURPOSE = "accounts.known_browser"
KNOWN_SECONDS = 365 * 24 * 3600


def ask_for_code(user: User, next_url: str | None) -> Response:
    """The password was right: on to the second factor."""
    session[PENDING] = {"user": str(user.id), "at": int(clock.now().timestamp()), "next": next_url}
    return to("accounts.code")


def pending_user() -> User | None:
    """Who has given the password in this browser in the last minutes and owes the second factor."""
    pending = session.get(PENDING)
    if not pending or clock.now().timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    user = queries.user(reading(), uuid.UUID(pending["user"]))
    return user if user is not None and user.disabled_at is None else None


def admit(user: User, method: Method, *, next_url: str | None = None, is_limited: bool = False) -> Response:
    """Sign `user` in: a new token and a new cookie, whatever the browser came with is ended."""
    work = writing()
    next_url = next_url or (session.get(PENDING) or {}).get("next")
    signing_in.signed_in(
        work,
        user,
        method,
        browser=known_browser(user.mail_key),
        address=request.remote_addr,
        agent=request.user_agent.string,
    )
    token = sessions.open_session(
        work,
        HolderKind.MEMBER,
        user.id,
        workspace_id=work.session.info.get("workspace_id"),
        address=request.remote_addr,
        agent=request.user_agent.string,
        instead_of=cookie_token(),
        is_limited=is_limited,
    )
    row = queries.session_by_token(work.session, token.plain, HolderKind.MEMBER, work.now)
    assert row is not None
    session.clear()
    session.permanent = True
    login_user(SignedIn(token.plain, row, user))
    if user.language:
        session["language"] = user.language
    response = to("accounts.second_factor") if is_limited else to_path(next_url)
    if not is_limited:
        _remember_browser(response, user)
    return response


def dismiss() -> None:
    """End this browser's session, row and cookie."""
    token = cookie_token()
    if token is not None:
        sessions.close_session(writing(), token)
    logout_user()
    session.clear()


def known_browser(mail_key: str) -> str | None:
    """What tells this browser apart, if the account of that address has signed in with it before."""
    text = request.cookies.get(_known_name(), "")
    known = tokens.read(platform().settings.secret_key, KNOWN_PURPOSE, text, max_age_seconds=KNOWN_SECONDS)
    is_theirs = isinstance(known, list) and known[0] == tokens.digest(mail_key).hex()
    return cast(str, known[1]) if is_theirs else None


def _remember_browser(response: Response, user: User) -> None:
    mark = [tokens.digest(user.mail_key).hex(), tokens.mint().plain]
    response.set_cookie(
        _known_name(),
        tokens.sign(platform().settings.secret_key, KNOWN_PURPOSE, mark),
        max_age=KNOWN_SECONDS,
        secure=platform().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )


def _known_name() -> str:
    return "__Host-known" if platform().settings.is_secure else "known"
