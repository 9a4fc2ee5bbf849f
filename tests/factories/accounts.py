"""Members as tests need them."""

from functools import cache

import pyotp
from sqlalchemy import select

from betaops.accounts import passwords
from betaops.accounts.models import User, Workspace
from betaops.accounts.permissions import SCOPES, Role
from betaops.accounts.service import keys, workspaces
from betaops.kernel.work import Work

PASSWORD = "four words that nobody says"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_user(
    work: Work,
    mail: str = "ada@example.com",
    *,
    name: str = "Ada Byron",
    role: Role = Role.OWNER,
    totp: bool = True,
) -> User:
    """A member of the work's workspace with PASSWORD and, unless told otherwise, one-time codes from SECRET."""
    user = work.session.scalar(select(User).where(User.mail_key == mail.casefold()))
    if user is None:
        user = workspaces.create_user(work, mail, name)
        user.password_digest = _digest()
        if totp:
            user.totp_secret_sealed = work.vault.seal(SECRET)
        workspaces.join(work, user, role)
        work.session.flush()
    return user


@cache
def _digest() -> str:
    """Hashing takes its time by design: once is enough for all tests of a process."""
    return passwords.digest(PASSWORD)


def a_code(work: Work) -> str:
    """What the app shows now."""
    return pyotp.TOTP(SECRET).at(int(work.now.timestamp()))


def key_elsewhere(work: Work) -> str:
    """An API key that may do everything, of another workspace; `work` stays in its own."""
    own = work.workspace_id
    assert own is not None
    other = Workspace(name="Other", slug="other-tests", created_at=work.now)
    work.add(other)
    work.enter(other.id)
    _row, key = keys.create_key(work, "elsewhere", set(SCOPES))
    work.enter(own)
    work.session.commit()
    return key
