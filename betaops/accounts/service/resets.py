"""A forgotten password. Asking says nothing about who has an account, in words or in time."""

from typing import NamedTuple

from betaops.accounts import queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import PasswordResetRequested
from betaops.accounts.models import Purpose, User
from betaops.accounts.service import factors, links, throttles
from betaops.kernel import tokens
from betaops.kernel.work import Work


def ask(work: Work, mail: str, address: str | None) -> None:
    """The same work for an address known or unknown: a job looks it up. `TooMany` when asked too often."""
    key = comparable(mail)
    throttles.check(work, address=address)
    throttles.failed(work, address=address)
    work.enqueue(
        "accounts.send_reset",
        {"address": work.vault.seal(key)},
        unique=f"reset:{tokens.digest(key).hex()}",
    )


class Reset(NamedTuple):
    """A link to be mailed."""

    user: User
    token: str


def mint_for(work: Work, mail: str) -> Reset | None:
    """A link for whoever has that address; None for strangers, closed accounts, and the fourth within an hour."""
    user = queries.user_by_mail(work.session, mail)
    if user is None or user.disabled_at is not None:
        return None
    if queries.recent_links(work.session, user.id, Purpose.RESET, work.now) >= 3:
        return None
    place = queries.standing(work.session, user.id, None)
    if place is not None:
        work.enter(place.workspace.id)
    work.record(PasswordResetRequested(user_id=user.id))
    return Reset(user, links.mint(work, Purpose.RESET, user.id))


def reset(work: Work, token: str, password: str) -> User:
    """Spend the link for a new password. It proves no second factor: signing in asks for that as ever."""
    user = links.spend_for(work, token, Purpose.RESET)
    place = queries.standing(work.session, user.id, None)
    if place is not None:
        work.enter(place.workspace.id)
    factors.set_password(work, user, password)
    return user
