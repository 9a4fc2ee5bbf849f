"""Putting somebody who begins into an arm: the one with the fewest so far.

The arms of a survey are locked until the response is written, so people who begin at once come one after the other and
the arms stay even, in however many processes. Always locked before the survey and all places (see `places`).
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from betaops.kernel.work import Work
from betaops.surveys.engine.arms import drawn, next_of
from betaops.surveys.models import Survey, SurveyArm


class _Arm(NamedTuple):
    """An arm as it stands."""

    id: UUID
    name: str
    weight: int
    taken: int


def arm_for(work: Work, survey: Survey, *, is_test: bool = False, wanted: str = "") -> str:
    """The arm of a response that is about to be written; `count` it then. Empty where the survey has none.

    A trial gets the one that is `wanted`, else any, and counts nowhere.
    """
    if not survey.has_arms:
        return ""
    columns = select(SurveyArm.id, SurveyArm.name, SurveyArm.weight, SurveyArm.taken)
    found = _in_order(columns, survey.id)
    arms = [_Arm(*row) for row in work.session.execute(found if is_test else found.with_for_update())]
    if not arms:
        return ""
    if is_test:
        return next((arm.name for arm in arms if arm.name == wanted), "") or drawn(arms).name
    return next_of(arms).name


def count(work: Work, survey_id: UUID, arm: str) -> None:
    """A response that is no trial was written."""
    if arm:
        one_more = update(SurveyArm).where(SurveyArm.survey_id == survey_id, SurveyArm.name == arm)
        work.session.execute(
            one_more.values(taken=SurveyArm.taken + 1).execution_options(synchronize_session=False)
        )


def lock(work: Work, survey_id: UUID) -> list[SurveyArm]:
    """All of them, so that nobody is put into one meanwhile."""
    found = _in_order(select(SurveyArm), survey_id).with_for_update()
    return list(work.session.scalars(found.execution_options(populate_existing=True)))


def _in_order(found: Any, survey_id: UUID) -> Any:
    """The one order in which all lock them."""
    return found.where(SurveyArm.survey_id == survey_id).order_by(SurveyArm.id)
