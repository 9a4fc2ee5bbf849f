"""Flags of a product, in PostHog's own terms, their history, and the groups of people that imported flags speak of."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.kernel.db import Base, Json, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Product


class Runtime(StrEnum):
    """Where a flag may be read: a `server` flag is never shown to browsers."""

    ALL = "all"
    CLIENT = "client"
    SERVER = "server"


class Flag(Versioned, Tenant, Base):
    """A switch in the product under test. `filters` is PostHog's: conditions, variants, payloads."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "key"),
        UniqueConstraint("product_id", "number"),
        CheckConstraint("archived_at IS NULL OR NOT is_active", name="archived_is_off"),
    )

    product_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(200))
    #: What SDKs call its id; a flag imported from PostHog keeps the one it had.
    number: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    runtime: Mapped[Runtime] = mapped_column(one_of(Runtime), default=Runtime.ALL)
    #: Names of places ("checkout"); a request that names places gets flags of these only. Empty: everywhere.
    contexts: Mapped[list[Any]] = mapped_column(default=list)
    #: Off for whoever does not prove who they are (a signed identity, or the secret key).
    identified_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What else an imported definition said, for the SDKs and for the way back.
    other: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    #: Put away since: SDKs get the answer for an unknown flag, and nobody changes it before it is brought back.
    archived_at: Mapped[datetime | None]

    product: Mapped[Product] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def variants(self) -> list[dict[str, Any]]:
        return list((self.filters.get("multivariate") or {}).get("variants") or [])

    @property
    def is_by_device(self) -> bool:
        """Whether shares are of devices instead of people."""
        return (
            self.other.get("bucketing_identifier") or self.filters.get("bucketing_identifier")
        ) == "device_id"

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return list(self.filters.get("groups") or [])


def number_for(flag_id: UUID) -> int:
    """A number from 2³⁰ to 2³¹ for a flag that is not from PostHog: fits every SDK's integers."""
    return 1 << 30 | flag_id.int & ((1 << 30) - 1)


class Change(StrEnum):
    """What made a revision."""

    CREATED = "created"
    EDITED = "edited"
    KILLED = "killed"
    REVIVED = "revived"
    RESTORED = "restored"
    ARCHIVED = "archived"
    BROUGHT_BACK = "brought_back"
    IMPORTED = "imported"
    #: It was there before histories were kept.
    FOUND = "found"


class FlagRevision(Tenant, Base):
    """A flag as it was after one change, for good."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        UniqueConstraint("flag_id", "version"),
    )

    flag_id: Mapped[UUID]
    #: The flag's own, after the change.
    version: Mapped[int]
    change: Mapped[Change] = mapped_column(one_of(Change))
    #: The whole flag in PostHog's format.
    definition: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    #: Who wanted it: a member's name, a key's, or that of a part of betaops.
    who: Mapped[str] = mapped_column(String(200), default="")
    #: As in events: member, key or system.
    actor_kind: Mapped[str] = mapped_column(String(16))
    #: The second person, where one had to agree.
    approved_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class ApprovalRule(Versioned, Tenant, Base):
    """Whether a product's flags change only when a second person agrees; without a row they do not wait."""

    __table_args__ = tenant_args(belongs_to("product_id", "product"), UniqueConstraint("product_id"))

    product_id: Mapped[UUID]
    is_on: Mapped[bool] = mapped_column(default=False)


class Action(StrEnum):
    """What a proposal asks for. Switching off is not among them: it never waits."""

    CREATE = "create"
    EDIT = "edit"
    RESTORE = "restore"
    REVIVE = "revive"
    ARCHIVE = "archive"
    DELETE = "delete"


class ProposalState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    #: The flag was changed by something else meanwhile.
    OUTDATED = "outdated"


