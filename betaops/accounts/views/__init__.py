"""Pages of accounts: the ways in, one's own account, the workspace's settings."""

from betaops.accounts.views import (
    account,
    audit,
    factors,
    invitations,
    keys,
    links,
    members,
    passkeys,
    proof,
    resets,
    sessions,
    signing_in,
    workspace,
)
from betaops.accounts.views.frame import blueprint

__all__ = [
    "account",
    "audit",
    "blueprint",
    "factors",
    "invitations",
    "keys",
    "links",
    "members",
    "passkeys",
    "proof",
    "resets",
    "sessions",
    "signing_in",
    "workspace",
]
