"""Early access: what people can join, what each chose, and what was set for one person by hand."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned


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
