"""What accounts does when others tell it something."""

from betaops.accounts.events import AuthorisationFailed
from betaops.kernel.work import Work
from betaops.web.access import Viewer


def note_forbidden(work: Work, viewer: Viewer, permission: str) -> None:
    """Somebody known asked for what they may not do: it stands in the audit log."""
    work.record(AuthorisationFailed(permission=permission))
