"""What happens to accounts. Names and addresses stay out: ids lead to them for as long as they exist."""

import uuid
from dataclasses import dataclass

from betaops.kernel.events import Event
from betaops.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True, kw_only=True)
class WorkspaceCreated(Event):
    said = _l("created the workspace")

    workspace_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class WorkspaceRenamed(Event):
    said = _l("renamed the workspace")

    workspace_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberSignedIn(Event):
    said = _l("signed in")

    user_id: uuid.UUID
    method: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """`user_id` is empty when nobody has that address; the address itself is not kept."""

    said = _l("failed to sign in as %(user)s")

    user_id: uuid.UUID | None = None
    method: str


@dataclass(frozen=True, kw_only=True)
class MemberSignedOut(Event):
    said = _l("signed out")

    user_id: uuid.UUID
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionRevoked(Event):
    said = _l("signed out another browser")

    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    said = _l("changed their password")

    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event):
    said = _l("asked for a new password")

    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class SecondFactorChanged(Event):
    """`change`: totp_added, totp_removed, passkey_added, passkey_removed, codes_made, code_used."""

    said = _l("changed their second factor")

    user_id: uuid.UUID
    change: str


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Event):
    said = _l("closed the account of %(user)s")

    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AccountEnabled(Event):
    said = _l("opened the account of %(user)s again")

    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    said = _l("invited somebody as %(role)s")

    invitation_id: uuid.UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberInvitationRevoked(Event):
    said = _l("took an invitation back")

    invitation_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    said = _l("joined as %(role)s")

    membership_id: uuid.UUID
    user_id: uuid.UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    said = _l("changed the role of %(user)s from %(before)s to %(after)s")

    membership_id: uuid.UUID
    user_id: uuid.UUID
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    said = _l("removed %(user)s")

    membership_id: uuid.UUID
    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event):
    said = _l("made the API key %(name)s")

    api_key_id: uuid.UUID
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    said = _l("revoked the API key %(name)s")

    api_key_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AuthorisationFailed(Event):
    """Somebody known asked for what their role or scopes do not allow."""

    said = _l("was refused: their role or key does not allow %(permission)s")

    permission: str


@dataclass(frozen=True, kw_only=True)
class DataExported(Event):
    """`what`: testers, responses, audit, workspace, person."""

    said = _l("exported %(what)s")

    what: str
    subject_id: uuid.UUID | None = None
