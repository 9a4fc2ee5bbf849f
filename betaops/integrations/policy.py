"""Who may have what happens told to other programs: it takes answers out of the house."""

from betaops.accounts.permissions import Permission

MANAGE = Permission.PROGRAMS_WRITE
EXPORT = Permission.EXPORT_READ
