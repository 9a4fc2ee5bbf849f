"""Pages of accounts: signing in (`signing_in`), one's own account, the workspace's settings."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from betaops.accounts.views import (  # noqa: E402  # the modules add their routes to the blueprint
    account,
    audit,
    invitations,
    links,
    passkeys,
    resets,
    settings,
    signing_in,
)

__all__ = [
    "account",
    "audit",
    "blueprint",
    "invitations",
    "links",
    "passkeys",
    "resets",
    "settings",
    "signing_in",
]
