"""Events in words, for the audit log and timelines. A kind without a sentence of its own gets its name. Pure."""

from typing import Any

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import lazy_gettext as _l

_SENTENCES = {
    "workspace_created": _l("created the workspace"),
    "workspace_renamed": _l("renamed the workspace"),
    "member_signed_in": _l("signed in"),
    "sign_in_failed": _l("failed to sign in"),
    "member_signed_out": _l("signed out"),
    "session_revoked": _l("signed out another browser"),
    "password_changed": _l("changed the password"),
    "password_reset_requested": _l("asked for a new password"),
    "second_factor_changed": _l("changed the second factor"),
    "member_invited": _l("invited somebody to work here"),
    "member_invitation_revoked": _l("took an invitation back"),
    "member_joined": _l("joined the workspace"),
    "member_role_changed": _l("changed a member's role"),
    "member_removed": _l("removed a member"),
    "api_key_created": _l("made an API key"),
    "api_key_revoked": _l("revoked an API key"),
    "authorisation_failed": _l("asked for what their role does not allow"),
    "data_exported": _l("exported data"),
}


def sentence(kind: str, data: dict[str, Any]) -> str:
    """What the actor did, to stand behind their name."""
    known = _SENTENCES.get(kind)
    if known is None:
        return kind.replace("_", " ")
    if kind == "member_role_changed":
        return _(
            "changed a member's role from %(before)s to %(after)s", before=data["before"], after=data["after"]
        )
    return str(known)
