"""Who is in which arm of a survey, and who of those whom it is shown in the product is in none yet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from betaops.cohorts.models import Cohort, CohortMember, Trait
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.surveys.models import (
    Audience,
    Survey,
    SurveyAllotment,
    SurveyArm,
    SurveyPlacement,
    SurveyState,
)
from betaops.surveys.product.payload import ARM_PREFIX
from betaops.surveys.queries.responses import count_answered


def allotted(session: Session, survey_id: UUID, enrollment_id: UUID) -> str:
    """The arm in which a person is; empty: in none yet."""
    found = (
        select(SurveyArm.name)
        .join(SurveyAllotment, SurveyAllotment.arm_id == SurveyArm.id)
        .where(SurveyAllotment.survey_id == survey_id, SurveyAllotment.enrollment_id == enrollment_id)
    )
    return session.scalar(found) or ""


def allotments(session: Session, tester_id: UUID) -> Sequence[tuple[str, str]]:
    """(survey, arm) of a tester, for their export."""
    rows = session.execute(
        select(Survey.name, SurveyArm.name)
        .select_from(SurveyAllotment)
        .join(SurveyArm, SurveyArm.id == SurveyAllotment.arm_id)
        .join(Survey, Survey.id == SurveyAllotment.survey_id)
        .join(Enrollment, Enrollment.id == SurveyAllotment.enrollment_id)
        .where(Enrollment.tester_id == tester_id)
        .order_by(SurveyAllotment.id)
    )
    return [(survey, arm) for survey, arm in rows]


def arms_stand(session: Session, survey_id: UUID) -> bool:
    """Whether names and weights stay as they are: somebody has answered, or was put into an arm."""
    people = select(SurveyAllotment.id).where(SurveyAllotment.survey_id == survey_id).limit(1)
    return count_answered(session, survey_id) > 0 or session.scalar(people) is not None


def placed_with_arms(session: Session) -> list[tuple[UUID, UUID]]:
    """(workspace, survey) of the whole installation: surveys with arms that are to stand in their product."""
    found = (
        select(Survey.workspace_id, Survey.id)
        .join(SurveyPlacement, SurveyPlacement.survey_id == Survey.id)
        .where(SurveyPlacement.is_on, Survey.has_arms, Survey.state == SurveyState.OPEN)
        .order_by(Survey.id)
    )
    rows: Sequence[Any] = session.execute(found, execution_options={"unscoped": True}).all()
    return [(row[0], row[1]) for row in rows]


def in_no_arm(session: Session, survey: Survey, its: SurveyPlacement, limit: int) -> Sequence[UUID]:
    """Enrollments of some of those for whom a survey in the product is meant and who are in none of its arms yet."""
    there = select(SurveyAllotment.id).where(
        SurveyAllotment.survey_id == survey.id, SurveyAllotment.enrollment_id == Enrollment.id
    )
    found = select(Enrollment.id).where(
        Enrollment.program_id == survey.program_id, Enrollment.state.in_(INSIDE), ~there.exists()
    )
    if its.audience is Audience.COHORTS:
        members = (
            select(CohortMember.tester_id)
            .join(Cohort, Cohort.id == CohortMember.cohort_id)
            .where(Cohort.program_id == survey.program_id, Cohort.number.in_(its.cohorts))
        )
        found = found.where(Enrollment.tester_id.in_(members))
    return session.scalars(found.order_by(Enrollment.id).limit(limit)).all()


def arms_untold(
    session: Session, survey: Survey, its: SurveyPlacement, limit: int
) -> Sequence[tuple[UUID, SurveyArm]]:
    """(tester, arm) of some who are in an arm that their flags do not know of."""
    told = select(Trait.id).where(
        Trait.tester_id == Enrollment.tester_id, Trait.name == f"{ARM_PREFIX}{its.number}"
    )
    rows = session.execute(
        select(Enrollment.tester_id, SurveyArm)
        .select_from(SurveyAllotment)
        .join(SurveyArm, SurveyArm.id == SurveyAllotment.arm_id)
        .join(Enrollment, Enrollment.id == SurveyAllotment.enrollment_id)
        .where(SurveyAllotment.survey_id == survey.id, ~told.exists())
        .order_by(Enrollment.tester_id)
        .limit(limit)
    )
    return [(tester_id, arm) for tester_id, arm in rows]
