"""Who may do what with flags."""

from betaops.accounts.permissions import Permission

SEE = Permission.FLAGS_READ
MANAGE = Permission.FLAGS_WRITE
KILL = Permission.FLAGS_KILL
