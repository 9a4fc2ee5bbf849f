"""What the command palette finds of accounts: members, and the pages of the settings."""

from flask import url_for
from sqlalchemy.orm import Session

from betaops.accounts import policy, queries
from betaops.kernel.i18n import gettext as _
from betaops.web.application import viewer


def members(session: Session, query: str, limit: int) -> list[dict[str, str]]:
    if not query:
        return []
    url = url_for("accounts.list_members")
    return [
        {"label": user.name, "note": user.mail, "url": url, "icon": "user-round"}
        for user in queries.find_members(session, query, limit)
    ]


def pages(session: Session, query: str, limit: int) -> list[dict[str, str]]:
    places = [
        (_("Your account"), "accounts.account", "user-round", policy.READ),
        (_("Password, second factor and passkeys"), "accounts.security", "shield-check", policy.READ),
        (_("Where you are signed in"), "accounts.list_sessions", "monitor-smartphone", policy.READ),
        (_("Workspace settings"), "accounts.settings", "settings", policy.READ),
        (_("Members"), "accounts.list_members", "users", policy.READ),
        (_("Invite a member"), "accounts.new_invitation", "user-plus", policy.MEMBERS),
        (_("What each role may do"), "accounts.roles", "table-2", policy.READ),
        (_("API keys"), "accounts.list_keys", "key-round", policy.KEYS),
        (_("Make an API key"), "accounts.new_key", "key-round", policy.KEYS),
        (_("Audit log"), "accounts.audit", "scroll-text", policy.AUDIT),
    ]
    wanted = query.casefold()
    found = [place for place in places if wanted in place[0].casefold() and viewer().can(place[3])]
    return [
        {"label": label, "note": _("Settings"), "url": url_for(endpoint), "icon": icon}
        for label, endpoint, icon, _permission in found[:limit]
    ]
