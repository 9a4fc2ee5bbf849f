"""Browsers of members and testers, signed in by real session rows."""

import uuid
from typing import Any

from sqlalchemy import select

from betaops.accounts.models import HolderKind, Membership, User
from betaops.accounts.permissions import Role
from betaops.accounts.service import sessions
from betaops.enrollment.viewers import cookie_name
from betaops.kernel.work import Work
from betaops.web.application import Application
from tests.support.browsers import Browser


def a_member(work: Work, role: str) -> User:
    """A user with that role in the work's workspace; the same one each time, who comes back after leaving."""
    mail = f"{role}@example.com"
    user = work.session.scalar(select(User).where(User.mail_key == mail))
    if user is None:
        user = User(mail=mail, mail_key=mail, name=role.capitalize(), created_at=work.now)
        work.add(user)
    if work.session.scalar(select(Membership).where(Membership.user_id == user.id)) is None:
        work.add(Membership(user_id=user.id, role=Role(role), created_at=work.now))
    return user


def sign_in_member(browser: Browser, work: Work, user: User) -> None:
    token = sessions.open_session(work, HolderKind.MEMBER, user.id, workspace_id=work.workspace_id)
    work.session.commit()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token.plain


def sign_in_tester(browser: Browser, work: Work, tester_id: uuid.UUID) -> None:
    token = sessions.open_session(work, HolderKind.TESTER, tester_id, workspace_id=work.workspace_id)
    work.session.commit()
    with browser.application.test_request_context():
        name = cookie_name()
    browser.set_cookie(name, token.plain)


def browser_of(app: Application, work: Work) -> Browser:
    """A fresh browser whose requests see what `work` has done."""
    browser: Any = app.test_client()
    browser.before = work.session.commit
    browser.after = work.session.expire_all
    assert isinstance(browser, Browser)
    return browser
