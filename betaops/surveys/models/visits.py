"""How people get through a survey."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args

LONGEST_PAGE = 200


class Visit(Tenant, Base):
    """A page that somebody left: written with what they sent from it, never changed."""

    __table_args__ = tenant_args(
        belongs_to("response_id", "response"),
        belongs_to("survey_id", "survey"),
        Index("ix_visit_response", "workspace_id", "response_id"),
        Index("ix_visit_survey", "workspace_id", "survey_id", "page"),
        CheckConstraint("ms >= 0", name="time_goes_forward"),
    )

    response_id: Mapped[UUID]
    survey_id: Mapped[UUID]
    #: Names of the page and of the one that was shown next; none: it was the last.
    page: Mapped[str] = mapped_column(String(LONGEST_PAGE))
    next_page: Mapped[str | None] = mapped_column(String(LONGEST_PAGE))
    left_at: Mapped[datetime]
    #: Since the page was shown; none where that is not known.
    ms: Mapped[int | None]
