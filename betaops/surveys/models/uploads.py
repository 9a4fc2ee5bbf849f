"""Files that came with answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, tenant_args


class SurveyUpload(Tenant, Base):
    """One file of one response.

    No foreign keys: a row that outlives its response is how its bytes are found and taken away.
    """

    __table_args__ = tenant_args(
        CheckConstraint("size_bytes > 0", name="has_bytes"),
        Index("ix_survey_upload_response", "workspace_id", "response_id"),
    )

    survey_id: Mapped[UUID]
    response_id: Mapped[UUID]
    #: Name as the sender had it, for people; never a path.
    name: Mapped[str] = mapped_column(String(120))
    #: Random name in the file store.
    file: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    #: As it stands in the answer.
    address: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]