class FlagProposal(Tenant, Base):
    """A change that waits for a second person, or what became of it."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        # Without the flag its key tells which it was: `delete_flag` lets go of it.
        belongs_to("flag_id", "flag", ondelete="NO ACTION"),
        Index("ix_flag_proposal_product", "workspace_id", "product_id", "state"),
        Index("ix_flag_proposal_flag", "workspace_id", "flag_id"),
        Index(
            "uq_flag_proposal_one_open",
            "product_id",
            "key",
            "proposer_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_when_no_longer_open"),
        CheckConstraint(
            "state <> 'approved' OR (decided_by_id IS NOT NULL AND decided_by_id <> proposer_id)",
            name="approved_by_somebody_else",
        ),
        CheckConstraint("state <> 'rejected' OR length(reason) > 0", name="rejected_with_a_reason"),
        CheckConstraint("(action = 'create') = (base_version IS NULL)", name="has_a_base_unless_new"),
    )

    product_id: Mapped[UUID]
    #: None for a flag that is not there yet, or not any more.
    flag_id: Mapped[UUID | None]
    key: Mapped[str] = mapped_column(String(200))
    action: Mapped[Action] = mapped_column(one_of(Action))
    #: The version of the flag that it was proposed on.
    base_version: Mapped[int | None]
    #: The whole flag as it is to be, in PostHog's format; of one that is to go, as it is.
    definition: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.OPEN)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(200))
    #: As in events: member or key.
    proposed_through: Mapped[str] = mapped_column(String(16))
    #: The person behind it, who cannot approve it: the member, or whoever made the key.
    proposer_id: Mapped[UUID]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_by_id: Mapped[UUID | None]
    #: Why it was rejected.
    reason: Mapped[str] = mapped_column(Text, default="")


class Stage(StrEnum):
    """How far an early-access feature is. The order of the members is the order of the stages."""

    #: An idea: people put themselves on a list, nobody gets anything.
    CONCEPT = "concept"
    ALPHA = "alpha"
    BETA = "beta"
    GENERAL_AVAILABILITY = "general-availability"


class Feature(Versioned, Tenant, Base):
    """A flag that people join and leave by themselves, from the portal or from inside the product."""

    __table_args__ = tenant_args(belongs_to("flag_id", "flag"), UniqueConstraint("flag_id"))

    flag_id: Mapped[UUID]
    #: What people read, unlike the flag's key.
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[Stage] = mapped_column(one_of(Stage), default=Stage.CONCEPT)
    documentation_url: Mapped[str] = mapped_column(String(2000), default="")
    #: For the product itself, handed on as it is.
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class FeatureChoice(Tenant, Base):
    """One person joined or left a feature: a tester, or a visitor of the product whom nobody knows yet."""

    __table_args__ = tenant_args(
        belongs_to("feature_id", "feature"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("feature_id", "tester_id"),
        UniqueConstraint("feature_id", "distinct_id"),
        CheckConstraint(
            "(tester_id IS NULL) <> (distinct_id IS NULL)", name="is_of_a_tester_or_of_a_distinct_id"
        ),
        Index("ix_feature_choice_tester", "workspace_id", "tester_id"),
        Index("ix_feature_choice_distinct_id", "workspace_id", "distinct_id"),
    )

    feature_id: Mapped[UUID]
    tester_id: Mapped[UUID | None]
    distinct_id: Mapped[str | None] = mapped_column(String(200))
    has_joined: Mapped[bool]
    #: When it was made; of two choices the later counts, whichever arrives first.
    chosen_at: Mapped[datetime]
    #: The feature's stage as it was then.
    stage: Mapped[Stage] = mapped_column(one_of(Stage))
    #: The member who did it for them; empty where they chose themselves.
    who: Mapped[str] = mapped_column(String(200), default="")


class FlagOverride(Tenant, Base):
    """A member set one person's value of a flag, whatever its conditions say."""

    __table_args__ = tenant_args(
        belongs_to("flag_id", "flag"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("flag_id", "tester_id"),
        Index("ix_flag_override_tester", "workspace_id", "tester_id"),
        CheckConstraint("variant IS NULL OR is_on", name="only_what_is_on_has_a_variant"),
        CheckConstraint("length(why) > 0", name="has_a_reason"),
    )

    flag_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    is_on: Mapped[bool]
    variant: Mapped[str | None] = mapped_column(String(200))
    who: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(2000))

    @property
    def value(self) -> bool | str:
        return self.variant or self.is_on


class Segment(Tenant, Base):
    """A cohort that came with imported flags: a rule over what a request says, or a list of distinct ids.

    Not a `Cohort`: it holds for whoever asks, tester or not, and belongs to the product.
    """

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "number"),
        CheckConstraint("(definition IS NULL) <> (members IS NULL)", name="has_a_definition_or_members"),
    )

    product_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(400), default="")
    #: PostHog's property group.
    definition: Mapped[dict[str, Any] | None] = mapped_column(Json())
    #: Distinct ids of a static cohort.
    members: Mapped[list[Any] | None] = mapped_column(Json())


class Dialect(Tenant, Base):
    """How a product's flag definitions are to be read; a product without one has the defaults."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id"),
        CheckConstraint("matching_version IN (1, 2)", name="matching_version_is_known"),
    )

    product_id: Mapped[UUID]
    #: 1 compares filters that look like truth values by truth, 2 compares all by text.
    matching_version: Mapped[int] = mapped_column(default=1)
    #: Names of group types by their index as text: {"0": "company"}.
    group_types: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ProductGroup(Tenant, Base):
    """What the product says about one of its groups (a company): what flags decided by group look at."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "group_type", "key"),
    )

    product_id: Mapped[UUID]
    group_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(200))
    properties: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class Exposure(Tenant, Base):
    """How often the product said on one day (UTC) that somebody met a flag, by the value that they got."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        UniqueConstraint("product_id", "flag_key", "value", "day"),
        CheckConstraint("times > 0", name="counts_something"),
    )

    product_id: Mapped[UUID]
    #: As the product said it: the flag may be gone by now, or never have been.
    flag_key: Mapped[str] = mapped_column(String(200))
    #: "on", "off" or the variant.
    value: Mapped[str] = mapped_column(String(200))
    day: Mapped[date]
    times: Mapped[int]


class Sighting(Tenant, Base):
    """That one tester met a flag with one value, and on which days (UTC) first and last."""

    __table_args__ = tenant_args(
        belongs_to("product_id", "product"),
        belongs_to("tester_id", "tester"),
        UniqueConstraint("product_id", "flag_key", "value", "tester_id"),
        Index("ix_sighting_tester", "workspace_id", "tester_id"),
        CheckConstraint("first_on <= last_on", name="first_comes_first"),
    )

    product_id: Mapped[UUID]
    tester_id: Mapped[UUID]
    flag_key: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))
    first_on: Mapped[date]
    last_on: Mapped[date]
