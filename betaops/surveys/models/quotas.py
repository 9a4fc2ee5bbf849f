"""How many responses of a kind a survey takes, and how often a workspace asks one person."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.surveys.models.surveys import Survey


class WhenFull(StrEnum):
    """What becomes of a survey whose quota is full: it ends for people of that kind, or is closed for everybody."""

    TURN_AWAY = "turn_away"
    CLOSE = "close"


class Quota(Tenant, Base):
    """So many complete responses for which `condition` holds, and no more. `taken` changes by conditional updates only."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "name"),
        Index("ix_quota_survey", "workspace_id", "survey_id"),
        CheckConstraint("most >= 1", name="a_quota_lets_somebody_in"),
        CheckConstraint("taken >= 0", name="nobody_is_counted_below_nought"),
        CheckConstraint("condition <> ''", name="a_quota_has_a_condition"),
    )

    survey_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(120))
    #: A SurveyJS expression over the answers.
    condition: Mapped[str] = mapped_column(Text)
    most: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    when_full: Mapped[WhenFull] = mapped_column(one_of(WhenFull), default=WhenFull.TURN_AWAY)
    #: What people of that kind read then; empty: our words.
    words: Mapped[str] = mapped_column(Text, default="")

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_full(self) -> bool:
        return self.taken >= self.most


class ContactRule(Tenant, Base):
    """For how long a person is left alone between any two asks, over all programs. Without a row: seven days."""

    __table_args__ = tenant_args(
        UniqueConstraint("workspace_id"),
        CheckConstraint("days BETWEEN 0 AND 365", name="a_rest_is_days"),
    )

    days: Mapped[int]
