"""Who may read and send mails, and which mails nobody but their receiver may read."""

from collections.abc import Collection

from betaops.accounts.permissions import Permission
from betaops.kernel.mail import Mail, MailState
from betaops.programs.models import Phase, Program

SEE = Permission.MESSAGES_READ
SEND = Permission.MESSAGES_SEND

#: Mails whose links let their holder in as somebody: to a member's account, or to a tester's.
_KEYS_OF_MEMBERS = "accounts."
_KEYS_OF_TESTERS = ("enrollment.confirm", "enrollment.invitation", "enrollment.sign_in", "surveys.")


def may_read(mail: Mail, permissions: Collection[str]) -> bool:
    """Whether a member with `permissions` may open this mail's text in the outbox.

    Where a mail server is set, mails that let somebody in are for their receiver alone. Without one
    (state `kept`) the outbox is the only mailbox there is: then testers' mails can be opened by whoever
    decides on testers, members' mails by whoever manages members.
    """
    if mail.kind.startswith(_KEYS_OF_MEMBERS):
        return mail.state is MailState.KEPT and Permission.MEMBERS_MANAGE in permissions
    if mail.kind.startswith(_KEYS_OF_TESTERS):
        return mail.state is MailState.KEPT and Permission.TESTERS_DECIDE in permissions
    return SEE in permissions


def takes_announcements(program: Program) -> bool:
    """Closed programs still say thank you; drafts have nobody to write to."""
    return program.phase not in (Phase.DRAFT, Phase.ARCHIVED)
