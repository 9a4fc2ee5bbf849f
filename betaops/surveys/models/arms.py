"""Arms of a survey: groups into which everybody new is put, as evenly as their weights say."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from betaops.kernel.db import Base, Tenant, belongs_to, tenant_args

MOST_WEIGHT = 100
LONGEST_ARM = 60


class SurveyArm(Tenant, Base):
    """A wording, a concept: what some of the people see. `taken` changes by `arming` only, never by counting rows."""

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        UniqueConstraint("survey_id", "key"),
        Index("ix_survey_arm_survey", "workspace_id", "survey_id"),
        CheckConstraint(f"weight BETWEEN 1 AND {MOST_WEIGHT}", name="an_arm_has_a_weight"),
        CheckConstraint("taken >= 0", name="nobody_is_counted_below_nought"),
        CheckConstraint("name <> ''", name="an_arm_has_a_name"),
    )

    survey_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(LONGEST_ARM))
    #: The name without case: conditions see no difference either.
    key: Mapped[str] = mapped_column(String(2 * LONGEST_ARM))
    weight: Mapped[int] = mapped_column(default=1)
    #: People who were put into it, whatever became of them, and strangers who began in it; trials are not counted.
    taken: Mapped[int] = mapped_column(default=0)


class SurveyAllotment(Tenant, Base):
    """In which arm a person is, for good and by whatever way they come; of anonymous surveys there is none.

    Written before they begin where they are shown something of their arm: in a mail, in the product.
    """

    __table_args__ = tenant_args(
        belongs_to("survey_id", "survey"),
        belongs_to("enrollment_id", "enrollment"),
        belongs_to("arm_id", "survey_arm", ondelete="NO ACTION"),
        UniqueConstraint("survey_id", "enrollment_id"),
        Index("ix_survey_allotment_enrollment", "workspace_id", "enrollment_id"),
        Index("ix_survey_allotment_arm", "workspace_id", "arm_id"),
    )

    survey_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    arm_id: Mapped[UUID]
