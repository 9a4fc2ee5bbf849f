"""Names of roles for people. Pure."""

from betaops.accounts.permissions import Role
from betaops.kernel.i18n import lazy_gettext as _l

ROLE_WORDS = {
    Role.OWNER: _l("Owner"),
    Role.MANAGER: _l("Manager"),
    Role.ANALYST: _l("Analyst"),
    Role.VIEWER: _l("Viewer"),
}
ROLE_NOTES = {
    Role.OWNER: _l("does everything, members and keys included"),
    Role.MANAGER: _l("runs programs and signs decisions"),
    Role.ANALYST: _l("builds surveys, reads and sorts answers"),
    Role.VIEWER: _l("reads"),
}
