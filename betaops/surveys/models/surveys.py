"""Surveys, their published versions and their questions."""

from datetime import datetime
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
    false,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.kernel.versions import Versioned
from betaops.programs.models import Program


class SurveyState(StrEnum):
    """Whether people may answer. A survey opens with its first published version."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


#: What may follow what. An archived survey comes back closed.
FOLLOWING: dict[SurveyState, tuple[SurveyState, ...]] = {
    SurveyState.DRAFT: (SurveyState.OPEN, SurveyState.ARCHIVED),
    SurveyState.OPEN: (SurveyState.CLOSED,),
    SurveyState.CLOSED: (SurveyState.OPEN, SurveyState.ARCHIVED),
    SurveyState.ARCHIVED: (SurveyState.CLOSED,),
}


class Survey(Versioned, Tenant, Base):
    """A questionnaire of one program. `draft` is what the builder edits; people answer a published version."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        Index("ix_survey_program", "workspace_id", "program_id", "created_at"),
        CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        CheckConstraint("(state = 'draft') <= (live_number IS NULL)", name="a_draft_is_not_live"),
        CheckConstraint("response_limit >= 1", name="a_limit_lets_somebody_in"),
        CheckConstraint("taken >= 0", name="nobody_is_counted_below_nought"),
    )

    program_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[SurveyState] = mapped_column(one_of(SurveyState), default=SurveyState.DRAFT)
    #: SurveyJS JSON, unknown properties included.
    draft: Mapped[dict[str, Any]]
    #: The version that new responses get; none until the first is published.
    live_number: Mapped[int | None]
    #: Origins ("https://app.example.com") whose pages may show it in a frame.
    origins: Mapped[list[str]] = mapped_column(default=list)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    #: How many complete responses it takes by all ways together, and how many there are since there is a limit.
    response_limit: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Nothing joins a response to a person; stays as it is once somebody has answered.
    is_anonymous: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Everybody new is put into one of its arms (`SurveyArm`).
    has_arms: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: When personal links were last asked to be sent.
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    program: Mapped[Program] = relationship(lazy="raise_on_sql", viewonly=True)

    def may_become(self, state: SurveyState) -> bool:
        if state is SurveyState.OPEN and self.live_number is None:
            return False
        return state in FOLLOWING[self.state]

    @property
    def is_full(self) -> bool:
        return self.response_limit is not None and self.taken >= self.response_limit

    def takes_answers(self, at: datetime) -> bool:
        """Open, inside its window, and not full."""
        has_begun = self.opens_at is None or self.opens_at <= at
        is_in_time = has_begun and (self.closes_at is None or at < self.closes_at)
        return self.state is SurveyState.OPEN and is_in_time and not self.is_full


class SurveyVersion(Tenant, Base):
    """A definition as it was published. Never changes."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "number"),
        CheckConstraint("number >= 1", name="numbers_start_at_one"),
    )

    survey_id: Mapped[UUID]
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    #: SHA-256 of the definition as `publishing.digest` writes it.
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(200), default="")


class PublishedIsFinal(Exception):
    """A programmer's error: a published version is replaced by a new number, never changed."""


@event.listens_for(SurveyVersion, "before_update")
def _keep_published(mapper: Mapper[Any], connection: Connection, row: SurveyVersion) -> None:
    raise PublishedIsFinal(f"version {row.number} is published")


class SurveyQuestion(Tenant, Base):
    """A question through the versions of its survey: what answers belong to and what numbers are about.

    Where it began to mean something else, its author started a new series: the same name, another row. Of a name, the
    row that counts for a version is the one that began last, up to that version.
    """

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "name", "series"),
        CheckConstraint("series >= 1", name="series_count_from_one"),
    )

    survey_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    #: As the newest version that has it words it, in its default language.
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    first_number: Mapped[int]
    last_number: Mapped[int]
    series: Mapped[int] = mapped_column(default=1, server_default="1")

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)
