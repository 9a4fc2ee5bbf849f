"""One's own account as a person: name, language, looks; and closing it."""

import uuid

from betaops.accounts.events import AccountDisabled, AccountEnabled
from betaops.accounts.models import HolderKind, User
from betaops.accounts.service import sessions
from betaops.kernel.errors import NotFound
from betaops.kernel.work import Work


def save_profile(work: Work, user: User, *, name: str, language: str, timezone: str) -> None:
    user.name, user.language, user.timezone = name, language, timezone
    work.session.flush()


def keep_look(work: Work, user_id: uuid.UUID, theme: str, density: str) -> None:
    """What a new browser begins with."""
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFound
    user.theme, user.density = theme, density
    work.session.flush()


def disable(work: Work, user: User) -> None:
    """Close the account: every session ends now, and nothing lets the person in until `enable`."""
    if user.disabled_at is None:
        user.disabled_at = work.now
        sessions.close_all(work, HolderKind.MEMBER, user.id)
        work.session.flush()
        work.record(AccountDisabled(user_id=user.id))


def enable(work: Work, user: User) -> None:
    if user.disabled_at is not None:
        user.disabled_at = None
        work.session.flush()
        work.record(AccountEnabled(user_id=user.id))
