"""How all expectations of a program are judged, beside what each says itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args
from betaops.kernel.versions import Versioned


class GroundRules(Versioned, Tenant, Base):
    """One row for a program that asks for other than the usual."""

    __table_args__ = tenant_args(belongs_to("program_id", "program"), UniqueConstraint("program_id"))

    program_id: Mapped[UUID]
    #: Expectations that are judged together share their error by Holm, not by Hochberg.
    is_strict: Mapped[bool] = mapped_column(default=False)
    #: `market.Margin` of each fact by which testers are weighted to the market; none: they are not.
    margins: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
