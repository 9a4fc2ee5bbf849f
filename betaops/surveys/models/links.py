"""The ways into surveys."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from betaops.enrollment.models import Enrollment
from betaops.kernel.db import Base, Tenant, belongs_to, one_of, tenant_args
from betaops.surveys.models.surveys import Survey


class LinkKind(StrEnum):
    """`personal` is one tester's, `public` anybody's; what comes by `test` never counts."""

    PERSONAL = "personal"
    PUBLIC = "public"
    TEST = "test"


class SurveyLink(Tenant, Base):
    """A way into a survey. Of a personal one only the digest is known; public ones are shown in the console again."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        belongs_to("enrollment_id", "enrollment"),
        UniqueConstraint("token_digest"),
        Index("ix_survey_link_survey", "workspace_id", "survey_id", "kind"),
        Index("ix_survey_link_enrollment", "workspace_id", "enrollment_id"),
        CheckConstraint(
            "(kind = 'personal') = (enrollment_id IS NOT NULL)", name="only_personal_links_name_a_person"
        ),
        CheckConstraint("(kind = 'personal') = (token IS NULL)", name="personal_tokens_are_not_kept"),
        CheckConstraint("ends_at > starts_at", name="a_window_ends_after_it_starts"),
        CheckConstraint("response_limit >= 1", name="a_limit_lets_somebody_in"),
        CheckConstraint("taken >= 0", name="nobody_is_counted_below_nought"),
    )

    survey_id: Mapped[UUID]
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    enrollment_id: Mapped[UUID | None]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    token: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    #: How often it was opened, machines that look into mails included.
    opens: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    #: Argon2id of what has to be typed before the survey is shown; none: nothing has to be.
    pin_digest: Mapped[str | None] = mapped_column(String(200))
    #: The window in which it opens the survey, beside the survey's own.
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    #: How many complete responses may come by it, and how many have since there is a limit.
    response_limit: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql", viewonly=True)
    enrollment: Mapped[Enrollment | None] = relationship(lazy="raise_on_sql", viewonly=True)

    @property
    def is_full(self) -> bool:
        return self.response_limit is not None and self.taken >= self.response_limit
