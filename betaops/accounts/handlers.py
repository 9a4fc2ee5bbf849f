"""What accounts does when something happened."""

from betaops.accounts import queries
from betaops.accounts.events import AuthorisationFailed, PasswordChanged, SecondFactorChanged
from betaops.kernel import mail
from betaops.kernel.work import Work
from betaops.web.access import Viewer
from betaops.web.letters import letter, link


def note_forbidden(work: Work, viewer: Viewer, permission: str) -> None:
    """Somebody known asked for what they may not do: it stands in the audit log."""
    work.record(AuthorisationFailed(permission=permission))


def tell_password_changed(work: Work, event: PasswordChanged) -> None:
    _tell(work, event, "password")


def tell_factor_changed(work: Work, event: SecondFactorChanged) -> None:
    """Spending a code is told too: whoever did not do it has lost their codes."""
    if event.change != "codes_made":
        _tell(work, event, event.change)


def _tell(work: Work, event: PasswordChanged | SecondFactorChanged, change: str) -> None:
    """By mail, so that somebody else's doing does not go unseen."""
    user = queries.user(work.session, event.user_id)
    if user is None:
        return
    written = letter(
        "accounts_changed",
        user.mail,
        kind="accounts.changed",
        language=user.language,
        person_id=user.id,
        name=user.name,
        change=change,
        url=link("accounts.security"),
    )
    mail.queue(work, written, key=f"changed:{work.cause_id}")
