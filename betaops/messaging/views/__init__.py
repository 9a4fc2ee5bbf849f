"""The console's pages about mails: the outbox of the workspace, the messages of a program."""

from betaops.messaging.views import addresses, announcements, outbox

__all__ = ["addresses", "announcements", "outbox"]
