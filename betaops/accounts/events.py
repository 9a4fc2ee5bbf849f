"""What happens to accounts. Names and addresses stay out: ids lead to them for as long as they exist."""

import uuid
from dataclasses import dataclass

from betaops.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class WorkspaceCreated(Event):
    workspace_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class WorkspaceRenamed(Event):
    workspace_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberSignedIn(Event):
    user_id: uuid.UUID
    method: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """`user_id` is empty when nobody has that address; the address itself is not kept."""

    user_id: uuid.UUID | None = None
    method: str


@dataclass(frozen=True, kw_only=True)
class MemberSignedOut(Event):
    user_id: uuid.UUID
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class SessionRevoked(Event):
    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(Event):
    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class SecondFactorChanged(Event):
    """`change`: totp_added, totp_removed, passkey_added, passkey_removed, codes_made, code_used."""

    user_id: uuid.UUID
    change: str


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    invitation_id: uuid.UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberInvitationRevoked(Event):
    invitation_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    membership_id: uuid.UUID
    user_id: uuid.UUID
    role: str


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    membership_id: uuid.UUID
    user_id: uuid.UUID
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    membership_id: uuid.UUID
    user_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Event):
    api_key_id: uuid.UUID
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Event):
    api_key_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class AuthorisationFailed(Event):
    """Somebody known asked for what their role or scopes do not allow."""

    permission: str


@dataclass(frozen=True, kw_only=True)
class DataExported(Event):
    """`what`: testers, responses, audit, workspace, person."""

    what: str
    subject_id: uuid.UUID | None = None
