"""Who may do what with flags."""

from betaops.accounts.permissions import Permission

SEE = Permission.FLAGS_READ
MANAGE = Permission.FLAGS_WRITE
KILL = Permission.FLAGS_KILL
#: Whether changes need a second person: not for those to decide who are to be held by it.
RULE = Permission.WORKSPACE_MANAGE
