"""Groups of the product's people, as the product tells them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args


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
