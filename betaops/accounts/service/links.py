"""One-time links: set up the first owner, sign in once, choose a new password."""

import uuid
from datetime import timedelta

from sqlalchemy import delete

from betaops.accounts import queries
from betaops.accounts.models import AccessLink, Purpose, User
from betaops.kernel import tokens
from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import Work

#: ASVS 5.0 6.5.5: ten minutes at most for what is sent; what an operator sees printed may wait a little longer.
GOOD_FOR = {
    Purpose.SET_UP: timedelta(hours=24),
    Purpose.SIGN_IN: timedelta(minutes=60),
    Purpose.RESET: timedelta(minutes=10),
    Purpose.PASSKEY: timedelta(minutes=5),
}


def mint(work: Work, purpose: Purpose, user_id: uuid.UUID | None = None) -> str:
    """The token of a new link; the database keeps its digest."""
    token = tokens.mint()
    work.add(
        AccessLink(
            token_digest=token.digest,
            purpose=purpose,
            user_id=user_id,
            created_at=work.now,
            expires_at=work.now + GOOD_FOR[purpose],
        )
    )
    return token.plain


def spend(work: Work, token: str, purpose: Purpose) -> AccessLink:
    """Use the link up. Of two that try at once, one wins and the other is `Refused`."""
    link = queries.link_by_token(work.session, token, purpose, work.now)
    if link is not None:
        work.session.refresh(link, with_for_update=True)
    if link is None or link.used_at is not None:
        raise _spent()
    link.used_at = work.now
    work.session.flush()
    return link


def spend_for(work: Work, token: str, purpose: Purpose) -> User:
    """Use the link up; whose it was. `Refused` as well where that account is closed."""
    link = spend(work, token, purpose)
    user = queries.user(work.session, link.user_id)
    if user is None or user.disabled_at is not None:
        raise _spent()
    return user


def _spent() -> Refused:
    return Refused("link_spent", _("This link was used, has run out, or was cut off. Ask for a new one."))


def forget(work: Work) -> None:
    """Delete links that ran out."""
    work.session.execute(delete(AccessLink).where(AccessLink.expires_at < work.now))
