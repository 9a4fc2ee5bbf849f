"""What accounts asks of its viewers."""

from betaops.accounts.permissions import Permission

READ = Permission.CONSOLE_READ
AUDIT = Permission.AUDIT_READ
MEMBERS = Permission.MEMBERS_MANAGE
KEYS = Permission.KEYS_MANAGE
WORKSPACE = Permission.WORKSPACE_MANAGE
#: What every valid key may do: learn what it is.
SELF = "self:read"
