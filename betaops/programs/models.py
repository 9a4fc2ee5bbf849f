"""Products, programs on them, their phases and their agreements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy import inspect as inspect_row
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


class Phase(StrEnum):
    """Where a program stands. Testers may apply in `recruiting`, and in `running` if the program says so."""

    DRAFT = "draft"
    RECRUITING = "recruiting"
    RUNNING = "running"
    CLOSING = "closing"
    CLOSED = "closed"
    ARCHIVED = "archived"


#: What may follow what. A closed program is not run again: a new one keeps the evidence of both apart.
FOLLOWING: dict[Phase, tuple[Phase, ...]] = {
    Phase.DRAFT: (Phase.RECRUITING, Phase.ARCHIVED),
    Phase.RECRUITING: (Phase.RUNNING, Phase.DRAFT, Phase.CLOSED),
    Phase.RUNNING: (Phase.CLOSING, Phase.RECRUITING),
    Phase.CLOSING: (Phase.CLOSED, Phase.RUNNING),
    Phase.CLOSED: (Phase.ARCHIVED,),
    Phase.ARCHIVED: (),
}


class Product(Versioned, Tenant, Base):
    """What is tested. `project_key` is public and stands in the product under test; the secret key is for servers."""

    __table_args__ = tenant_args(
        UniqueConstraint("workspace_id", "slug"),
        UniqueConstraint("project_key"),
        UniqueConstraint("secret_digest"),
        CheckConstraint("revision >= 0", name="revision_counts_up"),
    )

    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(80))
    project_key: Mapped[str] = mapped_column(String(60))
    #: SHA-256 of the secret key: what a caller's key is compared with.
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: The secret key under the vault's key, for the operator's own tools; no page shows it again.
    secret_sealed: Mapped[str] = mapped_column(String(400))
    secret_made_at: Mapped[datetime]
    #: Counts every change to flags and their cohorts; a compiled snapshot names the one it was made from.
    revision: Mapped[int] = mapped_column(default=0)
    #: Origins ("https://app.example.com") whose pages may use the public key; empty means any.
    origins: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class Identities(StrEnum):
    """Whose word counts for who is asking: anybody's with the public key, or only the product's own server's."""

    OPEN = "open"
    SIGNED = "signed"


class Trust(Versioned, Tenant, Base):
    """What a product takes from callers with its public key; a product without a row has the defaults."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id"),
        CheckConstraint("identities = 'open' OR identity_sealed <> ''", name="signs_with_a_secret"),
    )

    product_id: Mapped[UUID]
    #: `SIGNED`: what is stored about a person counts only for a request that proves who it is about.
    identities: Mapped[Identities] = mapped_column(one_of(Identities), default=Identities.OPEN)
    #: Whether programs (never pages) get flags for servers with the public key, as PostHog's SDKs ask.
    servers_use_public_key: Mapped[bool] = mapped_column(default=False)
    #: The identity secret under the vault's key; "" before there is one.
    identity_sealed: Mapped[str] = mapped_column(String(400), default="")
    #: The one before, good for a while after the present one was made (`identities`).
    former_identity_sealed: Mapped[str] = mapped_column(String(400), default="")
    identity_made_at: Mapped[datetime | None]


class Program(Versioned, Tenant, Base):
    """A beta, a pilot or an early-access round on one product."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product", ondelete="NO ACTION"),
        UniqueConstraint("slug"),
        CheckConstraint("seats_taken >= 0 AND seats_taken <= capacity", name="no_more_seats_than_capacity"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_program_product", "workspace_id", "product_id"),
    )

    product_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    #: What strangers read instead of the name, until they are in.
    codename: Mapped[str] = mapped_column(String(200))
    #: In every public address of the program; unique in the whole installation.
    slug: Mapped[str] = mapped_column(String(80))
    phase: Mapped[Phase] = mapped_column(one_of(Phase), default=Phase.DRAFT)
    capacity: Mapped[int] = mapped_column(default=100)
    #: Kept by enrollment through `service.take_seat` and `release_seats`; the CHECK is the last word.
    seats_taken: Mapped[int] = mapped_column(default=0)
    accepts_automatically: Mapped[bool] = mapped_column(default=False)
    recruits_while_running: Mapped[bool] = mapped_column(default=True)
    #: What the program is to find out, Markdown.
    goals: Mapped[str] = mapped_column(Text, default="")
    #: `story.Story` as JSON: what a stranger reads on the signup page.
    story: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: `charter.Charter` as JSON: hypothesis, baseline, threshold, decider.
    charter: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: List of `screener.Question` as JSON, in the order they are asked.
    screener: Mapped[list[Any]] = mapped_column(default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]

    product: Mapped[Product] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_open(self) -> bool:
        """Whether people may apply now."""
        return self.phase is Phase.RECRUITING or (self.phase is Phase.RUNNING and self.recruits_while_running)

    @property
    def is_over(self) -> bool:
        """Nothing is asked of testers any more."""
        return self.phase in (Phase.CLOSED, Phase.ARCHIVED)

    @property
    def seats_free(self) -> int:
        return max(0, self.capacity - self.seats_taken)

    def may_become(self, phase: Phase) -> bool:
        return phase in FOLLOWING[self.phase]


class ProgramPhase(Tenant, Base):
    """One dated change of phase; the newest row agrees with `Program.phase`."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index("ix_program_phase_program", "workspace_id", "program_id", "at"),
    )

    program_id: Mapped[UUID]
    phase: Mapped[Phase] = mapped_column(one_of(Phase))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")


class Agreement(Versioned, Tenant, Base):
    """One numbered text that testers accept. Once published it never changes: a new text is a new number."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "number"),
        Index(
            "uq_agreement_one_draft",
            "program_id",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
        CheckConstraint("number >= 1", name="numbers_start_at_one"),
    )

    program_id: Mapped[UUID]
    number: Mapped[int]
    markdown: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class PublishedIsFinal(Exception):
    """A programmer's error: services make a new number instead of changing a published agreement."""


@event.listens_for(Agreement, "before_update")
def _keep_published(mapper: Mapper[Any], connection: Connection, row: Agreement) -> None:
    was = inspect_row(row).attrs.published_at.history
    if not was.added and row.published_at is not None:
        raise PublishedIsFinal(f"agreement {row.number} is published")
