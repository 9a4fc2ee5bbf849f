"""Answers that were given under an `Idempotency-Key`, so that a retry gets the same one."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from betaops.kernel.db import Base, Tenant, tenant_args

KEEP = timedelta(hours=24)


class GivenAnswer(Tenant, Base):
    """`fingerprint` is the SHA-256 of method, path and body: the same key for another request is refused."""

    __table_args__ = tenant_args(UniqueConstraint("workspace_id", "key"))

    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(120))
    location: Mapped[str | None] = mapped_column(String(2000))
    #: Sealed; see `kernel.vault`.
    body: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[datetime]


def given(session: Session, key: str) -> GivenAnswer | None:
    """The answer that this workspace got under `key`, if it did."""
    return session.scalar(select(GivenAnswer).where(GivenAnswer.key == key))


def forget(session: Session, before: datetime) -> None:
    """Delete what was given before that moment; over all workspaces."""
    session.execute(delete(GivenAnswer).where(GivenAnswer.given_at < before).execution_options(unscoped=True))
