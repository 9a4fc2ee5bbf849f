"""The tables of accounts: workspaces, the people who work in them, and what lets them in."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.accounts.permissions import Role
from betaops.kernel.db import Base, Identified, Tenant, one_of, tenant_args


class Workspace(Identified, Base):
    """A tenant: one organisation's products, programs and people."""

    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime]


class User(Identified, Base):
    """A person who works in the console, in one workspace or several."""

    mail: Mapped[str] = mapped_column(String(320))
    #: The address as it is compared: lower case, without a trailing dot.
    mail_key: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_digest: Mapped[str | None] = mapped_column(String(200))
    totp_secret_sealed: Mapped[str | None] = mapped_column(String(300))
    #: The newest TOTP step (30 s since 1970) that was accepted: each step works once.
    totp_last_step: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(10))
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    theme: Mapped[str] = mapped_column(String(10), default="system")
    density: Mapped[str] = mapped_column(String(12), default="comfortable")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def has_second_factor(self) -> bool:
        """A one-time code is set up; passkeys are rows of their own."""
        return self.totp_secret_sealed is not None


class Membership(Tenant, Base):
    """That a user works in a workspace, and as what."""

    __table_args__ = tenant_args(UniqueConstraint("workspace_id", "user_id"), Index(None, "user_id"))

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(one_of(Role))
    created_at: Mapped[datetime]


class HolderKind(StrEnum):
    MEMBER = "member"
    TESTER = "tester"


class Session(Identified, Base):
    """A signed-in browser. Deleting the row signs it out, copied cookies included."""

    __table_args__ = (Index(None, "holder_kind", "holder_id"),)

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    holder_kind: Mapped[HolderKind] = mapped_column(one_of(HolderKind))
    #: Of the user or tester; no foreign key, testers live in a room above.
    holder_id: Mapped[uuid.UUID]
    workspace_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: Until then sensitive changes need no new proof.
    fresh_until: Mapped[datetime]
    #: Opened by a password alone: leads to setting up a second factor and nowhere else.
    is_limited: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str | None] = mapped_column(String(300))


class Passkey(Identified, Base):
    """A WebAuthn credential."""

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Identified, Base):
    """One of ten codes that stand in for a lost second factor, once each."""

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None]


class Purpose(StrEnum):
    SET_UP = "set_up"
    SIGN_IN = "sign_in"
    RESET = "reset"
    #: Not in a link: the challenge that a passkey signs.
    PASSKEY = "passkey"


class AccessLink(Identified, Base):
    """A one-time link, good for one purpose and a short while. `user_id` is empty for the very first owner."""

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class MemberInvitation(Tenant, Base):
    """An invitation to work in this workspace."""

    __table_args__ = tenant_args(UniqueConstraint("workspace_id", "mail_key"))

    mail: Mapped[str] = mapped_column(String(320))
    mail_key: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(one_of(Role))
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    invited_by_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKey(Tenant, Base):
    """Lets a program in, as far as its scopes go."""

    name: Mapped[str] = mapped_column(String(80))
    #: The first letters, for people to tell keys apart.
    start: Mapped[str] = mapped_column(String(16))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]]
    created_by_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failures to prove who one is, per account or address: slows down, never locks for good."""

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[datetime]


class AuditSeal(Identified, Base):
    """A link of the hash chain over one workspace's events: it covers the link before and a batch of events."""

    __table_args__ = (
        UniqueConstraint("chain", "number"),
        CheckConstraint("number > 0", name="numbers_start_at_one"),
    )

    #: The workspace's id; the nil UUID for events of no workspace. No foreign key: a seal outlives what it covers.
    chain: Mapped[uuid.UUID]
    number: Mapped[int]
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    events: Mapped[int]
    sealed_at: Mapped[datetime]


class SealedEvent(Base):
    """Which seal covers an event."""

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    seal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("audit_seal.id", ondelete="CASCADE"), index=True)


class AuditCheck(Base):
    """What came out when a chain was last recomputed from its events."""

    chain: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    seals: Mapped[int]
    events: Mapped[int]
    #: Number of the first seal that does not hold; empty where all do.
    broken_at: Mapped[int | None]
