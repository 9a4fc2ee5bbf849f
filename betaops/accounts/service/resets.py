"""A forgotten password. Asking says nothing about who has an account, in words or in time."""

from betaops.accounts import queries
from betaops.accounts.addresses import comparable
from betaops.accounts.events import PasswordResetRequested
from betaops.accounts.models import Purpose
from betaops.accounts.service import links, throttles
from betaops.kernel.work import Work


def ask(work: Work, mail: str, address: str | None) -> None:
    """Have a link sent if there is such an account. `TooMany` when asked too often."""
    account = f"reset:{comparable(mail)}"
    throttles.check(work, account=account, address=address)
    throttles.failed(work, account=account, address=address)
    user = queries.user_by_mail(work.session, mail)
    token = links.mint(work, Purpose.RESET, user.id if user else None)
    if user is None or user.disabled_at is not None:
        return
    work.record(PasswordResetRequested(user_id=user.id))
    work.enqueue("accounts.send_reset", {"user_id": str(user.id), "token": work.vault.seal(token)})
