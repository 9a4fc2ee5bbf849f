"""Who may see usage."""

from betaops.accounts.permissions import Permission

SEE = Permission.USAGE_READ
