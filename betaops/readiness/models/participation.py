"""How many took part, week by week."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args


class ParticipationWeek(Tenant, Base):
    """How many testers took part in a week (Monday to Sunday, UTC), of how many who could."""

    __table_args__ = tenant_args(
        belongs_to("program_id", "program"),
        UniqueConstraint("program_id", "starts_on"),
        CheckConstraint("took_part >= 0 AND took_part <= enrolled", name="no_more_take_part_than_could"),
    )

    program_id: Mapped[UUID]
    starts_on: Mapped[date]
    #: Used the product, answered a survey or reported something.
    took_part: Mapped[int]
    #: Were in the program at some time of the week.
    enrolled: Mapped[int]

    @property
    def share(self) -> float:
        return self.took_part / self.enrolled if self.enrolled else 0.0
