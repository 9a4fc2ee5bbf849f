"""Names of roles for people. Pure."""

from betaops.accounts.permissions import Role
from betaops.kernel.i18n import lazy_gettext as _l

ROLE_WORDS = {
    Role.OWNER: _l("Owner"),
    Role.MANAGER: _l("Manager"),
    Role.ANALYST: _l("Analyst"),
    Role.VIEWER: _l("Viewer"),
}
