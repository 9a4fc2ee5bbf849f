"""Who may do what with cohorts."""

from betaops.accounts.permissions import Permission

SEE = Permission.COHORTS_READ
MANAGE = Permission.COHORTS_WRITE
