"""Who may do what with products and programs."""

from betaops.accounts.permissions import Permission

READ = Permission.PROGRAMS_READ
WRITE = Permission.PROGRAMS_WRITE
