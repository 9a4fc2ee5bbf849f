"""Arms of surveys, and how many answered in each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from betaops.kernel.errors import NotFound
from betaops.surveys import policy
from betaops.surveys.models import Response, Survey, SurveyArm
from betaops.surveys.queries.narrowed import conditions


def arms(session: Session, survey_id: UUID) -> Sequence[SurveyArm]:
    """Of one survey, in the order in which they were made, as they stand now."""
    found = select(SurveyArm).where(SurveyArm.survey_id == survey_id).order_by(SurveyArm.id)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def arm_names(session: Session, survey_id: UUID) -> list[str]:
    """What conditions may name."""
    return [each.name for each in arms(session, survey_id)]


def arm(session: Session, survey_id: UUID, arm_id: UUID) -> SurveyArm:
    """One of this survey; another's is not there."""
    found = session.scalar(select(SurveyArm).where(SurveyArm.id == arm_id, SurveyArm.survey_id == survey_id))
    if found is None:
        raise NotFound
    return found


def arms_answered(session: Session, survey: Survey) -> list[tuple[str, int]]:
    """(name, responses that count) of every arm, empty ones too; nothing of an anonymous survey where an arm has few.

    Of all arms, not only of the small one: what is left over would tell it.
    """
    if not survey.has_arms:
        return []
    rows = session.execute(
        select(Response.arm, func.count()).where(*conditions(survey.id)).group_by(Response.arm)
    )
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    if any(0 < count < policy.smallest_group(survey) for count in counted.values()):
        return []
    return [(each.name, counted.get(each.name, 0)) for each in arms(session, survey.id)]


def shows_arms(session: Session, survey: Survey) -> bool:
    """Whether it may be said of a response in which arm it is."""
    return bool(arms_answered(session, survey))
