"""Testers as viewers: a session row of their own behind a cookie of their own, so a member may be one as well."""

from typing import cast

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from betaops.accounts import queries as account_queries
from betaops.accounts.models import HolderKind
from betaops.accounts.service import sessions
from betaops.enrollment.models import Tester
from betaops.kernel import clock
from betaops.kernel.db import scope_to
from betaops.kernel.work import Work
from betaops.web.access import Viewer
from betaops.web.application import Application, afterwards, become


def cookie_name() -> str:
    """`__Host-` where cookies can be secure."""
    is_secure = cast(Application, current_app).platform.settings.is_secure
    return "__Host-betaops-tester" if is_secure else "betaops-tester"


def tester(session: Session) -> Viewer | None:
    """The viewer of portal routes."""
    token = request.cookies.get(cookie_name())
    row = account_queries.session_by_token(session, token, HolderKind.TESTER, clock.now()) if token else None
    person = session.get(Tester, row.holder_id, execution_options={"unscoped": True}) if row else None
    if row is None or person is None:
        return None
    if clock.now() - row.last_seen_at > sessions.SEEN_EVERY:
        session_id = row.id
        afterwards(lambda work: sessions.seen(work, session_id))
    return viewer_of(person)


def viewer_of(person: Tester) -> Viewer:
    return Viewer(
        kind="tester",
        id=person.id,
        name=person.name,
        mail=person.mail,
        workspace_id=person.workspace_id,
        language=person.locale,
    )


def admit(work: Work, response: Response, person: Tester) -> Response:
    """Sign the tester in with a new token; whatever tester's session the browser came with is ended."""
    token = sessions.open_session(
        work,
        HolderKind.TESTER,
        person.id,
        workspace_id=person.workspace_id,
        address=request.remote_addr,
        agent=request.user_agent.string,
        instead_of=request.cookies.get(cookie_name()),
    )
    become(viewer_of(person))
    scope_to(work.session, person.workspace_id)
    settings = cast(Application, current_app).platform.settings
    response.set_cookie(
        cookie_name(),
        token.plain,
        max_age=int(sessions.ABSOLUTE[HolderKind.TESTER].total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.is_secure,
        path="/",
    )
    return response


def dismiss(work: Work, response: Response) -> Response:
    """End this browser's tester session; a member's session beside it stays."""
    token = request.cookies.get(cookie_name())
    if token:
        sessions.close_session(work, token)
    settings = cast(Application, current_app).platform.settings
    response.delete_cookie(cookie_name(), path="/", secure=settings.is_secure, httponly=True, samesite="Lax")
    return response
